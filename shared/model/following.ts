import type { Step } from "./decision.ts";
import type { GroupInstance } from "./hooks.ts";
import type { InstanceState } from "./instance-state.ts";
import type { Memory } from "./memory.ts";
import type { InPass, UnreadAnswers } from "./observation.ts";
import type { FollowEnd } from "./reason.ts";
import type { ContainerInstance } from "./tasks.ts";

/** A container instance and its cluster. */
export type InCluster = { readonly cluster: string; readonly containerInstance: ContainerInstance };

/** The same, with whether the settings let us change the cluster. */
export type Permitted = InCluster & { readonly permitted: boolean };

/** What AWS shows of an instance that is followed: no more than the rules need. */
export type FollowedView = {
  readonly containerInstances: readonly Permitted[];
  /** EC2's answer. Undefined if nobody asked. */
  readonly instance: InstanceState | undefined;
  /** Undefined if nobody asked, or if no group knows the instance. */
  readonly groupInstance: GroupInstance | undefined;
  readonly unread: UnreadAnswers;
};

/** An instance that is followed, with what AWS shows of it. */
export type Followed = InPass & { readonly view: FollowedView };

/** What is done about it: it is followed further, its container instances leave their clusters, or it is followed no longer. */
export type FollowDecision = {
  readonly memory: Memory;
  /** The silent container instances, for the log. */
  readonly silent: readonly InCluster[];
} & (
  | { readonly kind: "follow" }
  | { readonly kind: "take out"; readonly steps: readonly Step[] }
  | { readonly kind: "end"; readonly reason: FollowEnd }
);
