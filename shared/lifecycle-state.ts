/** What an instance's lifecycle state means for a termination. */
export type Situation =
  /** A hook holds the instance: drain it. */
  | "held"
  /** On its way to be held: look again. */
  | "soon"
  /** No hook holds it any more: nothing to complete. */
  | "over"
  /** Not terminating at all, as far as Auto Scaling shows: touch nothing. */
  | "untouchable";

// A terminating hook fires in four wait states. In two of them the instance does not die: it goes back to the warm
// pool, or reboots with a new root volume.
const SITUATIONS: Readonly<Record<string, Situation>> = {
  "Terminating:Wait": "held",
  "Warmed:Terminating:Wait": "held",
  "Warmed:Pending:Wait": "held",
  "ReplacingRootVolume:Wait": "held",
  Terminating: "soon",
  "Warmed:Terminating": "soon",
  ReplacingRootVolume: "soon",
  "Terminating:Proceed": "over",
  "Warmed:Terminating:Proceed": "over",
  "Warmed:Pending:Proceed": "over",
  "ReplacingRootVolume:Proceed": "over",
  Terminated: "over",
  "Warmed:Terminated": "over",
  "Terminating:Retained": "over",
  "Warmed:Terminating:Retained": "over",
  "Warmed:Pending:Retained": "over",
};

/**
 * What a lifecycle state of Auto Scaling means. All others, those that AWS may add included, are untouchable
 * (Amazon EC2 Auto Scaling API Reference, AutoScalingInstanceDetails, LifecycleState).
 */
export function situationOf(lifecycleState: string): Situation {
  return SITUATIONS[lifecycleState] ?? "untouchable";
}
