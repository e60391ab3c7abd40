// Rule 8: done twice is done once.
// Protects the rule of what a refused completion means.
import { expect } from "chai";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { decideCompleted, tryCompletion } from "../../../../shared/rules/completion.ts";
import { complete, wait } from "../../../../shared/rules/decision.ts";
import {
  denied,
  hook,
  lifecycleState,
  MINUTE,
  observed,
  reasonOf,
  rows,
  SECOND,
  SINCE,
  seen,
  state,
  target,
  termination,
  throttled,
} from "./builders.ts";

const HOUR = 60 * MINUTE;

describe("decide", () => {
  rows("rule 8: done twice is done once", [
    {
      why: "refused, no other hook: tried again",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      expected: ["complete"],
    },
    {
      why: "refused for just under two minutes: tried again",
      memory: { ...seen, refusedAt: SINCE },
      now: 2 * MINUTE - 1,
      expected: ["complete"],
    },
    {
      why: "refused for two minutes: given up",
      memory: { ...seen, refusedAt: SINCE },
      now: 2 * MINUTE,
      expected: ["drop"],
    },
    {
      why: "refused, another hook explains the wait: done at once, and kept until that is completed too",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      observed: { hooks: [hook(), hook({ name: "backup" })] },
      expected: ["wait"],
    },
    {
      why: "completed, another hook holds it: kept, and nothing is done, whatever is there",
      memory: { ...seen, completedAt: SINCE },
      now: 60 * MINUTE,
      observed: { hooks: [hook(), hook({ name: "backup" })], registrations: [target()] },
      expected: ["wait"],
    },
    {
      why: "completed, the hooks cannot be read: kept",
      memory: { ...seen, completedAt: SINCE },
      now: 60 * MINUTE,
      observed: { hooks: undefined, unread: { hooks: denied() } },
      expected: ["wait"],
    },
    {
      why: "completed just under two minutes ago, and no other hook: Describe may lag",
      memory: { ...seen, completedAt: SINCE },
      now: 2 * MINUTE - 1,
      expected: ["wait"],
    },
    {
      why: "completed two minutes ago, no other hook, and still held: given up",
      memory: { ...seen, completedAt: SINCE },
      now: 2 * MINUTE,
      expected: ["drop"],
    },
    {
      why: "refused for two minutes, the hooks were not read: wait",
      memory: { ...seen, refusedAt: SINCE },
      now: 2 * MINUTE,
      observed: { hooks: undefined, unread: { hooks: denied() } },
      expected: ["wait"],
    },
  ]);
});

describe("decide", () => {
  rows("rule 8: what a completed action waits for", [
    {
      why: "the other hooks are named",
      memory: { ...seen, completedAt: SINCE },
      observed: { hooks: [hook(), hook({ name: "backup" }), hook({ name: "audit" })] },
      expected: ["wait"],
      because: [{ kind: "other hooks", hooks: ["backup", "audit"] }],
    },
    {
      why: "no other hook",
      memory: { ...seen, completedAt: SINCE },
      expected: ["wait"],
      because: [event("released")],
    },
    {
      why: "no other hook, and it comes back: waited for, however long",
      memory: { ...seen, completedAt: SINCE, returns: "warm pool" },
      observed: state("Warmed:Pending:Wait"),
      now: 60 * MINUTE,
      expected: ["wait"],
      because: [event("released")],
    },
    {
      why: "it was to come back, nothing is completed yet, and it is terminated after all: drained as any other",
      memory: { ...seen, returns: "warm pool" },
      expected: ["complete"],
    },
    {
      why: "the hooks were not read: nobody knows of another one, and it is tried again",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      observed: { hooks: undefined, unread: { hooks: denied() } },
      expected: ["complete"],
    },
  ]);
});

describe("what is done instead of a completion that was refused", () => {
  const now = SINCE + 10 * MINUTE;
  const unreadHooks = {
    hooks: undefined,
    unread: { hooks: throttled("autoscaling:DescribeLifecycleHooks") },
  };
  const waitsForHooks = [unreadBlocker("hooks", throttled("autoscaling:DescribeLifecycleHooks"))];
  const others = { hooks: [hook(), hook({ name: "backup" })] };
  const refusedFor = (milliseconds: number, change: Partial<Memory> = {}) =>
    termination({ ...seen, refusedAt: now - milliseconds, ...change });
  const instead = (of: Termination, change: Partial<Observation> = {}) => {
    const end = complete(of.memory, "CONTINUE", { why: "drained" });
    const decision = tryCompletion(of, observed(change), now, end);
    return decision === end ? "as decided" : reasonOf(decision);
  };

  it("nothing, where it was not refused, or is no completion", () => {
    expect(instead(termination(seen))).to.equal("as decided");
    const of = refusedFor(5 * MINUTE);
    const waiting = wait(of, now, [event("settled")]);
    expect(tryCompletion(of, observed(others), now, waiting)).to.equal(waiting);
  });

  it("it is tried again for two minutes, though the hooks cannot be read", () => {
    expect(instead(refusedFor(2 * MINUTE - 1))).to.equal("as decided");
    expect(instead(refusedFor(2 * MINUTE - 1), unreadHooks)).to.equal("as decided");
  });

  it("after that it is dropped, with an error; where the hooks cannot be read, they are waited for", () => {
    const of = refusedFor(2 * MINUTE);
    expect(instead(of)).to.deep.equal({ why: "unknown action" });
    const end = complete(of.memory, "CONTINUE", { why: "drained" });
    expect(tryCompletion(of, observed(), now, end).outcome).to.include({ kind: "drop", level: "error" });
    expect(instead(of, unreadHooks)).to.deep.equal(waitsForHooks);
  });

  it("it is taken for completed, then, where another hook explains the wait", () => {
    const of = refusedFor(SECOND);
    expect(instead(of, others)).to.deep.equal([{ kind: "other hooks", hooks: ["backup"] }]);
    const end = complete(of.memory, "CONTINUE", { why: "drained" });
    expect(tryCompletion(of, observed(others), now, end).memory.completedAt).to.equal(now - SECOND);
  });

  it("one that returns is waited for, whatever holds it", () => {
    const of = refusedFor(SECOND, { returns: "warm pool" });
    for (const change of [{}, others, unreadHooks]) {
      expect(instead(of, { ...state("Warmed:Pending:Wait"), ...change })).to.deep.equal([
        lifecycleState("Warmed:Pending:Wait", "warm pool"),
      ]);
    }
  });
});

describe("once our action is completed, and the instance is still held", () => {
  const now = SINCE + 10 * MINUTE;
  const next = (milliseconds: number, change: Partial<Observation> = {}, memory: Partial<Memory> = {}) => {
    const completedAt = now - milliseconds;
    const of = termination({ ...seen, completedAt, ...memory });
    return reasonOf(decideCompleted(of, observed(change), now, completedAt));
  };

  it("its hooks are read first", () => {
    const unread = { hooks: denied("autoscaling:DescribeLifecycleHooks") };
    expect(next(5 * MINUTE, { hooks: undefined, unread })).to.deep.equal([
      unreadBlocker("hooks", denied("autoscaling:DescribeLifecycleHooks")),
    ]);
  });

  it("the other hooks are waited for, however long", () =>
    expect(next(HOUR, { hooks: [hook({ name: "backup" }), hook()] })).to.deep.equal([
      { kind: "other hooks", hooks: ["backup"] },
    ]));

  it("Auto Scaling has two minutes to release it", () => {
    expect(next(2 * MINUTE - 1)).to.deep.equal([event("released")]);
    expect(next(2 * MINUTE)).to.deep.equal({ why: "unknown action" });
  });

  it("and for one that returns any time", () =>
    expect(next(HOUR, {}, { returns: "root volume" })).to.deep.equal([event("released")]));
});
