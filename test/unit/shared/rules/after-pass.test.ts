// Rule 13: dry run.
// Protects what is remembered after a pass: what took effect and when, what failed, and what the drain waits for from then on.
import { expect } from "chai";
import { type Blocker, event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Decision, Done, Step } from "../../../../shared/model/decision.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import {
  isNews,
  queueCompletion,
  rememberSteps,
  waitAgain,
  withoutSteps,
} from "../../../../shared/rules/after-pass.ts";
import {
  classic,
  clusterInstance,
  decided,
  denied,
  hook,
  MINUTE,
  NOT_DRAINING,
  observed,
  SECOND,
  SINCE,
  target,
  targetsLeft,
  task,
  tasksLeft,
  termination,
  throttled,
} from "./builders.ts";

const at = SINCE + 5 * MINUTE;
const drain: Step = { kind: "drain", cluster: "main", containerInstance: "ci-1", again: false };
const take = (why: "ours" | "came back" | "orphaned", registration = target()): Step => ({
  kind: "deregister",
  registration,
  why,
});
const stop: Step = { kind: "stop task", cluster: "main", task: "task-1", name: "web" };
const tg1 = { kind: "target", id: "tg-1", port: 8080 } as const;
const done = (change: Partial<Done> = {}): Done => ({ steps: [], failed: false, logged: [], ...change });

describe("what is remembered of a pass's steps", () => {
  const remembered = (
    memory: Partial<Memory>,
    effects: Partial<Done>,
    change: Partial<Decision> = {},
    observation: Partial<Observation> = {},
  ) => {
    const before = termination(memory);
    return rememberSteps(decided(before, change, 0, observed(observation)), done(effects), at);
  };

  it("nothing but the decision's memory, where nothing was done", () => {
    const { memory } = termination({ blockers: [tasksLeft("RUNNING")], actedAt: SINCE, drainingAt: SINCE });
    const { memory: decisionMemory } = termination({ ...memory, changedAt: SINCE });
    expect(remembered(memory, {}, { memory: decisionMemory })).to.deep.equal(decisionMemory);
  });

  it("when DRAINING took effect, and since when it drains", () => {
    expect(remembered({}, { steps: [drain] })).to.deep.include({
      actedAt: at,
      drainingAt: at,
      drained: [{ what: "ci-1", at }],
    });
  });

  it("the last time of each container instance, and the first time that any drained", () => {
    const drained = [
      { what: "ci-0", at: SINCE },
      { what: "ci-1", at: SINCE },
    ];
    const memory = remembered({ drained, drainingAt: SINCE }, { steps: [drain] });
    expect(memory.drained).to.deep.equal([
      { what: "ci-0", at: SINCE },
      { what: "ci-1", at },
    ]);
    expect(memory.drainingAt).to.equal(SINCE);
  });

  it("what was taken out, once and by its last time", () => {
    const deregistered = [
      { what: tg1, at: SINCE },
      { what: { kind: "classic", id: "elb-2" }, at: SINCE },
    ];
    const steps = [take("came back"), take("ours", classic())];
    const memory = remembered({ deregistered }, { steps });
    expect(memory.actedAt).to.equal(at);
    expect(memory.drainingAt).to.equal(undefined);
    expect(memory.deregistered).to.deep.equal([
      { what: { kind: "classic", id: "elb-2" }, at: SINCE },
      { what: tg1, at },
      { what: { kind: "classic", id: "elb" }, at },
    ]);
  });

  it("of an orphan that it was taken out, and not what: nobody gets it back", () => {
    const memory = remembered({}, { steps: [take("orphaned")] });
    expect([memory.actedAt, memory.deregistered]).to.deep.equal([at, []]);
  });

  it("of a stopped task nothing: ECS shows it", () => {
    expect(remembered({ actedAt: SINCE }, { steps: [stop] }).actedAt).to.equal(SINCE);
  });

  it("the blocker to recheck, only where all steps took effect: it was chosen as things are after them", () => {
    const recheck = {
      blocker: { kind: "registration", registration: tg1, target: "i-1", state: "draining" },
      until: at + MINUTE,
    } as const;
    const { memory } = termination({ recheck });
    const steps = [drain, take("ours")];
    expect(remembered({}, { steps }, { memory, steps }).recheck).to.deep.equal(recheck);
    expect(remembered({}, { steps: [drain] }, { memory, steps }).recheck).to.equal(undefined);
  });

  it("a failure, where a step failed or something was not read, once a pass", () => {
    const failures = (effects: Partial<Done>, observation: Partial<Observation> = {}) =>
      remembered({ failures: 3 }, effects, {}, observation).failures;
    const unread = { unread: { tasks: throttled(), hooks: denied() } };
    expect(failures({})).to.equal(3);
    expect(failures({ failed: true })).to.equal(4);
    expect(failures({}, unread)).to.equal(4);
    expect(failures({ failed: true }, unread)).to.equal(4);
  });

  it("which lines were logged, each once and by its id", () => {
    const { memory } = termination({ logged: ["metadata not heeded"] });
    const memoryAfter = remembered(
      {},
      { logged: ["drain: ci-1", "metadata not heeded"] },
      {
        memory,
        warnings: [
          { level: "warn", kind: "metadata not heeded", fields: {} },
          { level: "warn", kind: "no progress", fields: {}, about: "web: percents" },
        ],
      },
    );
    expect(memoryAfter.logged).to.deep.equal([
      "metadata not heeded",
      "no progress: web: percents",
      "drain: ci-1",
    ]);
  });
});

describe("on a dry run", () => {
  const running = clusterInstance("ACTIVE", task("RUNNING"));
  const there = observed({ clusterInstances: [running], registrations: [target()] });
  const isThere = [targetsLeft("registered"), tasksLeft("RUNNING"), NOT_DRAINING];
  const steps = [take("ours"), drain];
  const wait = { kind: "wait", until: at, blockers: [targetsLeft("draining")] } as const;

  it("a drain waits for what is there, not for what its steps would leave", () => {
    const before = termination({ blockers: isThere, changedAt: SINCE });
    // The decision's own memory is of what its steps would leave: that has only just changed.
    const { memory } = termination({ blockers: wait.blockers, changedAt: SINCE + MINUTE });
    const { decision } = withoutSteps(decided(before, { steps, outcome: wait, memory }, 0, there));
    expect(decision.outcome).to.deep.equal({ ...wait, blockers: isThere });
    expect(decision.memory).to.deep.include({ blockers: isThere, unread: [], changedAt: SINCE });
    expect(decision.steps).to.equal(steps);
  });

  it("and has changed when that has", () => {
    const before = termination({ blockers: [tasksLeft("RUNNING")], changedAt: SINCE });
    const { decision, decidedAt } = withoutSteps(decided(before, { steps, outcome: wait }, 0, there));
    expect(decision.memory.changedAt).to.equal(decidedAt);
  });

  /** [why, what was decided, what is observed] */
  const asItWas: [string, Partial<Decision>, Observation][] = [
    ["nothing would be done", { outcome: wait }, there],
    [
      "it ends",
      { steps, outcome: { kind: "complete", result: "CONTINUE", reason: { why: "drained" } } },
      there,
    ],
    ["nothing is there", { steps, outcome: wait }, observed()],
  ];
  for (const [why, change, observation] of asItWas) {
    it(`it is as it was decided where ${why}`, () => {
      const before = decided(termination(), change, 0, observation);
      expect(withoutSteps(before)).to.equal(before);
    });
  }
});

describe("what a drain waits for since its decision", () => {
  const tasks = [tasksLeft("RUNNING")];
  const released: Blocker[] = [event("released")];

  it("is remembered, and there is a pass at the usual pace", () => {
    const before = termination({ blockers: tasks, changedAt: SINCE, goneAt: SINCE });
    const waiting = waitAgain(before, released, at, { failures: 2 });
    expect(waiting.blockers).to.equal(released);
    expect(waiting.termination).to.deep.equal({
      ...before,
      memory: {
        ...before.memory,
        blockers: released,
        changedAt: at,
        nextPassAt: at + 5 * SECOND,
        failures: 2,
      },
    });
    expect(waitAgain(before, tasks, at).termination.memory.changedAt).to.equal(SINCE);
  });

  it("is its place in the completion queue, where the pass is too old: due at once", () => {
    const hooks = [hook({ heartbeatTimeout: 180 * SECOND })];
    const before = termination({ lastHeartbeatAt: at });
    const { termination: queued, blockers } = queueCompletion(before, observed({ hooks }), at);
    expect(blockers).to.deep.equal([event("completion queue")]);
    expect(queued.memory).to.deep.include({
      blockers,
      changedAt: at,
      nextPassAt: at,
      queuedUntil: at + 60 * SECOND,
    });
  });

  it("is the same place for as long as it is in it: those that have waited longest come first", () => {
    const first = queueCompletion(termination(), observed(), at).termination;
    const second = queueCompletion(first, observed(), at + MINUTE).termination;
    expect(second.memory.changedAt).to.equal(at);
  });
});

describe("whether a line says what a drain waits for", () => {
  const unread = unreadBlocker("tasks", throttled("ecs:ListTasks"));
  const before = termination({ blockers: [tasksLeft("RUNNING")], unread: [unread], changedAt: SINCE }).memory;
  /** [why, the memory after, whether it is news] */
  const table: [string, Partial<Memory>, boolean][] = [
    ["the same, whatever else has changed", { changedAt: at, nextPassAt: at, failures: 9 }, false],
    [
      "the same, with its keys in another order: it came with a message",
      { blockers: [{ count: 1, status: "RUNNING", cluster: "main", kind: "tasks" }] },
      false,
    ],
    ["another count", { blockers: [tasksLeft("RUNNING", 2)] }, true],
    ["one more", { blockers: [tasksLeft("RUNNING"), tasksLeft("STOPPING")] }, true],
    ["nothing any more", { blockers: [] }, true],
    ["all is answered", { unread: [] }, true],
    [
      "another reason not to be answered",
      { unread: [unreadBlocker("tasks", denied("ecs:ListTasks"))] },
      true,
    ],
    [
      "another call that is not answered",
      { unread: [unreadBlocker("tasks", throttled("ecs:DescribeTasks"))] },
      true,
    ],
  ];
  for (const [why, change, expected] of table) {
    it(`${expected ? "yes" : "no"}: ${why}`, () =>
      expect(isNews(before, { ...before, ...change })).to.equal(expected));
  }
});
