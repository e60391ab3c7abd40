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

/** What the lifecycle state of a returning instance means. */
export type Progress =
  /** Still on its way: wait. */
  | "on its way"
  /** At rest in the warm pool. */
  | "in the pool"
  /** In service again. */
  | "in service"
  /** It goes somewhere else after all: there is nothing to restore. */
  | "elsewhere";

// A terminating hook holds instances in four wait states. In two of them the instance does not die: it goes back to the warm
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
  // An operator has put it into Standby. It gets nothing back before it is in service.
  EnteringStandby: "on its way",
  Standby: "on its way",
};

/** The states that are in neither table. */
const OTHERS = ["Quarantined", "Detaching", "Detached"];

/**
 * Whether a lifecycle state is one of those that Auto Scaling documents (Amazon EC2 Auto Scaling API Reference,
 * AutoScalingInstanceDetails, LifecycleState). AWS may add others.
 */
export function isKnownState(lifecycleState: string): boolean {
  return (
    [SITUATIONS, PROGRESS].some((table) => Object.hasOwn(table, lifecycleState)) ||
    OTHERS.includes(lifecycleState)
  );
}

/** What a lifecycle state of Auto Scaling means. A state that is not listed here is untouchable. */
export function situationOf(lifecycleState: string): Situation {
  return SITUATIONS[lifecycleState] ?? "untouchable";
}

/** Whether Auto Scaling shows an instance in its group, in a wait state of a terminating hook. */
export function isHeld(
  { group }: { readonly group: string },
  { groupInstance }: Pick<AutoScalingView, "groupInstance">,
): boolean {
  return groupInstance?.group === group && situationOf(groupInstance.state) === "held";
}

/** Where an instance in this wait state returns to. Undefined if it dies. */
export function returnOf(lifecycleState: string): Return | undefined {
  return RETURNS[lifecycleState];
}

/** Whether a hook holds an instance to terminate it, not to return it. */
export function isHeldForTermination({ groupInstance }: Pick<AutoScalingView, "groupInstance">): boolean {
  if (groupInstance === undefined) return false;
  return situationOf(groupInstance.state) === "held" && returnOf(groupInstance.state) === undefined;
}

/** How far a returning instance has come (Auto Scaling User Guide, on warm pools and on instance refresh). */
export function progressOf(lifecycleState: string): Progress {
  return PROGRESS[lifecycleState] ?? "elsewhere";
}
