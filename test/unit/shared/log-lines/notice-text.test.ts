// Protects the words for why nothing is done about a notice, and for what one waits: one row a reason.
import { expect } from "chai";
import { ignoreText, waitText } from "../../../../shared/log-lines/notice-text.ts";
import type { IgnoreReason, WaitReason } from "../../../../shared/model/notice.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-22T09:00:00Z");

const REASONS: { readonly [W in IgnoreReason["why"]]: readonly [Extract<IgnoreReason, { why: W }>, string] } =
  {
    "the input says so": [{ why: "the input says so" }, "the input says so"],
    "no group": [{ why: "no group" }, "no Auto Scaling group has the instance"],
    "too late": [{ why: "too late" }, "its two minutes are over"],
    "not yet": [
      { why: "not yet", startsAt: START, from: START - 48 * HOUR },
      "its time: the change starts at 2026-11-22T09:00:00.000Z, and EC2 is asked for it again from 2026-11-20T09:00:00.000Z on",
    ],
    "not in service": [{ why: "not in service", state: "Standby" }, "the instance is Standby"],
    "no hook of ours": [
      { why: "no hook of ours", group: "fleet" },
      "the group fleet has no terminating hook of ours",
    ],
    "Auto Scaling rebalances": [
      { why: "Auto Scaling rebalances", group: "fleet" },
      "the group fleet has Capacity Rebalancing, so Auto Scaling replaces the instance itself",
    ],
    "the last one": [
      { why: "the last one", group: "fleet" },
      "it is the only instance of the group fleet, and replace_last is not set",
    ],
    "nothing scheduled": [
      { why: "nothing scheduled" },
      "EC2 has scheduled no change of the instance: the notice is old, or forged",
    ],
    "waited too long": [
      { why: "waited too long", waitsFor: "suspended" },
      "it has waited for four hours, last for suspended processes",
    ],
    denied: [
      { why: "denied", call: "autoscaling:TerminateInstanceInAutoScalingGroup" },
      "autoscaling:TerminateInstanceInAutoScalingGroup was denied in run after run",
    ],
  };

const WAITS: { readonly [W in WaitReason["why"]]: readonly [Extract<WaitReason, { why: W }>, string] } = {
  "others under way": [
    { why: "others under way", group: "fleet", desired: 10, serving: 9, underWay: 1, atOnce: 1 },
    "the group fleet has 9 of 10 instances in service and healthy, and 1 under way; replace_at_once is 1",
  ],
  "warms up": [
    { why: "warms up", group: "fleet", seconds: 45 },
    "the group fleet is whole again; its newest instance gets 45 s until it serves",
  ],
  "unhealthy targets": [
    { why: "unhealthy targets", group: "fleet", instances: ["i-1", "i-2", "i-3", "i-4", "i-5"] },
    "load balancers of the group fleet do not send to i-1, i-2, i-3 and 2 more yet",
  ],
  suspended: [
    { why: "suspended", group: "fleet", processes: ["Launch", "Terminate"] },
    "the group fleet has suspended Launch and Terminate: nothing would take the instance's place",
  ],
  unread: [
    { why: "unread", call: "autoscaling:DescribeAutoScalingGroups" },
    "autoscaling:DescribeAutoScalingGroups was not answered",
  ],
};

describe("the words for why a notice is ignored", () => {
  for (const [reason, text] of Object.values(REASONS))
    it(`${reason.why}: ${text}`, () => expect(ignoreText(reason)).to.equal(text));
  it("names no call where the run's time was over", () => {
    expect(ignoreText({ why: "denied", call: undefined })).to.equal("a call was denied in run after run");
    expect(ignoreText({ why: "waited too long", waitsFor: undefined })).to.equal(
      "it has waited for four hours",
    );
  });
});

describe("the words for what a notice waits for", () => {
  for (const [reason, text] of Object.values(WAITS))
    it(`${reason.why}: ${text}`, () => expect(waitText(reason)).to.equal(text));
  it("unread: names no call where the run's time was over", () =>
    expect(waitText({ why: "unread", call: undefined })).to.equal("AWS was not answered"));
});
