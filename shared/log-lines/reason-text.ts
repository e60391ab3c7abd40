import { timeText } from "../base/time-text.ts";
import type { LeftReason } from "../model/ghost.ts";
import type { InterruptionDoubt } from "../model/interruption.ts";
import type { Return } from "../model/memory.ts";
import type { CompletionReason, DropReason, FollowEnd, HookEndedFirst, Retention } from "../model/reason.ts";
import { registrationText } from "../model/registration.ts";
import { blockersText, deathText } from "./blocker-text.ts";

const RETURNS: Readonly<Record<Return, string>> = {
  "warm pool": "return to the warm pool",
  "root volume": "come back with its new root volume",
};

/** Why a lifecycle action is completed, in the words of the log. */
export function completionText(reason: CompletionReason): string {
  switch (reason.why) {
    case "drained":
      return "drained";
    case "drained, left its cluster":
      return "drained: its container instance has left the cluster";
    case "drained at the deadline":
      return "drained, as the drain's time was over";
    case "deadline":
      return `the drain's time is over; still there: ${blockersText(reason.left)}`;
    case "deadline with ABANDON": {
      const fate = abandonText(reason.retains);
      return `the drain's time is over; ${fate}; still there: ${blockersText(reason.left)}`;
    }
    case "not drained":
      return `not drained, since it comes back, and nobody could give back what is taken from it; still there: ${blockersText(reason.left)}`;
    case "dead":
      return `the instance is dead: ${deathText(reason.as)}`;
    default:
      return reason satisfies never;
  }
}

/** Why a termination is followed no further, in the words of the log. */
export function dropText(reason: DropReason): string {
  switch (reason.why) {
    case "superseded":
      return `its lifecycle action has ended; another one holds the instance, which is ${reason.state}`;
    case "nothing to complete":
      return `nothing to complete: the instance is ${reason.state}${endedFirstText(reason.hookEndedFirst)}`;
    case "absent":
      return `no Auto Scaling group knows the instance any more${endedFirstText(reason.hookEndedFirst)}`;
    case "not terminating": {
      const group = reason.group === undefined ? "" : ` in the group ${reason.group}`;
      return `not terminating: the instance is ${reason.state}${group}`;
    }
    case "unknown action":
      return "Auto Scaling knows no such lifecycle action, though the instance is held; is the hook's name still right?";
    case "not our hook":
      return notOursText(reason);
    case "spot interruption": {
      const left = blockersText(reason.left);
      return `the Spot interruption is due; ${left === undefined ? "drained" : `still there: ${left}`}`;
    }
    case "interruption not proven":
      return `the notice of an interruption was never proven: ${doubtText(reason.doubt)}; nothing was touched`;
    case "does not return":
      return `it does not ${RETURNS[reason.to]} after all: it is ${reason.state}`;
    case "given up": {
      const what = reason.notRestored.map((each) =>
        typeof each === "string" ? each : registrationText(each),
      );
      const left = what.length === 0 ? "nothing" : what.join(", ");
      return `given up ${timeText(reason.at)}: the instance was to ${RETURNS[reason.to]}, and is ${reason.state}; not restored: ${left}`;
    }
    case "restored":
      return `the instance is ${reason.state}, and has back what it needs there`;
    case "restored without agent":
      return `the instance is ${reason.state}, and has back what it needs there but its ECS agent`;
    default:
      return reason satisfies never;
  }
}

/** Why it is not proven that EC2 interrupts an instance, in the words of the log. */
export function doubtText(doubt: InterruptionDoubt): string {
  switch (doubt.kind) {
    case "unread":
      return "whether EC2 takes the instance back could not be read";
    case "no Spot request":
      return "EC2 shows no Spot request of the instance";
    case "Spot request":
      return `the instance's Spot request is ${doubt.status}`;
    case "no hook of ours":
      return "the instance's group has no terminating hook of ours";
    default:
      return doubt satisfies never;
  }
}

/** Why an instance is followed no longer, in the words of the log. */
export function followEndText(reason: FollowEnd): string {
  switch (reason.why) {
    case "not silent":
      return "it has left its cluster, or its ECS agent is connected again";
    case "not permitted":
      return "its cluster may be read, and not changed: name it in cluster_names, or set cluster_tag or clusters";
    case "lives on":
      return `the instance does not terminate: it is ${reason.state}`;
    case "left behind": {
      const { as } = reason;
      const word = as === undefined ? "EC2 was not asked" : deathText(as);
      return `it is still in its cluster, its ECS agent is disconnected, and EC2 does not call it terminated: ${word}`;
    }
    default:
      return reason satisfies never;
  }
}

/** Why a sweep leaves a ghost in its cluster, in the words of the log. */
export function leftText(reason: LeftReason): string {
  switch (reason.why) {
    case "unknown to EC2":
      return "EC2 does not know the instance any more, so nothing tells whose it was";
    case "no group":
      return "the instance is terminated, and EC2 shows no Auto Scaling group of it";
    case "another group":
      return `the instance is terminated, and its group ${reason.group} is none of ours`;
    case "never":
      return `the instance is terminated, and deregister_container_instance is never for its group ${reason.group}`;
    default:
      return reason satisfies never;
  }
}

function notOursText({ owner, target, wasOurs }: Extract<DropReason, { why: "not our hook" }>): string {
  const change = wasOurs
    ? "; it was ours when the drain began, and nobody goes on with that now: has the hook or the input changed?"
    : "";
  switch (owner) {
    case "another's":
      return `its hook is another's: it notifies ${target}${change}`;
    case "managed draining":
      return "its hook is ECS's own, of managed draining";
    case "unnamed":
      return `its hook notifies nobody; if it is ours, give its name in lifecycle_hook_names${change}`;
    case "gone":
      return `the group has no such hook any more${change}`;
    default:
      return owner satisfies never;
  }
}

/** What becomes of an instance whose lifecycle action ends with ABANDON. */
export function abandonText(retains: Retention): string {
  if (retains === undefined) return "whether the group then keeps the instance could not be read";
  return retains
    ? "by the group's retention policy the instance is kept, as Terminating:Retained"
    : "the instance is terminated";
}

function endedFirstText(hook: HookEndedFirst | undefined): string {
  if (hook === undefined) return "";
  const seconds = hook.heartbeatTimeout / 1_000;
  return `; the hook's timeout of ${seconds} s had passed before the first pass: nothing was drained`;
}
