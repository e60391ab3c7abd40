import { groupBy } from "./batches.ts";
import type { Held, Receipt } from "./intake.ts";
import type { Ports } from "./ports.ts";
import { union } from "./rules/recall.ts";
import { type Announced, identityOf, type Memory, type Termination } from "./termination.ts";

/**
 * Brings the messages of one termination together, into the one that began first. A message that SQS delivered twice
 * stands there once: to delete the second delivery would be to delete the message. A drain that a Spot interruption
 * notice began joins that of a hook for the same instance.
 */
export function merge(ports: Ports, arrivals: readonly Held[]): Held[] {
  const inOrder = [...arrivals].sort((a, b) => a.termination.since - b.termination.since);
  const alike = groupBy(inOrder, ({ termination }) => identityOf(termination));
  const merged = [...alike.values()].flatMap((group) => mergeAlike(ports, group));
  const hooked = merged.filter(({ termination }) => termination.hook !== undefined);
  const noticed = merged.filter(({ termination }) => termination.hook === undefined);
  const isJoined = ({ termination }: Held) =>
    hooked.some((each) => each.termination.instanceId === termination.instanceId);
  return [...hooked.map((each) => join(ports, each, noticed)), ...noticed.filter((each) => !isJoined(each))];
}

function mergeAlike(ports: Ports, group: readonly Held[]): Held[] {
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
      memory: unite(same.termination.memory, termination.memory),
      ...(same.termination.announced || termination.announced
        ? { announced: uniteAnnounced(same.termination.announced, termination.announced) }
        : {}),
    };
    logMerged(ports, termination);
  }
  return merged;
}

// Another token is another lifecycle action: the same instance, held once more. So is any that began after the older one's end.
function isSameAction(older: Termination, younger: Termination): boolean {
  if (!younger.token) return true;
  if (older.token) return older.token === younger.token;
  const endedAt = older.memory.completedAt ?? older.memory.returningSince;
  return endedAt === undefined || younger.since < endedAt;
}

// What the notice's drain has done and seen holds for the hook's too, where that has not looked by itself yet.
function join(ports: Ports, held: Held, noticed: readonly Held[]): Held {
  const own = noticed.filter(({ termination }) => termination.instanceId === held.termination.instanceId);
  const first = own[0]?.termination;
  if (!first) return held;
  logMerged(ports, first);
  const { memory } = held.termination;
  return {
    termination: {
      ...held.termination,
      interruptedAt: held.termination.interruptedAt ?? first.interruptedAt,
      memory: memory.lookAt === undefined ? { ...first.memory, lastBeatAt: memory.lastBeatAt } : memory,
    },
    messages: own.reduce((all, { messages }) => together(all, messages), held.messages),
  };
}

// Both have looked, or one of them: what was looked at last holds, and nothing that was done or seen is forgotten, since the
// last look may have been one that could read nothing.
function unite(one: Memory, other: Memory): Memory {
  const [newer, older] = (other.lookAt ?? 0) > (one.lookAt ?? 0) ? [other, one] : [one, other];
  return {
    ...newer,
    containerInstances: union(newer.containerInstances, older.containerInstances),
    tasks: newer.tasks ?? older.tasks,
    registrations: union(newer.registrations, older.registrations),
    behindNetworkLoadBalancer: newer.behindNetworkLoadBalancer || older.behindNetworkLoadBalancer,
    managedTargetGroups: union(newer.managedTargetGroups, older.managedTargetGroups),
    managedElbNames: union(newer.managedElbNames, older.managedElbNames),
    taken: union(newer.taken, older.taken),
    drained: union(newer.drained, older.drained),
    toDrain: union(newer.toDrain, older.toDrain),
    toTake: union(newer.toTake, older.toTake),
    actedAt: later(newer.actedAt, older.actedAt),
    drainingAt: earlier(newer.drainingAt, older.drainingAt),
    noMemberSince: earlier(newer.noMemberSince, older.noMemberSince),
    noRegistrationSince: earlier(newer.noRegistrationSince, older.noRegistrationSince),
    lastBeatAt: later(newer.lastBeatAt, older.lastBeatAt),
    completedAt: newer.completedAt ?? older.completedAt,
    deadSince: earlier(newer.deadSince, older.deadSince),
    deadAs: newer.deadAs ?? older.deadAs,
    dyingSince: earlier(newer.dyingSince, older.dyingSince),
    returns: newer.returns ?? older.returns,
    returningSince: newer.returningSince ?? older.returningSince,
    said: union(newer.said, older.said),
  };
}

function uniteAnnounced(one?: Announced, other?: Announced): Announced {
  return {
    toDrain: union(one?.toDrain ?? [], other?.toDrain ?? []),
    toTake: union(one?.toTake ?? [], other?.toTake ?? []),
  };
}

type Time = number | undefined;

function later(one: Time, other: Time): Time {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

function earlier(one: Time, other: Time): Time {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function together(messages: readonly Receipt[], more: readonly Receipt[]): readonly Receipt[] {
  const again = new Set(more.map(({ id }) => id));
  return [...messages.filter(({ id }) => !again.has(id)), ...more];
}

function logMerged(ports: Ports, { instanceId, group }: Termination): void {
  ports.log.info("duplicate merged", { instance_id: instanceId, auto_scaling_group: group });
}
