import { secondsBetween } from "../base/time-text.ts";
import type { Tracked } from "../messages/receive.ts";
import type { Complete, Decision, Drop } from "../model/decision.ts";
import { outcomeOf } from "../model/outcome.ts";
import type { Termination } from "../model/termination.ts";
import { isFollowed } from "../rules/following.ts";
import { isStalled } from "../rules/stall-reasons.ts";
import type { Run } from "../run/run.ts";

/** Counts a drain that this pass has begun. */
export function countBegun(
  { metrics }: Run,
  { before, termination }: { readonly before: Termination; readonly termination: Termination },
): void {
  if (before.memory.begunAt === undefined && termination.memory.begunAt !== undefined)
    metrics.add("DrainsBegun", 1, termination.group);
}

/** Counts a drain that has ended, by how it ended. What was only dropped counts for nothing. */
export function countEnded(
  { metrics, ports }: Run,
  { group, since }: Termination,
  { end, memory }: { readonly end: Complete | Drop; readonly memory: Decision["memory"] },
): void {
  const now = ports.now();
  const ended = {
    drained: "DrainsDrained",
    "cut off": "DrainsCutOff",
    dead: "DrainsDead",
    dropped: undefined,
  } as const;
  const name = ended[outcomeOf(end)];
  if (name === undefined) return;
  metrics.add(name, 1, group);
  metrics.add("HeldSeconds", secondsBetween(since, now), group);
  if (name === "DrainsDrained" && memory.goneAt !== undefined)
    metrics.add("ReadyToCompletedSeconds", secondsBetween(memory.goneAt, now), group);
}

/** Counts the drains that go on after this run, those of them that are stalled, and the age of the oldest. */
export function countOpenDrains({ metrics, ports }: Run, tracked: readonly Tracked[]): void {
  const now = ports.now();
  for (const { termination } of tracked) {
    // One that a hook never held is no drain yet.
    if (isFollowed(termination) || termination.memory.begunAt === undefined) continue;
    const { group, since } = termination;
    metrics.add("DrainsInProgress", 1, group);
    metrics.add("OldestDrainSeconds", secondsBetween(since, now), group);
    if (isStalled(termination, now)) metrics.add("DrainsStalled", 1, group);
  }
}
