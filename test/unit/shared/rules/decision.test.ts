// Protects the pace of a drain, and when it counts as stalled: from what AWS shows alone, never from what it did not answer.
import { expect } from "chai";
import type { Blocker } from "../../../../shared/model/blocker.ts";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import { decide } from "../../../../shared/rules/decide.ts";
import { ahead, complete, drop, stillWaitingFor, wait } from "../../../../shared/rules/decision.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  denied,
  MINUTE,
  observed,
  SECOND,
  SINCE,
  seen,
  service,
  target,
  targetsLeft,
  task,
  tasksLeft,
  termination,
  throttled,
} from "./builders.ts";

const tasks = [tasksLeft("RUNNING")];
const unread = unreadBlocker("tasks", throttled("ecs:DescribeTasks"));
const deniedRegistrations = unreadBlocker(
  "registrations",
  denied("elasticloadbalancing:DescribeTargetHealth"),
);
const unknownPorts = unreadBlocker("host ports", denied("ecs:DescribeTaskDefinition"));
const unreadHooks = unreadBlocker("hooks", denied("autoscaling:DescribeLifecycleHooks"));

describe("when there is another pass", () => {
  const until = (memory: Partial<Memory>, now = MINUTE, pollSeconds = 5) => {
    const { outcome } = decide(
      termination(memory, { settings: { pollSeconds, drainTimeoutSeconds: 86_400 } }),
      observed({ registrations: [target({ state: "draining" })] }),
      SINCE + now,
    );
    if (outcome.kind !== "wait") throw new Error("expected to wait");
    return outcome.until - SINCE - now;
  };
  const blockers = [targetsLeft("draining")];

  it("after poll_seconds", () => expect(until({})).to.equal(5 * SECOND));
  it("after poll_seconds as set", () => expect(until({}, MINUTE, 20)).to.equal(20 * SECOND));
  it("after poll_seconds for a quarter of an hour without change", () =>
    expect(until({ blockers, changedAt: SINCE }, 15 * MINUTE - 1)).to.equal(5 * SECOND));
  it("after 30 s from then on", () =>
    expect(until({ blockers, changedAt: SINCE }, 15 * MINUTE)).to.equal(30 * SECOND));
  it("never sooner than poll_seconds", () =>
    expect(until({ blockers, changedAt: SINCE }, 15 * MINUTE, 45)).to.equal(45 * SECOND));
  it("after poll_seconds again once something changes", () =>
    expect(until({ blockers: [targetsLeft("draining", 2)], changedAt: SINCE }, 60 * MINUTE)).to.equal(
      5 * SECOND,
    ));
  it("exactly when a first empty pass can be believed", () => {
    const { outcome, memory } = decide(termination(), observed(), SINCE);
    expect(outcome).to.include({ kind: "wait", until: SINCE + 10 * SECOND });
    expect(memory.nextPassAt).to.equal(SINCE + 10 * SECOND);
  });
  it("exactly when an absent instance can be believed gone", () => {
    const { outcome } = decide(termination(), observed({ groupInstance: undefined }), SINCE);
    expect(outcome).to.include({ kind: "wait", until: SINCE + 30 * SECOND });
  });

  /** [why, when the answer is known, the times by which there must be a pass, when there is one] */
  const times: [string, number | undefined, (number | undefined)[], number][] = [
    ["when the answer can change", 40, [], 40],
    ["no later than any of the times that are to come", 40, [50, 20, undefined, 30], 20],
    ["whatever has passed", 40, [MINUTE / SECOND - 80, 0], 40],
    ["at the usual pace, where a time is later than that", undefined, [20], 5],
    ["at a time that is sooner than the usual pace", undefined, [2], 2],
  ];
  for (const [why, known, latest, expected] of times) {
    it(why, () => {
      const now = SINCE + MINUTE;
      const later = (seconds: number | undefined) =>
        seconds === undefined ? undefined : now + seconds * SECOND;
      const decision = wait(termination(), now, tasks, { known: later(known), latest: latest.map(later) });
      expect(decision.outcome).to.deep.equal({
        kind: "wait",
        until: now + expected * SECOND,
        blockers: tasks,
      });
      expect(decision.memory.nextPassAt).to.equal(now + expected * SECOND);
    });
  }

  it("a time that is now has passed: it is not slept towards", () =>
    expect(ahead([SINCE - 1, SINCE, undefined, SINCE + 1], SINCE)).to.deep.equal([SINCE + 1]));
});

describe("since when a drain waits for the same", () => {
  const before = termination({ blockers: tasks, unread: [], changedAt: SINCE }).memory;
  const now = SINCE + 20 * MINUTE;
  /** [why, the memory before, the blockers of this pass, what is remembered] */
  const table: [string, Memory, Blocker[], ReturnType<typeof stillWaitingFor>][] = [
    ["the same blockers: since then", before, tasks, { blockers: tasks, unread: [], changedAt: SINCE }],
    [
      "another count: since now",
      before,
      [tasksLeft("RUNNING", 2)],
      { blockers: [tasksLeft("RUNNING", 2)], unread: [], changedAt: now },
    ],
    [
      "another kind: since now",
      before,
      [event("settled")],
      { blockers: [event("settled")], unread: [], changedAt: now },
    ],
    [
      "for the first time: since now",
      termination().memory,
      tasks,
      { blockers: tasks, unread: [], changedAt: now },
    ],
    [
      "the same, since nobody knows when: since now",
      { ...before, changedAt: undefined },
      tasks,
      { blockers: tasks, unread: [], changedAt: now },
    ],
    [
      "something was not answered: as it was",
      before,
      [unread],
      { blockers: tasks, unread: [unread], changedAt: SINCE },
    ],
    [
      "the tasks were not answered for, whatever else is told of them: as it was",
      before,
      [tasksLeft("STOPPING"), unread],
      { blockers: tasks, unread: [unread], changedAt: SINCE },
    ],
    [
      "the tasks were not answered for, and the registrations are the same: as it was",
      { ...before, blockers: [targetsLeft("draining"), ...tasks] },
      [targetsLeft("draining"), unread],
      { blockers: [targetsLeft("draining"), ...tasks], unread: [unread], changedAt: SINCE },
    ],
    [
      "the tasks were not answered for, and a registration is gone: since now",
      { ...before, blockers: [targetsLeft("draining"), ...tasks] },
      [unread],
      { blockers: tasks, unread: [unread], changedAt: now },
    ],
    [
      "the registrations are denied for good, and tasks leave: since now",
      { ...before, blockers: [targetsLeft("draining"), tasksLeft("RUNNING", 5)] },
      [...tasks, deniedRegistrations],
      { blockers: [targetsLeft("draining"), ...tasks], unread: [deniedRegistrations], changedAt: now },
    ],
    [
      "the registrations are denied, and the tasks are the same: as it was",
      { ...before, blockers: tasks },
      [...tasks, deniedRegistrations],
      { blockers: tasks, unread: [deniedRegistrations], changedAt: SINCE },
    ],
    [
      "the ports that tasks listen on were not answered for, and tasks leave: since now",
      { ...before, blockers: [tasksLeft("RUNNING", 5)] },
      [...tasks, unknownPorts],
      { blockers: tasks, unread: [unknownPorts], changedAt: now },
    ],
    [
      "the hooks were not answered for: as it was",
      { ...before, blockers: [{ kind: "other hooks", hooks: ["backup"] }] },
      [unreadHooks],
      { blockers: [{ kind: "other hooks", hooks: ["backup"] }], unread: [unreadHooks], changedAt: SINCE },
    ],
    [
      "neither was answered for: as it was",
      before,
      [deniedRegistrations, unread],
      { blockers: tasks, unread: [deniedRegistrations, unread], changedAt: SINCE },
    ],
    [
      "something was not answered while it settled: as it was",
      { ...before, blockers: [event("settled")] },
      [unread],
      { blockers: [event("settled")], unread: [unread], changedAt: SINCE },
    ],
    [
      "nothing has ever been answered: since now",
      termination().memory,
      [unread],
      { blockers: [], unread: [unread], changedAt: now },
    ],
    [
      "answered once more, and the same is there: since then",
      { ...before, unread: [unread] },
      tasks,
      { blockers: tasks, unread: [], changedAt: SINCE },
    ],
  ];
  for (const [why, memory, blockers, expected] of table) {
    it(why, () => expect(stillWaitingFor(memory, blockers, now)).to.deep.equal(expected));
  }

  it("the same blocker from a message, whose keys are in another order, is the same", () => {
    const sent: Blocker = { count: 1, status: "RUNNING", cluster: "main", kind: "tasks" };
    expect(stillWaitingFor({ ...before, blockers: [sent] }, tasks, now).changedAt).to.equal(SINCE);
  });
});

describe("a drain that rests", () => {
  const services = [service("web", { desiredCount: 2, minimumHealthyPercent: 100, maximumPercent: 100 })];
  const full = observed({
    clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING")], services)],
  });
  const resting = (changedAt: number) =>
    termination(
      {
        ...seen,
        tasks: ["task-RUNNING"],
        drainingAt: SINCE,
        actedAt: SINCE,
        blockers: tasks,
        changedAt,
      },
      { settings: { drainTimeoutSeconds: 86_400 } },
    );
  const isStallTold = (decision: ReturnType<typeof decide>) =>
    decision.warnings.some(({ kind }) => kind === "no progress");

  // In the words of the issue: a throttled look changes neither pace nor stall clock.
  const reads: [string, Partial<Observation>][] = [
    ["a throttled pass", { unread: { tasks: throttled("ecs:DescribeTasks") } }],
    ["a denied pass", { unread: { tasks: denied("ecs:ListTasks") } }],
    [
      "a pass with throttled registrations",
      {
        clusterInstances: full.clusterInstances,
        unread: { registrations: throttled("elasticloadbalancing:DescribeTargetHealth") },
      },
    ],
    [
      "a pass with throttled Auto Scaling",
      {
        groupInstance: undefined,
        unread: { "group instance": throttled("autoscaling:DescribeAutoScalingInstances") },
      },
    ],
  ];
  for (const [why, change] of reads) {
    it(`${why} changes neither pace nor stall clock`, () => {
      const start = SINCE + 20 * MINUTE;
      const rested = decide(resting(SINCE), full, start);
      expect(rested.memory).to.include({ nextPassAt: start + 30 * SECOND, changedAt: SINCE });

      const between = start + 30 * SECOND;
      const unanswered = decide({ ...resting(SINCE), memory: rested.memory }, observed(change), between);
      expect(unanswered.steps).to.deep.equal([]);
      expect(unanswered.memory).to.deep.include({
        nextPassAt: between + 30 * SECOND,
        changedAt: SINCE,
        blockers: tasks,
      });
      expect(unanswered.memory.unread).to.have.lengthOf(1);

      const after = between + 30 * SECOND;
      const again = decide({ ...resting(SINCE), memory: unanswered.memory }, full, after);
      expect(again.memory).to.deep.include({
        nextPassAt: after + 30 * SECOND,
        changedAt: SINCE,
        blockers: tasks,
        unread: [],
      });
      expect(isStallTold(again), "the stall warning is still due").to.equal(true);
    });
  }

  it("and the clock of a stall that is not due yet runs on through a throttled pass", () => {
    const changedAt = SINCE + 10 * MINUTE;
    const throttledPass = decide(
      resting(changedAt),
      observed({ unread: { tasks: throttled("ecs:DescribeTasks") } }),
      changedAt + MINUTE,
    );
    const isTold = (milliseconds: number) =>
      isStallTold(
        decide(
          { ...resting(changedAt), memory: throttledPass.memory },
          full,
          changedAt + 2 * MINUTE + milliseconds,
        ),
      );
    expect([isTold(-1), isTold(0)]).to.deep.equal([false, true]);
  });

  it("but one that has moved meanwhile is at the usual pace again after the next pass", () => {
    const start = SINCE + 20 * MINUTE;
    const unanswered = decide(
      resting(SINCE),
      observed({ unread: { tasks: throttled("ecs:DescribeTasks") } }),
      start,
    );
    const moved = observed({ clusterInstances: [clusterInstance("DRAINING", task("STOPPING"))] });
    const { memory } = decide({ ...resting(SINCE), memory: unanswered.memory }, moved, start + 30 * SECOND);
    expect(memory).to.include({ changedAt: start + 30 * SECOND, nextPassAt: start + 35 * SECOND });
  });
});

describe("the end of a drain", () => {
  const { memory } = termination();
  it("is completed or dropped with nothing to do and nothing to warn of, the memory as it was", () => {
    expect(complete(memory, "ABANDON", { why: "drained" })).to.deep.equal({
      steps: [],
      warnings: [],
      memory,
      outcome: { kind: "complete", result: "ABANDON", reason: { why: "drained" } },
    });
    expect(drop(memory, { why: "unknown action" }, "error")).to.deep.equal({
      steps: [],
      warnings: [],
      memory,
      outcome: { kind: "drop", level: "error", reason: { why: "unknown action" } },
    });
  });
  it("is dropped quietly where no level is given", () =>
    expect(drop(memory, { why: "unknown action" }).outcome).to.include({ level: "info" }));
});
