import type { Termination } from "../model/termination.ts";
import { isQueuedForCompletion } from "./completion-queue.ts";
import { HAND_OVER_MS_EACH, LATE_MS, PASS_MS_EACH, RUN_MS, TOGETHER_MS } from "./timings.ts";

/** How many of the completion queue go into one pass: a minimum, or so many per completion of the pass before. */
export const MIN_QUEUE_BATCH = 100;
const QUEUE_BATCH_GROWTH = 1.25;
/** Anything that has a termination. */
type Tracks = { readonly termination: Termination };

/** When the first of these terminations is due, in milliseconds since 1970. Infinity if none is. */
export function nextDueAt(tracked: readonly Tracks[]): number {
  return Math.min(...tracked.map(dueAt));
}

/**
 * Rule 16. Which terminations are due. Auto Scaling may take fewer completions than there are. A pass then takes only so many
 * from the completion queue as can be completed while the pass is fresh: those that have waited longest.
 *
 * @param queueBatch how many of the completion queue at the most
 */
export function dueOf<T extends Tracks>(
  tracked: readonly T[],
  time: number,
  queueBatch: number,
): { readonly queued: readonly T[]; readonly others: readonly T[] } {
  const due = tracked.filter((each) => dueAt(each) <= time + TOGETHER_MS);
  const isQueued = ({ termination }: Tracks) => isQueuedForCompletion(termination, time);
  const queued = due.filter(isQueued).sort((a, b) => waitsSince(a) - waitsSince(b));
  return { queued: queued.slice(0, queueBatch), others: due.filter((each) => !isQueued(each)) };
}

/** Rule 16. How many of the completion queue go into the next pass. */
export function queueBatchAfter(completed: number): number {
  return Math.max(MIN_QUEUE_BATCH, Math.ceil(QUEUE_BATCH_GROWTH * completed));
}

function dueAt({ termination }: Tracks): number {
  return termination.memory.nextPassAt ?? 0;
}

function waitsSince({ termination }: Tracks): number {
  return termination.memory.changedAt ?? 0;
}

/**
 * Rule 16. Until when a run of terminate may make calls other than those to hand over. Times are in milliseconds since 1970.
 *
 * @param lambdaEnd until when Lambda's own limit allows it
 */
export function runsUntil(startedAt: number, lambdaEnd: number): number {
  return Math.min(startedAt + RUN_MS + LATE_MS, lambdaEnd);
}

/** Rule 16. Until when a run has passes. It then hands over while the run after it still receives. */
export function passesUntil(
  { startedAt, until }: { readonly startedAt: number; readonly until: number },
  tracked: number,
): number {
  return Math.min(startedAt + RUN_MS - HAND_OVER_MS_EACH * tracked, until);
}

/** Rule 16. Whether a pass for so many terminations ends in time. */
export function hasTimeForPass(at: number, terminations: number, end: number): boolean {
  return at + PASS_MS_EACH * terminations < end;
}
