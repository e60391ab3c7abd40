// Protects how a drain goes on once its completion was sent: it is over, or it waits for what is left to be done.
import { expect } from "chai";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import { afterCompletion, afterFailedCompletion } from "../../../../shared/rules/after-pass.ts";
import { hook, MINUTE, observed, SECOND, SINCE, termination, throttled } from "./builders.ts";

const at = SINCE + 5 * MINUTE;

describe("once our lifecycle action is completed", () => {
  const endOf = (memory: Partial<Memory>, change: Partial<Observation> = {}) => {
    const waiting = afterCompletion({ termination: termination(memory), observation: observed(change) }, at);
    return waiting && [waiting.blockers, waiting.termination.memory.completedAt];
  };
  const others = { hooks: [hook(), hook({ name: "backup" }), hook({ name: "audit" })] };
  const forOthers = [{ kind: "other hooks", hooks: ["backup", "audit"] }];

  it("the drain is over", () => {
    expect(endOf({})).to.equal(undefined);
    expect(endOf({}, { hooks: undefined })).to.equal(undefined);
  });
  it("but where other hooks hold the instance too, it waits for them", () =>
    expect(endOf({}, others)).to.deep.equal([forOthers, at]));
  it("but an instance that returns is waited for: what was taken from it is to be restored", () => {
    expect(endOf({ returns: "warm pool" })).to.deep.equal([[event("returned")], at]);
    expect(endOf({ returns: "root volume" })).to.deep.equal([[event("returned")], at]);
  });
  it("but not with a new root volume where nobody knows who writes memory: nothing was taken", () => {
    expect(endOf({ returns: "root volume" }, { areSendersKnown: false })).to.equal(undefined);
    expect(endOf({ returns: "warm pool" }, { areSendersKnown: false })).to.deep.equal([
      [event("returned")],
      at,
    ]);
  });
  it("and first for the other hooks, where both are so", () =>
    expect(endOf({ returns: "warm pool" }, others)).to.deep.equal([forOthers, at]));
});

describe("after a completion that AWS did not answer", () => {
  const before = termination({
    failures: 1,
    blockers: [event("later read")],
    changedAt: SINCE,
  });

  it("it waits for the answer, and counts a failure: neither what it waited for nor its clock is changed", () => {
    const unread = throttled("autoscaling:CompleteLifecycleAction");
    const { termination: waiting, blockers } = afterFailedCompletion(before, unread, at);
    expect(blockers).to.deep.equal([unreadBlocker("completion", unread)]);
    expect(waiting.memory).to.deep.include({
      failures: 2,
      blockers: [event("later read")],
      unread: blockers,
      changedAt: SINCE,
      nextPassAt: at + 5 * SECOND,
    });
  });

  it("one that was not tried, as the run had no time left, is no failure", () => {
    const { termination: waiting, blockers } = afterFailedCompletion(
      before,
      { call: "autoscaling:CompleteLifecycleAction", why: "out of time" },
      at,
    );
    expect(blockers).to.deep.equal([event("time for it")]);
    expect(waiting.memory.failures).to.equal(1);
  });
});
