import type { Observation, Registration } from "./observation.ts";
import { STOPPED } from "./progress.ts";
import { type Memory, SETTLE_MS, type SeenRegistration, type Termination } from "./termination.ts";

/** What is remembered after a look: all that was seen before, and what was seen now. */
export function recall({ memory, since }: Termination, observed: Observation, now: number): Memory {
  const draining = observed.members.some((member) => member.containerInstance.status === "DRAINING");
  const drainedByOthers = draining && memory.drainingAt === undefined;
  const { unread, members, registrations } = observed;
  return {
    ...memory,
    tasks: unread.tasks === undefined && members.length > 0 ? recallTasks(observed, since) : memory.tasks,
    noTasksAt: noTasks(memory, observed, now),
    noMemberSince:
      memory.noMemberSince ?? (unread.tasks === undefined && members.length === 0 ? now : undefined),
    noRegistrationSince:
      memory.noRegistrationSince ??
      (unread.tasks === undefined && unread.registrations === undefined && registrations.length === 0
        ? now
        : undefined),
    containerInstances: union(
      memory.containerInstances,
      members.map(({ cluster, containerInstance }) => ({ cluster, arn: containerInstance.arn })),
    ),
    registrations: union(memory.registrations, registrations.map(seen)),
    managedTargetGroups: union(memory.managedTargetGroups, observed.managedTargetGroups),
    managedElbNames: union(memory.managedElbNames, observed.managedElbNames),
    drainingAt: drainedByOthers ? now : memory.drainingAt,
    actedAt: drainedByOthers ? Math.max(now, memory.actedAt ?? now) : memory.actedAt,
  };
}

// What stopped before the termination began is of no interest any more.
function recallTasks({ members }: Observation, since: number): readonly string[] {
  return members
    .flatMap((member) => member.tasks)
    .filter((task) => task.status !== STOPPED || (task.stoppedAt ?? 0) >= since)
    .map((task) => task.arn);
}

function noTasks(memory: Memory, { members, unread }: Observation, now: number): number | undefined {
  if (members.some((member) => member.tasks.some((task) => task.status !== STOPPED))) return undefined;
  const settled = memory.drainingAt !== undefined && now - memory.drainingAt >= SETTLE_MS;
  const listed = members.length > 0 && unread.tasks === undefined && members.every((member) => member.listed);
  return memory.noTasksAt ?? (settled && listed ? now : undefined);
}

function seen(registration: Registration): SeenRegistration {
  return registration.kind === "target"
    ? { kind: "target", targetGroup: registration.id, port: registration.port ?? 0 }
    : { kind: "classic", loadBalancer: registration.id };
}

// By what they say, not by identity: the one comes from a message, the other from AWS.
function union<T>(known: readonly T[], found: readonly T[]): readonly T[] {
  const texts = new Set(known.map((each) => JSON.stringify(each)));
  const added = found.filter((each) => {
    const text = JSON.stringify(each);
    if (texts.has(text)) return false;
    texts.add(text);
    return true;
  });
  return added.length === 0 ? known : [...known, ...added];
}
