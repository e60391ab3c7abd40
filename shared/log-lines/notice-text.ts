import { timeText } from "../base/time-text.ts";
import type { IgnoreReason, WaitReason } from "../model/notice.ts";

/** How many instances a line names. */
const NAMED = 3;

/** Why nothing is done about a notice, in the words of the log. */
export function ignoreText(reason: IgnoreReason): string {
  switch (reason.why) {
    case "the input says so":
      return "the input says so";
    case "no group":
      return "no Auto Scaling group has the instance";
    case "too late":
      return "its two minutes are over";
    case "not yet":
      return `its time: the change starts at ${timeText(reason.startsAt)}, and EC2 is asked for it again from ${timeText(reason.from)} on`;
    case "not in service":
      return `the instance is ${reason.state}`;
    case "no hook of ours":
      return `the group ${reason.group} has no terminating hook of ours`;
    case "Auto Scaling rebalances":
      return `the group ${reason.group} has Capacity Rebalancing, so Auto Scaling replaces the instance itself`;
    case "the last one":
      return `it is the only instance of the group ${reason.group}, and replace_last is not set`;
    case "nothing scheduled":
      return "EC2 has scheduled no change of the instance: the notice is old, or forged";
    case "waited too long":
      return `it has waited for four hours${reason.waitsFor === undefined ? "" : `, last for ${waitedText(reason.waitsFor)}`}`;
    case "denied":
      return `${reason.call ?? "a call"} was denied in run after run`;
    default:
      return reason satisfies never;
  }
}

/** What a replacement waits for, in the words of the log. */
export function waitText(reason: WaitReason): string {
  switch (reason.why) {
    case "others under way":
      return `the group ${reason.group} has ${reason.serving} of ${reason.desired} instances in service and healthy, and ${reason.underWay} under way; replace_at_once is ${reason.atOnce}`;
    case "warms up":
      return `the group ${reason.group} is whole again; its newest instance gets ${reason.seconds} s until it serves`;
    case "unhealthy targets":
      return `load balancers of the group ${reason.group} do not send to ${reason.instances.slice(0, NAMED).join(", ")}${reason.instances.length > NAMED ? ` and ${reason.instances.length - NAMED} more` : ""} yet`;
    case "suspended":
      return `the group ${reason.group} has suspended ${reason.processes.join(" and ")}: nothing would take the instance's place`;
    case "unread":
      return `${reason.call ?? "AWS"} was not answered`;
    default:
      return reason satisfies never;
  }
}

function waitedText(why: WaitReason["why"]): string {
  return {
    "others under way": "others under way",
    "warms up": "the newest instance",
    "unhealthy targets": "targets that are not healthy",
    suspended: "suspended processes",
    unread: "an answer of AWS",
  }[why];
}
