// Protects how the log and the metrics count drains: one that was cut off is never counted as drained.
import { expect } from "chai";
import { event } from "../../../../shared/model/blocker.ts";
import type { CutOff } from "../../../../shared/model/cut-off.ts";
import type { Complete, Drop } from "../../../../shared/model/decision.ts";
import { type DrainOutcome, outcomeOf } from "../../../../shared/model/outcome.ts";

const left = [event("effect")];
const cutOff: CutOff = { left, setting: "drain_timeout_seconds" };
const complete = (reason: Complete["reason"], more: Partial<Complete> = {}): Complete => ({
  kind: "complete",
  result: "CONTINUE",
  reason,
  ...more,
});
const drop = (reason: Drop["reason"], more: Partial<Drop> = {}): Drop => ({
  kind: "drop",
  level: "info",
  reason,
  ...more,
});

const ends: readonly [string, Complete | Drop, DrainOutcome][] = [
  ["nothing was left", complete({ why: "drained" }), "drained"],
  ["nothing was left at the deadline", complete({ why: "drained at the deadline" }), "drained"],
  ["something was left at the deadline", complete({ why: "deadline", left }, { cutOff }), "cut off"],
  ["it was dead", complete({ why: "dead", as: undefined }), "dead"],
  ["EC2 takes it, and nothing is left", drop({ why: "spot interruption", left: [] }), "drained"],
  ["EC2 takes it with something left", drop({ why: "spot interruption", left }, { cutOff }), "cut off"],
  ["it was over already", drop({ why: "unknown action" }), "dropped"],
];

describe("the outcome of a drain", () => {
  for (const [why, end, expected] of ends)
    it(`is "${expected}" where ${why}`, () => expect(outcomeOf(end)).to.equal(expected));
});
