import { FRESH_MS } from "./timings.ts";

/**
 * Rule 16. Whether a pass is fresh enough to complete a lifecycle action by it. If calls have to wait for each other, it grows
 * old, and the termination goes to the completion queue.
 *
 * @param decidedAt when the pass decided, in milliseconds since 1970
 * @param until when this run stops completing; the next run is then still receiving
 */
export function isFresh(decidedAt: number, until: number, now: number): boolean {
  return now < Math.min(decidedAt + FRESH_MS, until);
}
