import type { Blocker } from "./blocker.ts";
import type { HookOwner } from "./hooks.ts";
import type { InstanceState } from "./instance-state.ts";
import type { InterruptionDoubt } from "./interruption.ts";
import type { Return } from "./memory.ts";
import type { SeenRegistration } from "./registration.ts";

/**
 * Whether the group keeps an instance whose hook ends with ABANDON; undefined where nobody asked, or where it could not be
 * read.
 */
export type Retention = boolean | undefined;

/** Why a lifecycle action is completed. Its words are in shared/log-lines. */
export type CompletionReason =
  | { readonly why: "drained" }
  | { readonly why: "drained, left its cluster" }
  | { readonly why: "drained at the deadline" }
  | { readonly why: "deadline"; readonly left: readonly Blocker[] }
  | {
      readonly why: "deadline with ABANDON";
      readonly left: readonly Blocker[];
      readonly retains: Retention;
    }
  /** Nobody could give back what is taken from it, and it comes back. */
  | { readonly why: "not drained"; readonly left: readonly Blocker[] }
  | { readonly why: "dead"; readonly as: InstanceState | undefined };

/** A hook that timed out before we could begin to drain the instance. Its timeout is in milliseconds. */
export type HookEndedFirst = { readonly heartbeatTimeout: number };

/** Why an instance is followed no longer, whose drain is over. */
export type FollowEnd =
  /** None of its container instances is silent: ECS takes out the others by itself. */
  | { readonly why: "not silent" }
  /** Its cluster may be read, and not changed. */
  | { readonly why: "not permitted" }
  /** It does not die after all. `state` is its lifecycle state. */
  | { readonly why: "lives on"; readonly state: string }
  /** Nobody has taken it out, and EC2 does not say that it is terminated: `as` is what EC2 says. */
  | { readonly why: "left behind"; readonly as: InstanceState | undefined };

/** Why a termination is dropped, without anything being completed. */
export type DropReason =
  | { readonly why: "superseded"; readonly state: string }
  | {
      readonly why: "nothing to complete";
      readonly state: string;
      readonly hookEndedFirst: HookEndedFirst | undefined;
    }
  | { readonly why: "absent"; readonly hookEndedFirst: HookEndedFirst | undefined }
  /** `group` is the instance's group, if it is another than the message's. */
  | { readonly why: "not terminating"; readonly state: string; readonly group: string | undefined }
  | { readonly why: "unknown action" }
  /** `target` is what the hook notifies. `wasOurs`: a pass before this one took the hook for ours. */
  | {
      readonly why: "not our hook";
      readonly owner: Exclude<HookOwner, "ours">;
      readonly target: string | undefined;
      readonly wasOurs: boolean;
    }
  | { readonly why: "spot interruption"; readonly left: readonly Blocker[] }
  | { readonly why: "interruption not proven"; readonly doubt: InterruptionDoubt }
  | { readonly why: "does not return"; readonly state: string; readonly to: Return }
  | {
      readonly why: "given up";
      readonly at: number;
      readonly state: string;
      readonly to: Return;
      readonly notRestored: readonly (SeenRegistration | string)[];
    }
  | { readonly why: "restored"; readonly state: string }
  | { readonly why: "restored without agent"; readonly state: string };
