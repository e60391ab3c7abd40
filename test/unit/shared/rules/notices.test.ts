// Rule 12: notices.
// Protects what is done about a notice as it comes: nothing unless the input says so, nothing before its time, and nothing to an
// instance that no group of ours has.
import { expect } from "chai";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { IgnoreReason, NoticeKind, ScheduledEvent } from "../../../../shared/model/notice.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import {
  type ArrivalDecision,
  decideArrival,
  interruptedIn,
  isScheduleDue,
  maintenancesDue,
  type NoticePolicy,
  noticePolicyOf,
  notOurs,
} from "../../../../shared/rules/notices.ts";
import { hook, MINUTE, SECOND, SINCE } from "./builders.ts";

const HOUR = 60 * MINUTE;
const LEAD = 48 * HOUR;
const NOTHING: NoticePolicy = { "spot interruption": "ignore", rebalance: "ignore", maintenance: "ignore" };
const ALL: NoticePolicy = { "spot interruption": "drain", rebalance: "replace", maintenance: "replace" };

describe("what the input says about notices", () => {
  it("is to ignore them where it does not name them", () => {
    expect(noticePolicyOf({})).to.deep.equal(NOTHING);
  });

  it("goes kind by kind", () => {
    const keys = {
      on_spot_interruption: "drain",
      on_rebalance: "replace",
      on_maintenance: "replace",
    } as const;
    expect(noticePolicyOf(keys)).to.deep.equal(ALL);
    expect(noticePolicyOf({ on_rebalance: "replace" })).to.deep.equal({ ...NOTHING, rebalance: "replace" });
    expect(noticePolicyOf({ ...keys, on_rebalance: "ignore" })).to.deep.equal({
      ...ALL,
      rebalance: "ignore",
    });
  });
});

describe("what is done about a notice as it comes", () => {
  const ignore = (reason: IgnoreReason): ArrivalDecision => ({ kind: "ignore", reason });
  const drain: ArrivalDecision = { kind: "drain" };
  const replace = (notice: "rebalance" | "maintenance"): ArrivalDecision => ({ kind: "replace", notice });
  const later = ignore({ why: "not yet", startsAt: SINCE + LEAD + 1, from: SINCE + 1 });

  /** [why, the notice, milliseconds after it, when the change starts (after it, too), what is done] */
  const table: [string, NoticeKind, number, number | undefined, ArrivalDecision][] = [
    ["an interruption", "spot interruption", 0, undefined, drain],
    ["an interruption with a moment left", "spot interruption", 2 * MINUTE - 1, undefined, drain],
    ["an interruption that is due", "spot interruption", 2 * MINUTE, undefined, ignore({ why: "too late" })],
    ["a rebalance", "rebalance", 0, undefined, replace("rebalance")],
    ["a rebalance, however late", "rebalance", HOUR, undefined, replace("rebalance")],
    ["a maintenance that does not say when", "maintenance", 0, undefined, replace("maintenance")],
    ["a maintenance within the lead", "maintenance", 0, LEAD, replace("maintenance")],
    ["a maintenance a moment before its lead", "maintenance", 0, LEAD + 1, later],
    ["a maintenance that has begun", "maintenance", HOUR, MINUTE, replace("maintenance")],
  ];
  for (const [why, notice, after, startsAfter, expected] of table) {
    const startsAt = startsAfter === undefined ? undefined : SINCE + startsAfter;
    it(`${why}: ${expected.kind}`, () =>
      expect(decideArrival({ notice, at: SINCE, startsAt }, ALL, LEAD, SINCE + after)).to.deep.equal(
        expected,
      ));
    it(`${why}: nothing where the input says so`, () =>
      expect(decideArrival({ notice, at: SINCE, startsAt }, NOTHING, LEAD, SINCE + after)).to.deep.equal(
        ignore({ why: "the input says so" }),
      ));
  }
});

describe("whose instance a notice is about", () => {
  const ARN = "arn:aws:sqs:us-east-1:123456789012:";
  const TOPIC = "arn:aws:sns:us-east-1:123456789012:topic";
  const ours = { queue: "lifecycle", topics: [TOPIC], names: ["by-name"] };
  const groupInstance = { group: "fleet", state: "InService" };

  /** [why, the group's terminating hooks by name and target, whether one is ours] */
  const table: [string, [name: string, target: string | undefined][], boolean][] = [
    ["a hook that writes to our queue", [["drain", `${ARN}lifecycle`]], true],
    ["a hook that notifies EventBridge alone, which nobody names", [["drain", undefined]], false],
    ["a hook that notifies EventBridge alone, and is named", [["by-name", undefined]], true],
    ["a hook that notifies our topic", [["drain", TOPIC]], true],
    ["a hook that notifies another topic", [["drain", `${TOPIC}-2`]], false],
    ["a hook that writes to another queue", [["drain", `${ARN}other-lifecycle`]], false],
    [
      "the second of two hooks",
      [
        ["backup", `${ARN}backup`],
        ["drain", `${ARN}lifecycle`],
      ],
      true,
    ],
    ["no hook at all", [], false],
  ];
  for (const [why, hooks, isOurs] of table)
    it(`${why}: ${isOurs ? "ours" : "not ours"}`, () =>
      expect(
        notOurs(
          groupInstance,
          hooks.map(([name, target]) => hook({ name, target })),
          ours,
        ),
      ).to.deep.equal(isOurs ? undefined : { why: "no hook of ours", group: "fleet" }));

  it("no group has it: not ours", () => {
    expect(notOurs(undefined, [hook()], ours)).to.deep.equal({ why: "no group" });
  });
});

describe("what EC2 has scheduled", () => {
  const event = (change: Partial<ScheduledEvent> = {}): ScheduledEvent => ({
    instanceId: "i-1",
    code: "instance-retirement",
    notBefore: SINCE + LEAD,
    description: "The instance is running on degraded hardware",
    ...change,
  });
  const due = (...events: ScheduledEvent[]) => [...maintenancesDue(events, LEAD, SINCE)];

  /** [why, the event, whether it is due] */
  const table: [string, Partial<ScheduledEvent>, boolean][] = [
    ["whose lead has come", {}, true],
    ["a moment before its lead", { notBefore: SINCE + LEAD + 1 }, false],
    ["that has begun", { notBefore: SINCE - HOUR }, true],
    ["that is completed", { description: "[Completed] The instance is" }, false],
    ["that is canceled", { description: "[Canceled] The instance is" }, false],
    ["that is canceled, in another spelling", { description: "[Cancelled] The instance is" }, false],
    ["of a code that is new", { code: "system-move" }, true],
  ];
  for (const [why, change, isDue] of table)
    it(`a change ${why} is ${isDue ? "" : "not "}due`, () =>
      expect(due(event(change))).to.have.lengthOf(isDue ? 1 : 0));

  it("counts once an instance, with the first of its changes", () => {
    const first = event({ notBefore: SINCE + HOUR });
    expect(due(event(), first, event(), event({ instanceId: "i-2" }))).to.deep.equal([
      ["i-1", SINCE + HOUR],
      ["i-2", SINCE + LEAD],
    ]);
  });

  /** [why, when the run starts after a full hour, what is done about maintenances, whether it asks] */
  const runs: [string, number, "replace" | "ignore", boolean][] = [
    ["on the hour", 0, "replace", true],
    ["within the first minute", MINUTE - 1, "replace", true],
    ["a little late", MINUTE + 10 * SECOND - 1, "replace", true],
    ["later in the hour", MINUTE + 10 * SECOND, "replace", false],
    ["on the hour, when maintenances are ignored", 0, "ignore", false],
  ];
  for (const [why, after, maintenance, asks] of runs)
    it(`a run ${why} ${asks ? "asks" : "does not ask"}`, () =>
      expect(isScheduleDue(SINCE + after, { ...NOTHING, maintenance })).to.equal(asks));
});

it("an interruption begins a drain at the notice's time that no hook holds, so nothing is completed", () => {
  const keys = { cluster_name: "main" };
  expect(interruptedIn({ instanceId: "i-1", at: SINCE }, "fleet", keys)).to.deep.equal({
    told: keys,
    settings: settingsOf(keys),
    instanceId: "i-1",
    group: "fleet",
    hook: undefined,
    token: undefined,
    since: SINCE,
    noticedAt: SINCE,
    interruptedAt: undefined,
    dryRun: false,
    memory: NO_MEMORY,
  });
});
