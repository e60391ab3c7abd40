// Rule 12: notices.
// Protects what is done about a notice: nothing unless the input says so, and nothing to an instance that no group of ours has.
import { expect } from "chai";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { NoticeKind } from "../../../../shared/model/notice.ts";
import {
  decideNotice,
  interruptedIn,
  isIgnored,
  mayReplace,
  type NoticeDecision,
  type NoticePolicy,
  noticePolicyOf,
} from "../../../../shared/rules/notices.ts";
import { hook, MINUTE, SINCE, state, termination } from "./builders.ts";

const KINDS: readonly NoticeKind[] = ["spot interruption", "rebalance", "maintenance"];
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

  for (const kind of KINDS)
    it(`says of a ${kind} by itself whether anything is asked`, () => {
      expect(isIgnored(kind, NOTHING)).to.equal(true);
      expect(isIgnored(kind, { ...NOTHING, [kind]: ALL[kind] })).to.equal(false);
    });
});

describe("what is done about a notice", () => {
  const drain: NoticeDecision = { kind: "drain", group: "fleet" };
  const replace: NoticeDecision = { kind: "replace", group: "fleet" };
  const ignore = (reason: object) => ({ kind: "ignore", reason }) as NoticeDecision;

  /** [why, the notice, the instance's state, where a group has it, milliseconds after the notice, what is done] */
  const table: [string, NoticeKind, string | undefined, number, NoticeDecision][] = [
    ["an interruption in service", "spot interruption", "InService", 0, drain],
    ["an interruption, whatever the state", "spot interruption", "Standby", 0, drain],
    ["an interruption with a moment left", "spot interruption", "InService", 2 * MINUTE - 1, drain],
    [
      "an interruption that is due",
      "spot interruption",
      "InService",
      2 * MINUTE,
      ignore({ why: "too late" }),
    ],
    ["an interruption that no group has", "spot interruption", undefined, 0, ignore({ why: "no group" })],
    ["a rebalance in service", "rebalance", "InService", 0, replace],
    ["a rebalance, however late", "rebalance", "InService", 60 * MINUTE, replace],
    ["a maintenance in service", "maintenance", "InService", 0, replace],
    ["a rebalance that no group has", "rebalance", undefined, 0, ignore({ why: "no group" })],
    ...["Terminating:Wait", "Standby", "Pending", "Warmed:Stopped"].map(
      (name): [string, NoticeKind, string, number, NoticeDecision] => [
        `a rebalance that is ${name}`,
        "rebalance",
        name,
        0,
        ignore({ why: "not in service", state: name }),
      ],
    ),
  ];
  for (const [why, notice, shown, after, expected] of table) {
    it(`${why}: ${expected.kind}`, () => {
      const { groupInstance } = shown === undefined ? { groupInstance: undefined } : state(shown);
      expect(decideNotice({ notice, at: SINCE }, ALL, groupInstance, SINCE + after)).to.deep.equal(expected);
    });
    it(`${why}: nothing where the input says so`, () => {
      const { groupInstance } = shown === undefined ? { groupInstance: undefined } : state(shown);
      expect(decideNotice({ notice, at: SINCE }, NOTHING, groupInstance, SINCE + after)).to.deep.equal(
        ignore({ why: "the input says so" }),
      );
    });
  }
});

describe("whether an instance is replaced through its group", () => {
  const ARN = "arn:aws:sqs:us-east-1:123456789012:";
  /** [why, the group's terminating hooks, whether one of them may reach us] */
  const table: [string, (string | undefined)[], boolean][] = [
    ["a hook that writes to our queue", [`${ARN}lifecycle`], true],
    ["a hook that notifies EventBridge alone", [undefined], true],
    ["a hook that notifies a topic", ["arn:aws:sns:us-east-1:123456789012:topic"], true],
    ["a hook that writes to another queue", [`${ARN}other-lifecycle`], false],
    ["the second of two hooks that writes to our queue", [`${ARN}backup`, `${ARN}lifecycle`], true],
    ["no hook at all", [], false],
  ];
  for (const [why, targets, replaced] of table)
    it(`${why}: ${replaced ? "yes" : "no"}`, () =>
      expect(
        mayReplace(
          targets.map((target) => hook({ target })),
          "lifecycle",
        ),
      ).to.equal(replaced));
});

it("an interruption begins a drain at the notice's time that no hook holds, so nothing is completed", () => {
  const { settings } = termination();
  expect(interruptedIn({ instanceId: "i-1", at: SINCE }, "fleet", settings)).to.deep.equal({
    instanceId: "i-1",
    group: "fleet",
    hook: undefined,
    token: undefined,
    since: SINCE,
    interruptedAt: SINCE,
    dryRun: false,
    settings,
    memory: NO_MEMORY,
  });
});
