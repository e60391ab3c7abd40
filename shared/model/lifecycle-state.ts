import type { Return } from "./memory.ts";
import type { AutoScalingView } from "./observation.ts";

/** What an instance's lifecycle state means for a termination. */
export type Situation =
  /** A hook holds the instance: drain it. */
  | "held"
  /** On its way to be held: wait. */
  | "soon"
  /** No hook holds it any more: nothing to complete. */
  | "over"
  /** Not terminating at all, as far as Auto Scaling shows: touch nothing. */
  | "untouchable";

/** What an instance's lifecycle state means for one that goes back to its warm pool, or on with a new root volume. */
export type Progress =
  /** Still on its way: wait. */
  | "on its way"
  /** At rest in the warm pool. */
  | "in the pool"
  /** In service again. */
  | "in service"
  /** It goes somewhere else after all: there is nothing to restore. */
  | "elsewhere";

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

const RETURNS: Readonly<Record<string, Return>> = {
  "Warmed:Pending:Wait": "warm pool",
  "ReplacingRootVolume:Wait": "root volume",
};

const PROGRESS: Readonly<Record<string, Progress>> = {
  "Warmed:Pending": "on its way",
  "Warmed:Pending:Wait": "on its way",
  "Warmed:Pending:Proceed": "on its way",
  "Warmed:Stopped": "in the pool",
  "Warmed:Running": "in the pool",
  "Warmed:Hibernated": "in the pool",
  ReplacingRootVolume: "on its way",
  "ReplacingRootVolume:Wait": "on its way",
  "ReplacingRootVolume:Proceed": "on its way",
  RootVolumeReplaced: "on its way",
  Pending: "on its way",
  "Pending:Wait": "on its way",
  "Pending:Proceed": "on its way",
  InService: "in service",
  // An operator has taken it aside: it gets nothing back to serve with before it is in service.
  EnteringStandby: "on its way",
  Standby: "on its way",
};

/**
 * What a lifecycle state of Auto Scaling means. All others, those that AWS may add included, are untouchable
 * (Amazon EC2 Auto Scaling API Reference, AutoScalingInstanceDetails, LifecycleState).
 */
export function situationOf(lifecycleState: string): Situation {
  return SITUATIONS[lifecycleState] ?? "untouchable";
}

/** Where an instance in a wait state goes that does not die; undefined for one that does. */
export function returnOf(lifecycleState: string): Return | undefined {
  return RETURNS[lifecycleState];
}

/** Whether a hook holds an instance on its way to its death. */
export function isHeldForTermination({ groupInstance }: Pick<AutoScalingView, "groupInstance">): boolean {
  if (groupInstance === undefined) return false;
  return situationOf(groupInstance.state) === "held" && returnOf(groupInstance.state) === undefined;
}

/** How far an instance has come that goes back; see the Auto Scaling User Guide on warm pools and on instance refresh. */
export function progressOf(lifecycleState: string): Progress {
  return PROGRESS[lifecycleState] ?? "elsewhere";
}
