import type { OurHooks } from "./hooks.ts";

/** The kinds of notices about instances that EventBridge brings. */
export type NoticeKind = "spot interruption" | "rebalance" | "maintenance";

/** The kinds of notices for which an instance is replaced through its group. */
export type ReplaceKind = Exclude<NoticeKind, "spot interruption">;

/** How instances are replaced, and how a hook of ours is known. It travels with the notices, and counts if a role of ours sent it. */
export type ReplaceSettings = {
  /** How many instances of a group may be under way at once. */
  readonly atOnce: number;
  /** Whether the last instance of a group may go before another one serves. */
  readonly last: boolean;
  readonly ours: OurHooks;
};

/** A notice about an instance that is to be replaced when the group allows it. */
export type WaitingNotice = {
  readonly instanceId: string;
  readonly notice: ReplaceKind;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  /** How many runs were denied what they needed for it. */
  readonly denials: number;
  /** What it waited for when that was last logged. */
  readonly waitsFor: WaitReason["why"] | undefined;
  /** Since when its group has been whole again, in milliseconds since 1970. It can only make the notice wait longer. */
  readonly wholeSince: number | undefined;
};

/** Notices that travel together in one message. */
export type NoticeBatch = {
  readonly settings: ReplaceSettings;
  readonly notices: readonly WaitingNotice[];
};

/** A change that EC2 has scheduled for an instance (DescribeInstanceStatus). */
export type ScheduledEvent = {
  readonly instanceId: string;
  /** EC2's code, such as `instance-retirement`. */
  readonly code: string;
  /** The earliest start, in milliseconds since 1970. */
  readonly notBefore: number;
  readonly description: string;
};

/** A group's capacity and its instances, as far as a replacement depends on them. */
export type GroupCapacity = {
  readonly name: string;
  readonly desired: number;
  /** How long a new instance takes until it serves, in milliseconds: its DefaultInstanceWarmup. 0 if it has none. */
  readonly warmup: number;
  /** Whether its own Capacity Rebalancing is on. */
  readonly rebalancesItself: boolean;
  /** The names of its suspended processes, such as `Launch`. */
  readonly suspended: readonly string[];
  readonly instances: readonly {
    readonly instanceId: string;
    readonly state: string;
    readonly isHealthy: boolean;
  }[];
};

/** What a replacement waits for. Its words are in shared/log-lines. */
export type WaitReason =
  /** Instances of the group are under way, or it has fewer in service than it should. */
  | {
      readonly why: "others under way";
      readonly group: string;
      readonly desired: number;
      /** How many are in service and healthy. */
      readonly serving: number;
      readonly underWay: number;
      readonly atOnce: number;
    }
  /** The group is whole again, but load balancers may still be checking the newest instance. */
  | { readonly why: "warms up"; readonly group: string; readonly seconds: number }
  /** A load balancer of the group has instances of it, in service, to which it does not send: by their ids. */
  | { readonly why: "unhealthy targets"; readonly group: string; readonly instances: readonly string[] }
  | { readonly why: "suspended"; readonly group: string; readonly processes: readonly string[] }
  | { readonly why: "unread"; readonly call: string | undefined };

/** Why nothing is done about a notice. Its words are in shared/log-lines. */
export type IgnoreReason =
  | { readonly why: "the input says so" }
  | { readonly why: "no group" }
  | { readonly why: "too late" }
  | { readonly why: "not yet"; readonly startsAt: number; readonly from: number }
  | { readonly why: "not in service"; readonly state: string }
  | { readonly why: "no hook of ours"; readonly group: string }
  | { readonly why: "Auto Scaling rebalances"; readonly group: string }
  /** The group has no other instance, and the input does not let the last one go. */
  | { readonly why: "the last one"; readonly group: string }
  /** EC2's schedule has no change of the instance, so the notice of a maintenance is not proven. */
  | { readonly why: "nothing scheduled" }
  | { readonly why: "waited too long"; readonly waitsFor: WaitReason["why"] | undefined }
  | { readonly why: "denied"; readonly call: string | undefined };
