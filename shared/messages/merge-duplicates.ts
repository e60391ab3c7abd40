import { groupBy, union } from "../base/batches.ts";
import { identityOf, type RestorePlan, type Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";
import { mergeMemories } from "./memory.ts";
import type { Receipt, Tracked } from "./receive.ts";

/**
 * Merges the messages of one termination into the one that began first. If SQS delivered a message twice, it counts once: to
 * delete its second delivery would delete the message. A drain that a Spot interruption notice began joins the drain that a
 * hook began for the same instance.
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
      // Of a stranger's message no settings count. An older one must not have those of the right message forgotten.
      ...(same.termination.told === undefined
        ? { told: termination.told, settings: termination.settings }
        : {}),
      // An older one that was forged would end what a true notice has begun.
      noticedAt: later(same.termination.noticedAt, termination.noticedAt),
      memory: mergeMemories(same.termination, termination),
      ...(same.termination.restorePlan || termination.restorePlan
        ? { restorePlan: mergeRestorePlans(same.termination.restorePlan, termination.restorePlan) }
        : {}),
    };
    logMerged(run, termination);
  }
  return merged;
}

// Another token is another lifecycle action: a hook holds the same instance once more. So is any message that began after the
// older one's end. There is one exception: the instance dies, its action is completed, and the message has no token. Then it
// tells nothing new, since other hooks still hold the instance.
function isSameAction(older: Termination, younger: Termination): boolean {
  if (older.token && younger.token) return older.token === younger.token;
  const { completedAt, returningSince, returns } = older.memory;
  if (!younger.token && returns === undefined) return true;
  const endedAt = completedAt ?? returningSince;
  return endedAt === undefined || younger.since < endedAt;
}

// The notice's drain has done and seen things that hold for the hook's drain too, until that has had a pass of its own.
function join(run: Run, hooked: Tracked, noticed: readonly Tracked[]): Tracked {
  const own = noticed.filter(({ termination }) => termination.instanceId === hooked.termination.instanceId);
  const first = own[0]?.termination;
  if (!first) return hooked;
  logMerged(run, hooked.termination);
  const { memory } = hooked.termination;
  return {
    termination: {
      ...hooked.termination,
      noticedAt: later(hooked.termination.noticedAt, first.noticedAt),
      memory:
        memory.nextPassAt === undefined
          ? { ...first.memory, lastHeartbeatAt: memory.lastHeartbeatAt }
          : memory,
    },
    messages: own.reduce((all, { messages }) => together(all, messages), hooked.messages),
  };
}

function mergeRestorePlans(one?: RestorePlan, other?: RestorePlan): RestorePlan {
  return {
    plannedDraining: union(one?.plannedDraining ?? [], other?.plannedDraining ?? []),
    plannedDeregistrations: union(one?.plannedDeregistrations ?? [], other?.plannedDeregistrations ?? []),
  };
}

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

function together(messages: readonly Receipt[], more: readonly Receipt[]): readonly Receipt[] {
  const again = new Set(more.map(({ id }) => id));
  return [...messages.filter(({ id }) => !again.has(id)), ...more];
}

function logMerged(run: Run, termination: Termination): void {
  run.logAbout(termination).info("duplicate merged");
}
