import { groupBy, union } from "../base/batches.ts";
import type { Memory } from "../model/memory.ts";
import { identityOf, type RestorePlan, type Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";
import type { Receipt, Tracked } from "./receive.ts";

/**
 * Brings the messages of one termination together, into the one that began first. A message that SQS delivered twice
 * stands there once: to delete the second delivery would be to delete the message. A drain that a Spot interruption
 * notice began joins that of a hook for the same instance.
 */
export function merge(run: Run, arrivals: readonly Tracked[]): Tracked[] {
  const inOrder = [...arrivals].sort((a, b) => a.termination.since - b.termination.since);
  const alike = groupBy(inOrder, ({ termination }) => identityOf(termination));
  const merged = [...alike.values()].flatMap((group) => mergeAlike(run, group));
  const hooked = merged.filter(({ termination }) => termination.hook !== undefined);
  const noticed = merged.filter(({ termination }) => termination.hook === undefined);
  const isJoined = ({ termination }: Tracked) =>
    hooked.some((each) => each.termination.instanceId === termination.instanceId);
  return [...hooked.map((each) => join(run, each, noticed)), ...noticed.filter((each) => !isJoined(each))];
}

function mergeAlike(run: Run, group: readonly Tracked[]): Tracked[] {
  const merged: { termination: Termination; messages: readonly Receipt[] }[] = [];
  for (const { termination, messages } of group) {
    const same = merged.find((each) => isSameAction(each.termination, termination));
    if (!same) {
      merged.push({ termination, messages });
      continue;
    }
    same.messages = together(same.messages, messages);
    same.termination = {
      ...same.termination,
      memory: unite(same.termination, termination),
      ...(same.termination.restorePlan || termination.restorePlan
        ? { restorePlan: mergeRestorePlans(same.termination.restorePlan, termination.restorePlan) }
        : {}),
    };
    logMerged(run, termination);
  }
  return merged;
}

// Another token is another lifecycle action: the same instance, held once more. So is any that began after the older one's
// end. But of what dies, and is completed, a message without a token tells nothing new: other hooks hold it still.
function isSameAction(older: Termination, younger: Termination): boolean {
  if (older.token && younger.token) return older.token === younger.token;
  const { completedAt, returningSince, returns } = older.memory;
  if (!younger.token && returns === undefined) return true;
  const endedAt = completedAt ?? returningSince;
  return endedAt === undefined || younger.since < endedAt;
}

// What the notice's drain has done and seen holds for the hook's too, where that has not looked by itself yet.
function join(run: Run, held: Tracked, noticed: readonly Tracked[]): Tracked {
  const own = noticed.filter(({ termination }) => termination.instanceId === held.termination.instanceId);
  const first = own[0]?.termination;
  if (!first) return held;
  logMerged(run, first);
  const { memory } = held.termination;
  return {
    termination: {
      ...held.termination,
      interruptedAt: held.termination.interruptedAt ?? first.interruptedAt,
      memory:
        memory.nextPassAt === undefined
          ? { ...first.memory, lastHeartbeatAt: memory.lastHeartbeatAt }
          : memory,
    },
    messages: own.reduce((all, { messages }) => together(all, messages), held.messages),
  };
}

// One of them has looked, or both. Nothing that was done or seen is forgotten, since a look may have been one that could read
// nothing. Of what was not there, the one may have looked before it came, and the other since: it counts where both say so.
function unite(older: Termination, younger: Termination): Memory {
  const [one, other] = [older.memory, younger.memory];
  const isSooner =
    other.nextPassAt !== undefined && (one.nextPassAt === undefined || other.nextPassAt < one.nextPassAt);
  const [sooner, later] = isSooner ? [other, one] : [one, other];
  const absence = (of: (memory: Memory) => Time) =>
    later.nextPassAt === undefined ? of(sooner) : latestOfBoth(of(sooner), of(later));
  return {
    ...sooner,
    containerInstances: union(sooner.containerInstances, later.containerInstances),
    tasks: sooner.tasks && later.tasks ? union(sooner.tasks, later.tasks) : (sooner.tasks ?? later.tasks),
    noTasksVersions:
      later.nextPassAt === undefined
        ? sooner.noTasksVersions
        : sooner.noTasksVersions.filter((each) =>
            later.noTasksVersions.some(({ arn, version }) => arn === each.arn && version === each.version),
          ),
    noTasksToRunSince: absence(({ noTasksToRunSince }) => noTasksToRunSince),
    registrations: union(sooner.registrations, later.registrations),
    behindNetworkLoadBalancer: sooner.behindNetworkLoadBalancer || later.behindNetworkLoadBalancer,
    managed: union(sooner.managed, later.managed),
    deregistered: union(sooner.deregistered, later.deregistered),
    drained: union(sooner.drained, later.drained),
    plannedDraining: union(sooner.plannedDraining, later.plannedDraining),
    plannedDeregistrations: union(sooner.plannedDeregistrations, later.plannedDeregistrations),
    actedAt: latest(sooner.actedAt, later.actedAt),
    drainingAt: earliest(sooner.drainingAt, later.drainingAt),
    noContainerInstanceSince: earliest(sooner.noContainerInstanceSince, later.noContainerInstanceSince),
    noRegistrationSince: earliest(sooner.noRegistrationSince, later.noRegistrationSince),
    absentSince: absence(({ absentSince }) => absentSince),
    goneAt: absence(({ goneAt }) => goneAt),
    lastHeartbeatAt: latest(sooner.lastHeartbeatAt, later.lastHeartbeatAt),
    // One without the other's token may be of another lifecycle action, which was not refused.
    refusedAt: older.token === younger.token ? latest(sooner.refusedAt, later.refusedAt) : undefined,
    completedAt: sooner.completedAt ?? later.completedAt,
    disconnectedSince: absence(({ disconnectedSince }) => disconnectedSince),
    unknownSince: absence(({ unknownSince }) => unknownSince),
    deadSince: earliest(sooner.deadSince, later.deadSince),
    deadAs: sooner.deadAs ?? later.deadAs,
    terminatingSince: earliest(sooner.terminatingSince, later.terminatingSince),
    returns: sooner.returns ?? later.returns,
    returningSince: sooner.returningSince ?? later.returningSince,
    logged: union(sooner.logged, later.logged),
  };
}

function mergeRestorePlans(one?: RestorePlan, other?: RestorePlan): RestorePlan {
  return {
    plannedDraining: union(one?.plannedDraining ?? [], other?.plannedDraining ?? []),
    plannedDeregistrations: union(one?.plannedDeregistrations ?? [], other?.plannedDeregistrations ?? []),
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

function together(messages: readonly Receipt[], more: readonly Receipt[]): readonly Receipt[] {
  const again = new Set(more.map(({ id }) => id));
  return [...messages.filter(({ id }) => !again.has(id)), ...more];
}

function logMerged(run: Run, { instanceId, group }: Termination): void {
  run.log.info("duplicate merged", { instance_id: instanceId, auto_scaling_group: group });
}
