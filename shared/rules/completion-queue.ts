import type { AutoScalingView } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { heartbeatBeforeDeadlineAt } from "./heartbeat.ts";

/** However long it waits for its turn, a termination is looked at after this long. */
const QUEUED_MS = 3_600_000;

/**
 * Until when a termination that is to be completed may wait for its turn without another look, in milliseconds since 1970:
 * until its timer runs low, as long as that is to begin anew.
 */
export function queuedUntil(
  termination: Termination,
  autoScalingView: Pick<AutoScalingView, "hooks">,
  now: number,
): number {
  const latest = now + QUEUED_MS;
  const waiting = { ...termination, memory: { ...termination.memory, queuedUntil: latest } };
  return Math.min(heartbeatBeforeDeadlineAt(waiting, autoScalingView, now) ?? latest, latest);
}

/** Whether all that a termination waits for is its turn to be completed, as far as its last look could tell. */
export function isQueuedForCompletion({ memory }: Termination, now: number): boolean {
  return now < (memory.queuedUntil ?? now);
}
