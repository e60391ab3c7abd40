// Protects what is said of calls about another's hook: a function that could not read whose it is by now is not to blame.
import { expect } from "chai";
import type { MadeCall } from "../../../../simulator/judge/damage-ledger.ts";
import { foreignCalls } from "../../../../simulator/judge/foreign-calls.ts";

const input = { AutoScalingGroupName: "web", LifecycleHookName: "drain" };
const call = (at: number, action: string, rest: Partial<MadeCall> = {}): MadeCall => ({
  at,
  caller: "terminate",
  action: `autoscaling:${action}`,
  input,
  ...rest,
});
const read = (at: number, rest: Partial<MadeCall> = {}) => call(at, "DescribeLifecycleHooks", rest);
const faulty = (_from: number, to: number) => to;
const heartbeat = call(30, "RecordLifecycleActionHeartbeat");

describe("calls about another's hook", () => {
  /** [why, what was called before the heartbeat, what allows it] */
  const table: [string, MadeCall[], string | undefined][] = [
    ["the hook was read since", [read(20)], undefined],
    ["it was read before somebody gave it away", [read(5)], "an injected fault"],
    ["the read since was refused", [read(20, { error: "Throttling: Rate exceeded" })], "an injected fault"],
    ["the answer since was lost", [read(20, { unanswered: "reset" })], "an injected fault"],
    ["only the other function has read it since", [read(20, { caller: "deregister" })], "an injected fault"],
  ];
  for (const [why, before, allowedBy] of table) {
    it(`a heartbeat: ${why}`, () => {
      const found = foreignCalls([...before, heartbeat], () => ({ since: 10, wasOurs: true }), faulty);
      expect(found.map((each) => [each.kind, each.allowedBy])).to.deep.equal([["others", allowedBy]]);
    });
  }

  it("a heartbeat of one that has not read the hook since, though no fault kept it from that: by nothing", () => {
    const asked: number[][] = [];
    const faultless = (from: number, to: number) => {
      asked.push([from, to]);
      return undefined;
    };
    const found = foreignCalls([read(5), heartbeat], () => ({ since: 10, wasOurs: true }), faultless);
    expect(found.map((each) => [each.kind, each.allowedBy])).to.deep.equal([["others", undefined]]);
    expect(asked).to.deep.equal([[10, 30]]);
  });
});
