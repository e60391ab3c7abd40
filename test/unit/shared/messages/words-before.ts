// A memory of today in the words of the version before: what that version must read where this one writes, and the other way round.
import type { LoadBalancerId } from "../../../../shared/model/load-balancer.ts";
import type { Memory, RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { SeenRegistration } from "../../../../shared/model/registration.ts";
import type { MemoryBefore } from "./version-before.ts";

type RegistrationBefore = MemoryBefore["registrations"][number];

/** What that version knew of a memory: no other kinds of load balancers, no blockers, nothing of a later version's. */
export function inWordsBefore(memory: Memory): MemoryBefore {
  return {
    containerInstances: [...memory.containerInstances],
    tasks: memory.tasks && [...memory.tasks],
    noTasksVersions: [...memory.noTasksVersions],
    noWantedSince: memory.noTasksToRunSince,
    registrations: memory.registrations.flatMap(registrationBefore),
    taken: memory.deregistered.flatMap(({ what, at }) =>
      registrationBefore(what).map((each) => ({ what: each, at })),
    ),
    drained: [...memory.drained],
    toDrain: [...memory.plannedDraining],
    toTake: memory.plannedDeregistrations.flatMap(registrationBefore),
    behindNetworkLoadBalancer: memory.behindNetworkLoadBalancer,
    managedTargetGroups: idsOf("target", memory.managed),
    managedElbNames: idsOf("classic", memory.managed),
    targetGroups: memory.loadBalancers
      .filter(({ found }) => found.kind === "target")
      .map(({ asked, found: { id: arn, name, targetType, network } }) => ({
        asked,
        group: { arn, name, targetType, network },
      })),
    actedAt: memory.actedAt,
    drainingAt: memory.drainingAt,
    noMemberSince: memory.noContainerInstanceSince,
    noRegistrationSince: memory.noRegistrationSince,
    absentSince: memory.absentSince,
    refusedAt: memory.refusedAt,
    completedAt: memory.completedAt,
    lastBeatAt: memory.lastHeartbeatAt,
    goneAt: memory.goneAt,
    disconnectedSince: memory.disconnectedSince,
    unknownSince: memory.unknownSince,
    deadSince: memory.deadSince,
    deadAs: undefined,
    dyingSince: memory.terminatingSince,
    returns: memory.returns,
    returningSince: memory.returningSince,
    changedAt: memory.changedAt,
    lookAt: memory.nextPassAt,
    obstacle: recheckBefore(memory.recheck),
    turnBefore: memory.queuedUntil,
    waitingFor: undefined,
    failures: memory.failures,
    said: [...memory.logged],
  };
}

function registrationBefore({ kind, id, port }: SeenRegistration): RegistrationBefore[] {
  if (kind === "classic") return [{ kind: "classic", loadBalancer: id }];
  return kind === "target" && port !== undefined ? [{ kind: "target", targetGroup: id, port }] : [];
}

function idsOf(kind: string, all: readonly LoadBalancerId[]): string[] {
  return all.filter((each) => each.kind === kind).map(({ id }) => id);
}

function recheckBefore(recheck: Memory["recheck"]): MemoryBefore["obstacle"] {
  const what = recheck && blockerBefore(recheck.blocker);
  return what && { what, until: recheck.until };
}

function blockerBefore(
  blocker: RecheckableBlocker,
): NonNullable<MemoryBefore["obstacle"]>["what"] | undefined {
  if (blocker.kind === "tasks") {
    const { cluster, containerInstance, tasksToRun: wantedTasks, tasks } = blocker;
    return { kind: "tasks", cluster, containerInstance, wantedTasks, tasks };
  }
  const { registration, target, state } = blocker;
  const [before] = registrationBefore(registration);
  if (before === undefined) return undefined;
  return before.kind === "classic" ? before : { ...before, target, state };
}
