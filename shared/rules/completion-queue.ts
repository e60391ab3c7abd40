// Rule 16: time runs out.

import type { AutoScalingView } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { heartbeatBeforeDeadlineAt } from "./heartbeat.ts";
import { QUEUED_MS } from "./timings.ts";

/**
 * Rule 16. Until when a termination may stay in the completion queue without another pass, in milliseconds since 1970. If
 * heartbeats are sent, it is until its timer runs low.
 */
export function queueUntil(
  termination: Termination,
  view: Pick<AutoScalingView, "hooks">,
  now: number,
): number {
  const latest = now + QUEUED_MS;
  const waiting = { ...termination, memory: { ...termination.memory, queuedUntil: latest } };
  return Math.min(heartbeatBeforeDeadlineAt(waiting, view, now) ?? latest, latest);
}

/** Whether a termination only waits until Auto Scaling takes its completion, by its last pass. */
export function isQueuedForCompletion({ memory }: Termination, now: number): boolean {
  return now < (memory.queuedUntil ?? now);
}
