import { FRESH_MS } from "./timings.ts";

/**
 * Rule 16. Whether what a pass found is fresh enough to complete on. Where calls have to wait for each other it grows old, and
 * the termination goes to the completion queue.
 *
 * @param decidedAt when the pass decided, in milliseconds since 1970
 * @param until when this run stops completing: then the next one still receives what is handed over
 */
export function isFresh(decidedAt: number, until: number, now: number): boolean {
  return now < Math.min(decidedAt + FRESH_MS, until);
}
