import { union } from "../base/batches.ts";
import { hookOf } from "../model/hooks.ts";
import type { InstanceState } from "../model/instance-state.ts";
import { isHeldForTermination, returnOf } from "../model/lifecycle-state.ts";
import type { Memory } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import { seenOf } from "../model/registration.ts";
import { type ContainerInstance, hasEnded, INACTIVE, isSilent, liveTasks } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { knownOwners } from "./left-addresses.ts";
import { leftoversOf } from "./still-there.ts";
import { SETTLE_MS, UNKNOWN_MS } from "./timings.ts";
import { hasManagedDrainingHook } from "./whose-hook.ts";

// EC2's answers about an instance on which nothing runs any more. While it is stopping, something may still run.
const DEAD: ReadonlySet<InstanceState> = new Set(["stopped", "shutting-down", "terminated"]);

/** The memory after a pass: all that was seen before, and what was seen now. */
export function remember(termination: Termination, observed: Observation, now: number): Memory {
  const { memory, since } = termination;
  const drainedByOthers = isDraining(observed) && memory.drainingAt === undefined;
  const { unread, clusterInstances, silentTwins, registrations } = observed;
  const isChanged = hasChanged(memory, clusterInstances);
  return {
    ...memory,
    tasks:
      unread.tasks === undefined && clusterInstances.length > 0
        ? rememberTasks(observed, since)
        : memory.tasks,
    noTasksVersions: isChanged ? [] : noTasks(memory, observed, now),
    noTasksToRunSince:
      unread.tasks === undefined
        ? noTasksToRunSince(
            memory,
            clusterInstances.map((clusterInstance) => clusterInstance.containerInstance),
            now,
          )
        : memory.noTasksToRunSince,
    noContainerInstanceSince:
      memory.noContainerInstanceSince ??
      (unread.tasks === undefined && clusterInstances.length === 0 ? now : undefined),
    noRegistrationSince:
      memory.noRegistrationSince ??
      (unread.tasks === undefined && unread.registrations === undefined && registrations.length === 0
        ? now
        : undefined),
    containerInstances: union(
      memory.containerInstances,
      [...clusterInstances, ...silentTwins].map(({ cluster, containerInstance }) => ({
        cluster,
        arn: containerInstance.arn,
      })),
    ),
    registrations: union(memory.registrations, registrations.map(seenOf)),
    behindNetworkLoadBalancer:
      memory.behindNetworkLoadBalancer || registrations.some((each) => each.networkLoadBalancer),
    foundDrained:
      memory.foundDrained && !(isFirstLook(memory, observed) && isUntouched(termination, observed)),
    managed: union(memory.managed, observed.managed),
    loadBalancers: observed.loadBalancers,
    roundAt: observed.discovery?.wholeAt ?? memory.roundAt,
    round: observed.discovery === undefined ? memory.round : observed.discovery.progress,
    lastSeenAt: leftoversOf(observed).length > 0 ? now : memory.lastSeenAt,
    drainingAt: drainedByOthers ? now : memory.drainingAt,
    actedAt: drainedByOthers || isChanged ? Math.max(now, memory.actedAt ?? now) : memory.actedAt,
    terminatingSince: memory.terminatingSince ?? (isHeldForTermination(observed) ? now : undefined),
    returns: returnOf(observed.groupInstance?.state ?? ""),
    logged: union(memory.logged, knownOwners(observed)),
    ...rememberLife(memory, observed, now),
  };
}

function isDraining({ clusterInstances }: Observation): boolean {
  return clusterInstances.some(({ containerInstance: { status } }) => status === "DRAINING");
}

// Whether no pass before this one has read in which load balancers it is.
function isFirstLook({ registrations, noRegistrationSince }: Memory, { unread }: Observation): boolean {
  const isRead = unread.tasks === undefined && unread.registrations === undefined;
  return isRead && registrations.length === 0 && noRegistrationSince === undefined;
}

// Whether none of us has begun to drain it. A pass does all that it can at once, so what is ACTIVE or registered has had none.
// Managed draining sets it DRAINING too. Without either, its hook sends no message that another run may have had.
function isUntouched(termination: Termination, observed: Observation): boolean {
  const { clusterInstances, registrations } = observed;
  if (clusterInstances.length > 0) return hasManagedDrainingHook(observed) || !isDraining(observed);
  const own = hookOf(termination, observed);
  return registrations.length > 0 || (own !== undefined && own.target === undefined);
}

// Since when its agent has been silent, since when EC2 has not known it, and since when it is certain to be dead.
function rememberLife(
  memory: Memory,
  { clusterInstances, silentTwins, unread, instance }: Observation,
  now: number,
): Pick<Memory, "disconnectedSince" | "unknownSince" | "deadSince"> {
  const silent = silentTwins.length > 0 || clusterInstances.some(isSilent);
  const unknownSince = instance === "unknown" ? (memory.unknownSince ?? now) : undefined;
  const dead =
    instance === "unknown"
      ? now - (unknownSince ?? now) >= UNKNOWN_MS
      : instance !== undefined && DEAD.has(instance);
  return {
    disconnectedSince:
      unread.tasks !== undefined
        ? memory.disconnectedSince
        : silent
          ? (memory.disconnectedSince ?? now)
          : undefined,
    unknownSince: instance === undefined ? memory.unknownSince : unknownSince,
    deadSince: memory.deadSince ?? (dead ? now : undefined),
  };
}

// Tasks that stopped before the termination began do not matter.
function rememberTasks({ clusterInstances, silentTwins }: Observation, since: number): readonly string[] {
  return [...clusterInstances, ...silentTwins]
    .flatMap((clusterInstance) => clusterInstance.tasks)
    .filter((task) => !hasEnded(task) || (task.stoppedAt ?? 0) >= since)
    .map((task) => task.arn);
}

// Which container instances have no task left, with the versions that they had when their tasks were last listed.
function noTasks(
  memory: Memory,
  { clusterInstances, unread }: Observation,
  now: number,
): Memory["noTasksVersions"] {
  if (clusterInstances.some((clusterInstance) => liveTasks(clusterInstance).length > 0)) return [];
  // If somebody sets one ACTIVE again, tasks can start there until it has been DRAINING for a while once more.
  const mayStart = clusterInstances.some(({ containerInstance }) => containerInstance.status === "ACTIVE");
  if (mayStart) return [];
  const settled = now - lastDrainedAt(memory) >= SETTLE_MS;
  if (!settled || unread.tasks !== undefined) return memory.noTasksVersions;
  const listed = clusterInstances
    .filter((clusterInstance) => clusterInstance.listed)
    .map(({ containerInstance: { arn, version } }) => ({ arn, version }));
  const isListed = (arn: string) => listed.some((each) => each.arn === arn);
  return [...memory.noTasksVersions.filter(({ arn }) => !isListed(arn)), ...listed];
}

// Since none was left, a task may have started on one of them, and be in no list yet: each read lags by itself.
function hasChanged({ noTasksVersions }: Memory, clusterInstances: Observation["clusterInstances"]): boolean {
  return clusterInstances.some(({ containerInstance: { arn, version } }) =>
    noTasksVersions.some((each) => each.arn === arn && each.version !== version),
  );
}

/**
 * Since when the container instances count no task to run, once they have been DRAINING for a while. From then on, none can
 * start.
 */
export function noTasksToRunSince(
  memory: Memory,
  containerInstances: readonly ContainerInstance[],
  now: number,
): number | undefined {
  const isNone = containerInstances.every(({ status, tasksToRun }) => {
    return status === INACTIVE || (status === "DRAINING" && tasksToRun === 0);
  });
  if (!isNone) return undefined;
  return memory.noTasksToRunSince ?? (now - lastDrainedAt(memory) >= SETTLE_MS ? now : undefined);
}

// When DRAINING was last set, or first seen. Infinity if it was neither.
function lastDrainedAt({ drainingAt = Number.POSITIVE_INFINITY, drained }: Memory): number {
  return Math.max(drainingAt, ...drained.map(({ at }) => at));
}
