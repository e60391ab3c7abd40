import type { Complete, Drop } from "./decision.ts";

/**
 * How a drain ended. `cut off`: the instance goes with something left on it. `dead`: it was dead before it was drained. `dropped`:
 * there was nothing to complete, or it was none of ours.
 */
export type DrainOutcome = "drained" | "cut off" | "dead" | "dropped";

/** How a drain ended that is completed or dropped. */
export function outcomeOf(end: Complete | Drop): DrainOutcome {
  if (end.cutOff) return "cut off";
  if (end.kind === "drop") return end.reason.why === "spot interruption" ? "drained" : "dropped";
  return end.reason.why === "dead" ? "dead" : "drained";
}
