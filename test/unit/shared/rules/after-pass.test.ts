// Protects what is remembered after a pass, beside what was decided: what a dry run waits for, and what comes up later.
import { expect } from "chai";
import { type Blocker, event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import {
  afterFailedCompletion,
  isNews,
  waitAgain,
  withoutSteps,
} from "../../../../shared/rules/after-pass.ts";
import { complete, wait } from "../../../../shared/rules/decision.ts";
import {
  clusterInstance,
  decided,
  decisionOf,
  MINUTE,
  observed,
  SECOND,
  SINCE,
  target,
  task,
  termination,
} from "./builders.ts";

const NOW = SINCE + MINUTE;
const registered: Blocker = {
  kind: "registration",
  loadBalancer: "static",
  counts: true,
  state: "registered",
  count: 1,
};
const drain = { kind: "drain", cluster: "main", containerInstance: "ci-1", again: false } as const;

describe("a decision on a dry run", () => {
  const left = observed({ registrations: [target()] });
  const waiting = wait(termination(), NOW, [event("settled")]);

  /** [which, what is decided, what is observed] */
  const table: [string, Partial<typeof waiting>, typeof left][] = [
    ["without steps, which waits for something else than what is there", waiting, left],
    ["with steps, where nothing is there", { ...waiting, steps: [drain] }, observed()],
    ["to complete", { ...complete(NO_MEMORY, "CONTINUE", { why: "drained" }), steps: [drain] }, left],
  ];
  for (const [which, decision, shown] of table) {
    it(`stays as it is: ${which}`, () => {
      const whole = decided(termination(), decision, 0, shown);
      expect(withoutSteps(whole)).to.equal(whole);
    });
  }

  it("waits for what is there since now, where something else was waited for before", () => {
    const before = termination({ blockers: [event("settled")], changedAt: 5 });
    const { decision } = withoutSteps(decided(before, { ...waiting, steps: [drain] }, 0, left));
    expect(decision.memory).to.deep.include({ blockers: [registered], changedAt: NOW });
    expect(decision.outcome).to.deep.include({ kind: "wait", blockers: [registered] });
    expect(decision.steps).to.deep.equal([drain]);
  });

  describe("waits for what is there, not for what would be there after its steps", () => {
    const serving = observed({
      clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
      registrations: [target()],
    });
    const there: Blocker[] = [
      registered,
      { kind: "tasks", cluster: "main", status: "RUNNING", count: 1 },
      { kind: "not draining", cluster: "main" },
    ];
    const onDryRun = (memory = {}, shown = serving) =>
      withoutSteps(decided(termination(memory), decisionOf({ memory, observed: shown }), 0, shown)).decision;

    it("in its outcome and in its memory", () => {
      const { outcome, memory, steps } = onDryRun();
      expect(outcome).to.deep.include({ kind: "wait", blockers: there });
      expect(memory).to.deep.include({ blockers: there, changedAt: NOW });
      expect(steps).to.have.lengthOf(2);
    });

    it("since when it has been the same", () => {
      expect(onDryRun({ blockers: there, changedAt: SINCE }).memory.changedAt).to.equal(SINCE);
    });

    it("where there are no steps, nothing changes", () => {
      const shown = observed({ registrations: [target({ state: "draining" })] });
      expect(onDryRun({}, shown)).to.deep.equal(decisionOf({ observed: shown }));
    });
  });
});

describe("what comes up after the decision", () => {
  it("is waited for since now, for poll_seconds", () => {
    const before = termination({ blockers: [registered], changedAt: SINCE });
    const { termination: after, blockers } = waitAgain(before, [event("returned")], NOW);
    expect(blockers).to.deep.equal([event("returned")]);
    expect(after.memory).to.deep.include({
      blockers: [event("returned")],
      changedAt: NOW,
      nextPassAt: NOW + 5 * SECOND,
    });
  });

  const denied = { call: "autoscaling:CompleteLifecycleAction", why: "denied" } as const;

  it("a completion without an answer is a failure that changes neither what is waited for nor since when", () => {
    const before = termination({ blockers: [registered], changedAt: SINCE, failures: 2 });
    const { termination: after, blockers } = afterFailedCompletion(before, denied, NOW);
    expect(blockers).to.deep.equal([unreadBlocker("completion", denied)]);
    expect(after.memory).to.deep.include({
      blockers: [registered],
      unread: [unreadBlocker("completion", denied)],
      changedAt: SINCE,
      failures: 3,
    });
  });

  it("a completion for which there was no time is none", () => {
    const untried = { call: undefined, why: "out of time" } as const;
    const { termination: after, blockers } = afterFailedCompletion(termination(), untried, NOW);
    expect([blockers, after.memory.failures]).to.deep.equal([[event("time for it")], 0]);
  });
});

describe("what is news", () => {
  const unread = [unreadBlocker("tasks", { call: "ecs:ListTasks", why: "throttled" })];
  const memory: Memory = { ...NO_MEMORY, blockers: [registered], unread };

  /** [what is remembered now, whether that is news] */
  const table: [string, Partial<Memory>, boolean][] = [
    ["the same", {}, false],
    ["the same, with its keys in another order", { blockers: [JSON.parse(reversed(registered))] }, false],
    ["another count", { blockers: [{ ...registered, count: 2 }] }, true],
    ["one more", { blockers: [registered, event("effect")] }, true],
    ["nothing", { blockers: [] }, true],
    ["all answered", { unread: [] }, true],
    ["only that it lasts", { changedAt: SINCE, nextPassAt: NOW }, false],
  ];
  for (const [what, change, isNew] of table)
    it(`${what}: ${isNew ? "yes" : "no"}`, () =>
      expect(isNews(memory, { ...memory, ...change })).to.equal(isNew));
});

function reversed(blocker: Blocker): string {
  return JSON.stringify(Object.fromEntries(Object.entries(blocker).reverse()));
}
