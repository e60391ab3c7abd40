import type { Observation, Registration } from "./observation.ts";
import type { Memory, SeenRegistration } from "./termination.ts";

/** What is remembered after a look: all that was seen before, and what was seen now. */
export function recall(memory: Memory, observed: Observation, now: number): Memory {
  const draining = observed.members.some((member) => member.containerInstance.status === "DRAINING");
  const drainedByOthers = draining && memory.drainingAt === undefined;
  const { unread, members, registrations } = observed;
  return {
    ...memory,
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
