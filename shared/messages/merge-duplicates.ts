import { groupBy, unionOf } from "../base/batches.ts";
import { identityOf, type RestorePlan, type Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";
import { type Merged, mergedMemory, unmerged, withMemoryOf } from "./merge-memories.ts";
import type { Receipt, Tracked } from "./receive.ts";

/** An event's time is cut to the second, and our clock may be ahead of AWS's, in milliseconds. */
const CLOCKS_MS = 5_000;

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

/** What was merged so far of one drain: its messages, and the restore plans that they carry. */
type Drain = Merged & {
  readonly messages: readonly Receipt[];
  readonly plans: readonly (RestorePlan | undefined)[];
};

function mergeAlike(run: Run, group: readonly Tracked[]): Tracked[] {
  const drains: Drain[] = [];
  for (const { termination, messages } of group) {
    const index = drains.findIndex((each) => isSameAction(each.termination, termination));
    const same = drains[index];
    if (!same) {
      drains.push({ ...unmerged(termination), messages, plans: [termination.restorePlan] });
      continue;
    }
    drains[index] = mergeInto(same, { termination, messages });
    logMerged(run, termination);
  }
  return drains.map(finished);
}

function mergeInto(drain: Drain, { termination, messages }: Tracked): Drain {
  const merged = withMemoryOf(drain, termination);
  return {
    termination: {
      ...merged.termination,
      // Of a stranger's message no settings count. An older one must not have those of the right message forgotten.
      ...(drain.termination.told === undefined
        ? { told: termination.told, settings: termination.settings }
        : {}),
      // An older one that was forged would end what a true notice has begun.
      noticedAt: later(drain.termination.noticedAt, termination.noticedAt),
    },
    parts: merged.parts,
    messages: together(drain.messages, messages),
    plans: [...drain.plans, termination.restorePlan],
  };
}

function finished({ messages, plans, ...merged }: Drain): Tracked {
  const restorePlan = mergeRestorePlans(plans);
  return {
    termination: {
      ...merged.termination,
      memory: mergedMemory(merged),
      ...(restorePlan === undefined ? {} : { restorePlan }),
    },
    messages,
  };
}

// Another token is another lifecycle action: a hook holds the same instance once more. So is any message that began after the
// older one's end. There is one exception: the instance dies, its action is completed, and the message has no token. Then it
// tells nothing new, since other hooks still hold the instance.
function isSameAction(older: Termination, younger: Termination): boolean {
  if (older.token && younger.token) return older.token === younger.token;
  const { completedAt, returningSince, returns } = older.memory;
  if (!younger.token && returns === undefined) return true;
  const endedAt = completedAt ?? returningSince;
  return endedAt === undefined || younger.since < endedAt - CLOCKS_MS;
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

function mergeRestorePlans(plans: readonly (RestorePlan | undefined)[]): RestorePlan | undefined {
  if (plans.length === 1 || plans.every((each) => each === undefined)) return plans[0];
  return {
    plannedDraining: unionOf(plans.map((each) => each?.plannedDraining ?? [])),
    plannedDeregistrations: unionOf(plans.map((each) => each?.plannedDeregistrations ?? [])),
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
