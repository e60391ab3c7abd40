// How the version before the table brought the memories of two messages of one drain together (0.1.0). It stands here so that the
// tests of the merging can play that version. It changes no more.
import type { MemoryBefore } from "./version-before.ts";

/** The memory of two messages of one drain, as that version made it. Both name their action by the same token, or they do not. */
export function uniteBefore(one: MemoryBefore, other: MemoryBefore, isSameToken: boolean): MemoryBefore {
  const isSooner = other.lookAt !== undefined && (one.lookAt === undefined || other.lookAt < one.lookAt);
  const [sooner, later] = isSooner ? [other, one] : [one, other];
  const absence = (of: (memory: MemoryBefore) => Time) =>
    later.lookAt === undefined ? of(sooner) : latestOfBoth(of(sooner), of(later));
  return {
    ...sooner,
    containerInstances: union(sooner.containerInstances, later.containerInstances),
    tasks: sooner.tasks && later.tasks ? union(sooner.tasks, later.tasks) : (sooner.tasks ?? later.tasks),
    noTasksVersions:
      later.lookAt === undefined
        ? sooner.noTasksVersions
        : sooner.noTasksVersions.filter((each) =>
            later.noTasksVersions.some(({ arn, version }) => arn === each.arn && version === each.version),
          ),
    noWantedSince: absence(({ noWantedSince }) => noWantedSince),
    registrations: union(sooner.registrations, later.registrations),
    behindNetworkLoadBalancer: sooner.behindNetworkLoadBalancer || later.behindNetworkLoadBalancer,
    managedTargetGroups: union(sooner.managedTargetGroups, later.managedTargetGroups),
    managedElbNames: union(sooner.managedElbNames, later.managedElbNames),
    taken: union(sooner.taken, later.taken),
    drained: union(sooner.drained, later.drained),
    toDrain: union(sooner.toDrain, later.toDrain),
    toTake: union(sooner.toTake, later.toTake),
    actedAt: latest(sooner.actedAt, later.actedAt),
    drainingAt: earliest(sooner.drainingAt, later.drainingAt),
    noMemberSince: earliest(sooner.noMemberSince, later.noMemberSince),
    noRegistrationSince: earliest(sooner.noRegistrationSince, later.noRegistrationSince),
    absentSince: absence(({ absentSince }) => absentSince),
    goneAt: absence(({ goneAt }) => goneAt),
    lastBeatAt: latest(sooner.lastBeatAt, later.lastBeatAt),
    // One without the other's token may be of another lifecycle action, which was not refused.
    refusedAt: isSameToken ? latest(sooner.refusedAt, later.refusedAt) : undefined,
    completedAt: sooner.completedAt ?? later.completedAt,
    disconnectedSince: absence(({ disconnectedSince }) => disconnectedSince),
    unknownSince: absence(({ unknownSince }) => unknownSince),
    deadSince: earliest(sooner.deadSince, later.deadSince),
    deadAs: sooner.deadAs ?? later.deadAs,
    dyingSince: earliest(sooner.dyingSince, later.dyingSince),
    returns: sooner.returns ?? later.returns,
    returningSince: sooner.returningSince ?? later.returningSince,
    said: union(sooner.said, later.said),
  };
}

type Time = number | undefined;

function latest(one: Time, other: Time): Time {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

function latestOfBoth(one: Time, other: Time): Time {
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}

function earliest(one: Time, other: Time): Time {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function union<T>(known: T[], found: readonly T[]): T[] {
  const texts = new Set(known.map((each) => JSON.stringify(each)));
  const added = found.filter((each) => {
    const text = JSON.stringify(each);
    if (texts.has(text)) return false;
    texts.add(text);
    return true;
  });
  return added.length === 0 ? known : [...known, ...added];
}
