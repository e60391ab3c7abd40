// Rule 13: dry run.

import { areSameBlockers, type Blocker, event, type Unread, unreadBlocker } from "../model/blocker.ts";
import { type Decided, type Done, idOfWarning } from "../model/decision.ts";
import type { Memory } from "../model/memory.ts";
import { isSame } from "../model/registration.ts";
import type { Termination } from "../model/termination.ts";
import { queueUntil } from "./completion-queue.ts";
import { stillWaitingFor } from "./decision.ts";
import { otherHooks } from "./heartbeat.ts";
import { mayBeTaken, takenBy } from "./restore-plan.ts";
import { stillThere } from "./still-there.ts";
import { SECOND } from "./timings.ts";

/**
 * The memory after a pass: with the decision, and with the steps that took effect.
 *
 * @param actedAt when the last of the steps took effect, in milliseconds since 1970
 */
export function rememberSteps(
  { before, observation, decision }: Decided,
  done: Done,
  actedAt: number,
): Memory {
  const { memory, warnings } = decision;
  const failed = done.failed || Object.keys(observation.unread).length > 0;
  const { draining: drained, deregistrations: deregistered } = takenBy(done.steps);
  const acted = done.steps.some(({ kind }) => kind === "drain" || kind === "deregister");
  // The blocker for the recheck was chosen as if all steps took effect.
  const isAllDone = decision.steps.length === done.steps.length;
  return {
    ...memory,
    actedAt: acted ? actedAt : memory.actedAt,
    drainingAt: drained.length > 0 ? (memory.drainingAt ?? actedAt) : memory.drainingAt,
    drained: [
      ...memory.drained.filter(({ what }) => !drained.includes(what)),
      ...drained.map((what) => ({ what, at: actedAt })),
    ],
    deregistered: [
      ...memory.deregistered.filter(({ what }) => !deregistered.some((each) => isSame(each, what))),
      ...deregistered.map((what) => ({ what, at: actedAt })),
    ],
    recheck: isAllDone ? memory.recheck : undefined,
    failures: before.memory.failures + (failed ? 1 : 0),
    logged: [...new Set([...memory.logged, ...warnings.map(idOfWarning), ...done.logged])],
  };
}

/** Rule 13. On a dry run no step is taken, so a drain waits for all that is there, and not for what the steps would leave. */
export function withoutSteps(decided: Decided): Decided {
  const { before, observation, decision, decidedAt } = decided;
  const { outcome, steps } = decision;
  const blockers = stillThere(observation);
  if (outcome.kind !== "wait" || steps.length === 0 || blockers.length === 0) return decided;
  return {
    ...decided,
    decision: {
      ...decision,
      outcome: { ...outcome, blockers },
      memory: { ...decision.memory, ...stillWaitingFor(before.memory, blockers, decidedAt) },
    },
  };
}

/** A termination that waits for another pass, and its blockers. */
export type Waiting = { readonly termination: Termination; readonly blockers: readonly Blocker[] };

/** The termination with blockers that came up after the decision. Without a time, its next pass comes at the usual pace. */
export function waitAgain(
  { settings, memory, ...termination }: Termination,
  blockers: readonly Blocker[],
  now: number,
  change: Partial<Memory> = {},
): Waiting {
  const waiting = {
    ...memory,
    ...stillWaitingFor(memory, blockers, now),
    nextPassAt: now + settings.pollSeconds * SECOND,
    ...change,
  };
  return { termination: { ...termination, settings, memory: waiting }, blockers };
}

/** Rule 16. A completion whose pass is too old by now. It goes to the completion queue, and is due at once. */
export function queueCompletion(
  termination: Termination,
  hooks: Decided["observation"],
  now: number,
): Waiting {
  const queuedUntil = queueUntil(termination, hooks, now);
  return waitAgain(termination, [event("completion queue")], now, { queuedUntil, nextPassAt: now });
}

/**
 * The termination once our lifecycle action is completed. Undefined if the drain is over. A returning instance keeps its message,
 * because it gets back what was taken from it. An instance that other hooks still hold keeps it too, or a sweep would take it
 * for one that nobody drains.
 */
export function afterCompletion(
  { termination, observation }: Pick<Decided, "termination" | "observation">,
  now: number,
): Waiting | undefined {
  const hooks = otherHooks(termination, observation);
  if (hooks.length > 0)
    return waitAgain(termination, [{ kind: "other hooks", hooks }], now, { completedAt: now });
  if (termination.memory.returns === undefined || !mayBeTaken(termination, observation)) return undefined;
  return waitAgain(termination, [event("returned")], now, { completedAt: now });
}

/** The termination as it waits after a completion that AWS did not answer. One that was not tried counts as no failure. */
export function afterFailedCompletion(termination: Termination, unread: Unread, now: number): Waiting {
  const { failures } = termination.memory;
  if (unread.why === "out of time") return waitAgain(termination, [event("time for it")], now);
  return waitAgain(termination, [unreadBlocker("completion", unread)], now, { failures: failures + 1 });
}

/** Whether a drain waits for something else than before, or AWS left something else unanswered. Then a line is logged. */
export function isNews(before: Memory, after: Memory): boolean {
  return !areSameBlockers(before.blockers, after.blockers) || !areSameBlockers(before.unread, after.unread);
}
