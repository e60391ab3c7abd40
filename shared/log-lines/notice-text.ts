import type { IgnoreReason } from "../model/notice.ts";

/** Why nothing is done about a notice, in the words of the log. */
export function ignoreText(reason: IgnoreReason): string {
  switch (reason.why) {
    case "the input says so":
      return "the input says so";
    case "no group":
      return "no Auto Scaling group has the instance";
    case "too late":
      return "its two minutes are over";
    case "not in service":
      return `the instance is ${reason.state}`;
    case "no hook of ours":
      return `the group ${reason.group} has no terminating hook of ours`;
    default:
      return reason satisfies never;
  }
}
