import { groupBy, union } from "../base/batches.ts";
import { identityOf, type RestorePlan, type Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";
import { mergeMemories } from "./memory.ts";
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
      memory: mergeMemories(same.termination, termination),
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

// What the notice's drain has done and seen holds for the hook's too, where that has had no pass yet.
function join(run: Run, held: Tracked, noticed: readonly Tracked[]): Tracked {
  const own = noticed.filter(({ termination }) => termination.instanceId === held.termination.instanceId);
  const first = own[0]?.termination;
  if (!first) return held;
  logMerged(run, held.termination);
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

function mergeRestorePlans(one?: RestorePlan, other?: RestorePlan): RestorePlan {
  return {
    plannedDraining: union(one?.plannedDraining ?? [], other?.plannedDraining ?? []),
    plannedDeregistrations: union(one?.plannedDeregistrations ?? [], other?.plannedDeregistrations ?? []),
  };
}

function together(messages: readonly Receipt[], more: readonly Receipt[]): readonly Receipt[] {
  const again = new Set(more.map(({ id }) => id));
  return [...messages.filter(({ id }) => !again.has(id)), ...more];
}

function logMerged(run: Run, termination: Termination): void {
  run.logAbout(termination).info("duplicate merged");
}
