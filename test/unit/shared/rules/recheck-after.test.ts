// Protects what a recheck is asked for and how the drain goes on after it: its pace, its memory, and never for long.
import { expect } from "chai";
import type { Memory, RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { Rechecked } from "../../../../shared/model/recheck.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { afterRecheck, recheckOf } from "../../../../shared/rules/recheck.ts";
import {
  clusterInstanceOf,
  denied,
  MINUTE,
  SECOND,
  SINCE,
  seen,
  tasksLeft,
  termination,
  throttled,
} from "./builders.ts";

const draining = { ...seen, drainingAt: SINCE, actedAt: SINCE, lastHeartbeatAt: SINCE + MINUTE };
const classicBlocker = (state: "registered" | "draining"): RecheckableBlocker => ({
  kind: "registration",
  registration: { kind: "classic", id: "elb" },
  target: "i-1",
  state,
});
const waiting = (until: number, memory: Partial<Memory> = {}) =>
  termination({ recheck: { blocker: classicBlocker("draining"), until }, changedAt: SINCE, ...memory });
const STILL_THERE: Rechecked["answer"] = { value: { isThere: true } };
const ELB = { what: { kind: "classic", id: "elb" }, at: SINCE - 1 };
const OTHER = { what: { kind: "classic", id: "elb-2" }, at: SINCE - 1 };

describe("whether a recheck is enough", () => {
  const isEnough = (termination: Termination, now = SINCE) => recheckOf(termination, 0, now) !== undefined;

  it("until then, and not for longer than we would have written", () => {
    expect(isEnough(termination())).to.equal(false);
    expect(isEnough(waiting(SINCE + 1))).to.equal(true);
    expect(isEnough(waiting(SINCE))).to.equal(false);
    expect(isEnough(waiting(SINCE + MINUTE))).to.equal(true);
    expect(isEnough(waiting(SINCE + MINUTE + 1))).to.equal(false);
  });

  it("it asks about the blocker of that very termination", () => {
    const before = waiting(SINCE + MINUTE);
    expect(recheckOf(before, 7, SINCE)).to.deep.equal({
      index: 7,
      before,
      blocker: classicBlocker("draining"),
      drainsSince: undefined,
    });
  });

  /** [why, the blocker, what we took out, since when it drains by our doing] */
  const since: [string, RecheckableBlocker, Memory["deregistered"], number | undefined][] = [
    [
      "since we took it out, the last time",
      classicBlocker("draining"),
      [ELB, { ...ELB, at: SINCE - 2 }],
      SINCE - 1,
    ],
    ["of one that is registered: it does not drain", classicBlocker("registered"), [ELB], undefined],
    ["of one that somebody else took out: nobody knows", classicBlocker("draining"), [OTHER], undefined],
    [
      "of tasks: they do not",
      { kind: "tasks", cluster: "main", containerInstance: "ci-1", tasksToRun: 1, tasks: ["task-1"] },
      [ELB],
      undefined,
    ],
  ];
  for (const [why, blocker, deregistered, expected] of since) {
    it(`since when its blocker drains by our doing: ${why}`, () => {
      const before = termination({ deregistered, recheck: { blocker, until: SINCE + MINUTE } });
      expect(recheckOf(before, 0, SINCE)?.drainsSince).to.equal(expected);
    });
  }
});

describe("after a recheck", () => {
  const answered = (before: Termination, answer: Rechecked["answer"] = STILL_THERE, now = SINCE) => {
    const request = recheckOf(before, 0, now);
    if (request === undefined) throw new Error("expected a recheck to be enough");
    return afterRecheck({ ...request, answer }, now);
  };

  it("the next one waits for a poll, and not beyond the next pass", () => {
    const nextPassAt = (until: number) => answered(waiting(until))?.memory.nextPassAt;
    expect(nextPassAt(SINCE + MINUTE)).to.equal(SINCE + 5 * SECOND);
    expect(nextPassAt(SINCE + 3 * SECOND)).to.equal(SINCE + 3 * SECOND);
  });

  it("it waits longer once nothing has changed for long", () => {
    const long = waiting(SINCE + MINUTE, { changedAt: SINCE - 15 * MINUTE });
    expect(answered(long)?.memory.nextPassAt).to.equal(SINCE + 30 * SECOND);
  });

  it("it waits for as long as the blocker is sure to be there, and not beyond the next pass", () => {
    const nextPassAt = (until: number) =>
      answered(waiting(SINCE + MINUTE), { value: { isThere: true, until } })?.memory.nextPassAt;
    expect(nextPassAt(SINCE + 20 * SECOND)).to.equal(SINCE + 20 * SECOND);
    expect(nextPassAt(SINCE + 2 * MINUTE)).to.equal(SINCE + MINUTE);
  });

  it("what could not be read is counted, and is not gone", () => {
    const failures = (answer: Rechecked["answer"]) =>
      answered(waiting(SINCE + MINUTE), answer)?.memory.failures;
    expect(failures({ unread: denied("elasticloadbalancing:DescribeInstanceHealth") })).to.equal(1);
    expect(failures(STILL_THERE)).to.equal(0);
  });

  it("a throttled one changes neither pace nor stall clock", () => {
    const rested = waiting(SINCE + MINUTE, {
      changedAt: SINCE - 15 * MINUTE,
      blockers: [tasksLeft("RUNNING")],
    });
    const memory = answered(rested, { unread: throttled("ecs:DescribeTasks") })?.memory;
    expect(memory).to.deep.include({
      nextPassAt: SINCE + 30 * SECOND,
      changedAt: SINCE - 15 * MINUTE,
      blockers: [tasksLeft("RUNNING")],
    });
  });

  it("it was last there when a recheck showed it, and not when none could", () => {
    const lastSeenAt = (answer?: Rechecked["answer"]) =>
      answered(waiting(SINCE + MINUTE, { lastSeenAt: SINCE - 1 }), answer)?.memory.lastSeenAt;
    expect(lastSeenAt()).to.equal(SINCE);
    expect(lastSeenAt({ unread: throttled("ecs:DescribeTasks") })).to.equal(SINCE - 1);
  });

  it("a pass is needed once the blocker is gone", () => {
    expect(answered(waiting(SINCE + MINUTE), { value: { isThere: false } })).to.equal(undefined);
  });

  describe("of tasks", () => {
    const at = SINCE + MINUTE;
    const before = termination({
      ...draining,
      changedAt: SINCE,
      recheck: {
        blocker: {
          kind: "tasks",
          cluster: "main",
          containerInstance: "ci-1",
          tasksToRun: 2,
          tasks: ["task-1", "task-2"],
        },
        until: at + MINUTE,
      },
    });
    const withTasks = (tasksToRun: number) => {
      const on = clusterInstanceOf({ status: "DRAINING", tasksToRun }).containerInstance;
      return answered(before, { value: { isThere: true, tasks: { left: ["task-2"], on } } }, at)?.memory;
    };

    it("those that are left are asked about next", () => {
      expect(withTasks(1)?.recheck).to.deep.equal({
        blocker: {
          kind: "tasks",
          cluster: "main",
          containerInstance: "ci-1",
          tasksToRun: 2,
          tasks: ["task-2"],
        },
        until: at + MINUTE,
      });
    });

    it("since when none is to run is remembered, as after a pass", () => {
      expect(withTasks(1)?.noTasksToRunSince).to.equal(undefined);
      expect(withTasks(0)?.noTasksToRunSince).to.equal(at);
    });
  });
});
