// Rule 6: a drain has an end.
// Protects the end of a drain's time: when it is, what then happens by each policy, and that the log says so before.

import { expect } from "chai";
import { type Unread, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { WarningKind } from "../../../../shared/model/decision.ts";
import type { Hook } from "../../../../shared/model/hooks.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import {
  begin,
  deadlineOf,
  halfTimeOf,
  isTimeOver,
  noOlderThanActivity,
} from "../../../../shared/rules/deadline.ts";
import {
  clusterInstance,
  decisionOf,
  denied,
  hook,
  MINUTE,
  NOT_DRAINING,
  observed,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  state,
  target,
  targetsLeft,
  task,
  tasksLeft,
  termination,
} from "./builders.ts";

const HOUR = 60 * MINUTE;
const held = { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] };

describe("decide", () => {
  describe("when a drain's time is over", () => {
    /** [drain_timeout_seconds, the hook's timeout, when in seconds, whether the global limit says so] */
    const deadlines: [number, number | undefined, number, boolean][] = [
      [3600, 3600, 3600, false],
      [3600, undefined, 3600, false],
      [3600, 30, 2880, true],
      [2880, 30, 2880, false],
      [2881, 30, 2880, true],
      [3600, 120, 3600, false],
      [172_000, 300, 29_880, true],
      [172_000, 7200, 172_000, false],
      [172_680, 3600, 172_680, false],
      [172_800, 3600, 172_680, true],
    ];
    for (const [shouldRun, timeout, seconds, cut] of deadlines) {
      const which = timeout === undefined ? "a hook that could not be read" : `a hook of ${timeout} s`;
      it(`${shouldRun} s and ${which}: after ${seconds} s${cut ? ", by the hook's global limit" : ""}`, () => {
        const own: Hook | undefined =
          timeout === undefined ? undefined : hook({ heartbeatTimeout: timeout * SECOND });
        expect(
          deadlineOf(termination({}, { settings: { drainTimeoutSeconds: shouldRun } }), own),
        ).to.deep.equal({
          at: SINCE + seconds * SECOND,
          cut,
        });
      });
    }
  });

  describe("rule 6: when a drain's time begins", () => {
    const begun = (memory: Partial<Memory>, change: Partial<Observation> = {}, now = 0) =>
      begin(termination({ begunAt: undefined, ...memory }), observed(change), SINCE + now).memory.begunAt;

    it("at the first pass that shows that a hook holds the instance", () =>
      expect(begun({}, {}, 65 * MINUTE)).to.equal(SINCE + 65 * MINUTE));
    it("once: a later outage extends nothing", () =>
      expect(begun({ begunAt: SINCE + MINUTE }, {}, 65 * MINUTE)).to.equal(SINCE + MINUTE));
    it("not in the future, whatever a message says", () => {
      expect(begun({ begunAt: SINCE + HOUR }, {}, MINUTE)).to.equal(SINCE + MINUTE);
      expect(begun({ begunAt: SINCE + MINUTE }, {}, MINUTE)).to.equal(SINCE + MINUTE);
    });
    it("not before a hook holds it", () => expect(begun({}, state("Terminating"))).to.equal(undefined));
    it("not where another group has it", () =>
      expect(begun({}, { groupInstance: { group: "other", state: "Terminating:Wait" } })).to.equal(
        undefined,
      ));
    it("not while Auto Scaling cannot be read", () =>
      expect(begun({}, { groupInstance: undefined })).to.equal(undefined));
    it("not without a hook: nothing will be completed", () => {
      const noticed = termination({ begunAt: undefined }, { hook: undefined });
      expect(begin(noticed, observed(), SINCE)).to.equal(noticed);
    });

    /** [when it was begun, the hook's timeout, the deadline; all in seconds after the action's start, whether it is cut] */
    const late: [number | undefined, number, number, boolean][] = [
      [undefined, 3600, 3600, false],
      [0, 3600, 3600, false],
      [3900, 7200, 7500, false],
      // No drain is older than its lifecycle action.
      [-3900, 7200, 3600, false],
      // The hook's global limit counts from the action's start, whenever the drain was begun.
      [2700, 60, 5880, true],
      [2280, 60, 5880, false],
    ];
    for (const [at, timeout, seconds, cut] of late) {
      it(`begun ${at === undefined ? "never" : `after ${at} s`}, with a hook of ${timeout} s: the end is after ${seconds} s`, () => {
        const begunAt = at === undefined ? undefined : SINCE + at * SECOND;
        expect(
          deadlineOf(termination({ begunAt }), hook({ heartbeatTimeout: timeout * SECOND })),
        ).to.deep.equal({ at: SINCE + seconds * SECOND, cut });
      });
    }

    it("half of it counts from there too", () => {
      const drain = termination({ begunAt: SINCE + HOUR });
      expect(halfTimeOf(drain, deadlineOf(drain, hook()))).to.equal(SINCE + 90 * MINUTE);
    });

    it("while it has not begun it is not over: only the hook's global limit ends it", () => {
      const short = hook({ heartbeatTimeout: 60 * SECOND });
      const over = (begunAt: number | undefined, seconds: number, own: Hook | undefined = short) =>
        isTimeOver(termination({ begunAt }), own, SINCE + seconds * SECOND);
      expect([over(SINCE, 3600), over(SINCE, 3599)]).to.deep.equal([true, false]);
      expect([over(undefined, 3600), over(undefined, 5879), over(undefined, 5880)]).to.deep.equal([
        false,
        false,
        true,
      ]);
      expect(isTimeOver(termination({ begunAt: undefined }), undefined, SINCE + 48 * HOUR)).to.equal(false);
    });
  });

  const atDeadline = (
    onTimeout: DrainSettings["onTimeout"],
    change: Partial<Row>,
  ): Pick<Row, "observed"> & Omit<Row, "why" | "expected"> => ({
    memory: { ...seen, drainingAt: SINCE },
    settings: { onTimeout },
    observed: held,
    now: HOUR,
    ...change,
  });
  rows("rule 6: what happens at the drain's deadline", [
    {
      why: "a millisecond before: wait",
      ...atDeadline("continue", { now: HOUR - 1 }),
      expected: ["wait"],
    },
    {
      why: "continue: completed, and what is still there is named",
      ...atDeadline("continue", {}),
      expected: ["complete"],
      because: { why: "deadline", left: [tasksLeft("RUNNING")] },
    },
    {
      why: "abandon, and nobody knows of the group's retention policy",
      ...atDeadline("abandon", {}),
      expected: ["complete"],
      because: { why: "deadline with ABANDON", left: [tasksLeft("RUNNING")], retains: undefined },
    },
    {
      why: "abandon, and the group keeps the instance",
      ...atDeadline("abandon", { observed: { ...held, retains: true } }),
      expected: ["complete"],
      because: { why: "deadline with ABANDON", left: [tasksLeft("RUNNING")], retains: true },
    },
    {
      why: "abandon, and the group does not keep it",
      ...atDeadline("abandon", { observed: { ...held, retains: false } }),
      expected: ["complete"],
      because: { why: "deadline with ABANDON", left: [tasksLeft("RUNNING")], retains: false },
    },
    {
      why: "leave: the hook's own timeout decides, and the drain goes on meanwhile",
      ...atDeadline("leave", { observed: { registrations: [target()], ...held } }),
      expected: ["wait", "deregister"],
    },
    {
      why: "leave: still completed once all is gone",
      ...atDeadline("leave", { observed: { clusterInstances: [clusterInstance("DRAINING")] } }),
      expected: ["complete"],
      because: { why: "drained" },
    },
    {
      why: "leave: still not before that is certain",
      ...atDeadline("leave", {
        memory: { ...seen, drainingAt: SINCE, actedAt: SINCE + HOUR - 10 * SECOND + 1 },
        observed: { clusterInstances: [clusterInstance("DRAINING")] },
      }),
      expected: ["wait"],
    },
    ...(["continue", "abandon"] as const).map(
      (onTimeout): Row => ({
        why: `${onTimeout}: with nothing left there is no time to make sure, and no reason to abandon`,
        ...atDeadline(onTimeout, {
          memory: { ...seen, drainingAt: SINCE, actedAt: SINCE + HOUR - 1 },
          observed: { clusterInstances: [clusterInstance("DRAINING")] },
        }),
        expected: ["complete"],
        because: { why: "drained at the deadline" },
      }),
    ),
    {
      why: "what would only now be taken out is still there, as it is",
      ...atDeadline("continue", {
        observed: { registrations: [target()], clusterInstances: [clusterInstance("ACTIVE")] },
      }),
      expected: ["complete"],
      because: { why: "deadline", left: [targetsLeft("registered"), NOT_DRAINING] },
    },
    {
      why: "what could not be read may still be there",
      ...atDeadline("continue", {
        observed: { unread: { tasks: denied("ecs:DescribeTasks") } },
      }),
      expected: ["complete"],
      because: { why: "deadline", left: [unreadBlocker("tasks", denied("ecs:DescribeTasks"))] },
    },
    {
      why: "the hook's global limit comes first: two minutes before it",
      ...atDeadline("continue", {
        observed: { ...held, hooks: [hook({ heartbeatTimeout: 30 * SECOND })] },
        now: 48 * MINUTE,
      }),
      expected: ["complete"],
    },
    {
      why: "the hook's global limit comes first: not sooner",
      ...atDeadline("continue", {
        observed: { ...held, hooks: [hook({ heartbeatTimeout: 30 * SECOND })] },
        now: 48 * MINUTE - 1,
      }),
      expected: ["wait"],
    },
  ]);

  /** What Auto Scaling shows of the termination's age, and that a pass has not asked. */
  const unasked = { ...held, activity: undefined };
  const none = { ...held, activity: "none" } as const;
  const unreadActivity = (why: Unread["why"]) => ({
    ...unasked,
    unread: { "scaling activity": { call: "autoscaling:DescribeScalingActivities", why } },
  });
  rows("rule 6: a deadline is not acted upon before Auto Scaling shows that the termination is so old", [
    {
      why: "it came after the pass had asked: another pass follows",
      ...atDeadline("continue", { observed: unasked }),
      expected: ["wait"],
      because: [tasksLeft("RUNNING")],
    },
    ...(["continue", "abandon"] as const).flatMap((onTimeout): Row[] => [
      {
        why: `${onTimeout}: no activity terminates the instance`,
        ...atDeadline(onTimeout, { observed: none }),
        expected: ["wait"],
        because: [tasksLeft("RUNNING")],
      },
      ...(["denied", "throttled", "unavailable", "out of time"] as const).map(
        (why): Row => ({
          why: `${onTimeout}: the activity was not read (${why})`,
          ...atDeadline(onTimeout, { observed: unreadActivity(why) }),
          expected: ["wait"],
          because: [
            tasksLeft("RUNNING"),
            unreadBlocker("scaling activity", { call: "autoscaling:DescribeScalingActivities", why }),
          ],
        }),
      ),
    ]),
    {
      why: "the drain goes on meanwhile",
      ...atDeadline("continue", { observed: { ...none, registrations: [target()] } }),
      expected: ["wait", "deregister"],
    },
    {
      why: "what is gone is gone: completed without a proof",
      ...atDeadline("continue", {
        observed: { ...unreadActivity("denied"), clusterInstances: [clusterInstance("DRAINING")] },
      }),
      expected: ["complete"],
      because: { why: "drained" },
    },
    {
      why: "a dead instance, of which something could not be read, goes on waiting too",
      ...atDeadline("continue", {
        memory: { ...seen, deadSince: SINCE },
        observed: { instance: "terminated", activity: "none", unread: { registrations: denied() } },
      }),
      expected: ["wait"],
    },
    {
      why: "a dead instance, of which something could not be read, is completed at its deadline",
      ...atDeadline("continue", {
        memory: { ...seen, deadSince: SINCE },
        observed: { instance: "terminated", unread: { registrations: denied() } },
      }),
      expected: ["complete"],
      because: { why: "dead", as: "terminated" },
    },
    {
      why: "a drain that was not begun is on a dry run, which says what it would do",
      ...atDeadline("continue", { memory: { ...seen, begunAt: undefined }, observed: unasked }),
      expected: ["complete"],
    },
  ]);

  it("has another pass a second later, if the deadline came after the pass had asked", () => {
    const untilOf = (change: Partial<Observation>) => {
      const { outcome } = decisionOf(
        atDeadline("continue", { settings: { pollSeconds: 60 }, observed: change }),
      );
      return outcome.kind === "wait" ? outcome.until : outcome.kind;
    };
    expect(untilOf(unasked)).to.equal(SINCE + HOUR + SECOND);
    expect(untilOf(none)).to.equal(SINCE + HOUR + MINUTE);
    expect(untilOf(unreadActivity("throttled"))).to.equal(SINCE + HOUR + MINUTE);
  });

  describe("rule 6: how old a drain is at the most", () => {
    /** [when the message and its memory say that it began, when its activity began; then both times as they count] */
    const ages: [number, number | undefined, number, [number, number | undefined]][] = [
      [0, 0, -300, [0, 0]],
      [0, 65, -300, [0, 65]],
      [-100_000, -90_000, 0, [0, 0]],
      [-100_000, 65, 0, [0, 65]],
      [0, -90_000, 30, [30, 30]],
      [-100_000, undefined, 0, [0, undefined]],
    ];
    for (const [since, begun, startedAt, [told, begunAt]] of ages) {
      it(`since ${since} s, begun ${begun ?? "never"}, with an activity of ${startedAt} s: ${told} s and ${begunAt ?? "never"}`, () => {
        const at = (seconds: number) => SINCE + seconds * SECOND;
        const drain = termination(
          { begunAt: begun === undefined ? undefined : at(begun) },
          { since: at(since) },
        );
        const proven = noOlderThanActivity(drain, { activity: { startedAt: at(startedAt) } });
        expect(proven).to.deep.equal({
          ...drain,
          since: at(told),
          memory: { ...drain.memory, begunAt: begunAt === undefined ? undefined : at(begunAt) },
        });
        expect(noOlderThanActivity(drain, { activity: "none" })).to.deep.equal(drain);
        expect(noOlderThanActivity(drain, { activity: undefined })).to.deep.equal(drain);
      });
    }
  });

  it("abandons only where it is asked to, and where something is left", () => {
    const resultOf = (row: Parameters<typeof decisionOf>[0]) => {
      const { outcome } = decisionOf(row);
      return outcome.kind === "complete" ? outcome.result : outcome.kind;
    };
    expect(resultOf(atDeadline("continue", {}))).to.equal("CONTINUE");
    expect(resultOf(atDeadline("abandon", {}))).to.equal("ABANDON");
    expect(
      resultOf(atDeadline("abandon", { observed: { clusterInstances: [clusterInstance("DRAINING")] } })),
    ).to.equal("CONTINUE");
    expect(
      resultOf(
        atDeadline("abandon", { observed: { clusterInstances: [clusterInstance("DRAINING")] }, now: MINUTE }),
      ),
    ).to.equal("CONTINUE");
  });

  it("has another pass exactly at the deadline", () => {
    const { outcome } = decisionOf(atDeadline("continue", { now: HOUR - 2 * SECOND }));
    expect(outcome).to.include({ kind: "wait", until: SINCE + HOUR });
  });

  describe("what the log says of it", () => {
    const warningsOf = (row: Parameters<typeof decisionOf>[0], kind: WarningKind) =>
      decisionOf(row).warnings.filter((each) => each.kind === kind);

    it("the hook's timeouts and the deadline", () => {
      expect(warningsOf(atDeadline("continue", { now: 0 }), "held by the lifecycle hook")).to.deep.equal([
        {
          level: "info",
          kind: "held by the lifecycle hook",
          fields: {
            heartbeat_timeout_seconds: 3600,
            global_limit_seconds: 172_800,
            drain_deadline: "2026-01-05T10:00:00.000Z",
          },
        },
      ]);
    });

    it("a warning where the hook's global limit comes before drain_timeout_seconds", () => {
      const hooks = [hook({ heartbeatTimeout: 30 * SECOND })];
      const [warning] = warningsOf(
        atDeadline("continue", { observed: { ...held, hooks }, now: 0 }),
        "held by the lifecycle hook",
      );
      expect(warning).to.deep.include({ level: "warn" });
      expect(warning?.fields).to.include({
        global_limit_seconds: 3000,
        drain_deadline: "2026-01-05T09:48:00.000Z",
      });
      expect(warning?.reason).to.deep.equal({ why: "global limit first" });
    });

    it("nothing of a hook that could not be read", () => {
      const observed = { ...held, hooks: undefined, unread: { hooks: denied() } };
      expect(
        warningsOf(atDeadline("continue", { observed, now: 0 }), "held by the lifecycle hook"),
      ).to.deep.equal([]);
    });

    const unproven = "deadline not proven";
    it("a warning at a deadline that nothing will prove", () => {
      const reasonOf = (change: Partial<Observation>, row: Partial<Row> = {}) =>
        warningsOf(atDeadline("continue", { observed: change, ...row }), unproven).map(
          ({ reason }) => reason?.why,
        );
      expect(reasonOf(none)).to.deep.equal(["no activity"]);
      expect(reasonOf(unreadActivity("denied"))).to.deep.equal(["activity unread"]);
      expect(reasonOf(unreadActivity("throttled"))).to.deep.equal([]);
      expect(reasonOf(unasked)).to.deep.equal([]);
      expect(reasonOf(none, { now: HOUR - 1 })).to.deep.equal([]);
      expect(reasonOf(none, { settings: { onTimeout: "leave" } })).to.deep.equal([]);
      expect(reasonOf({ ...none, clusterInstances: [clusterInstance("DRAINING")] })).to.deep.equal([]);
      expect(warningsOf(atDeadline("continue", { observed: none }), unproven)).to.deep.equal([
        {
          level: "warn",
          kind: unproven,
          fields: { drain_deadline: "2026-01-05T10:00:00.000Z" },
          reason: { why: "no activity" },
        },
      ]);
    });

    const half = "half of the drain's time is over";
    it("what is in the way when half of the time is over, and how it then ends", () => {
      expect(warningsOf(atDeadline("continue", { now: HOUR / 2 - 1 }), half)).to.deep.equal([]);
      expect(warningsOf(atDeadline("continue", { now: HOUR / 2 }), half)).to.deep.equal([
        {
          level: "warn",
          kind: half,
          fields: { drain_deadline: "2026-01-05T10:00:00.000Z" },
          blockers: [tasksLeft("RUNNING")],
          ending: { onTimeout: "continue", retains: undefined },
        },
      ]);
      const endingOf = (row: Partial<Row>, onTimeout: DrainSettings["onTimeout"]) =>
        warningsOf(atDeadline(onTimeout, { now: HOUR / 2, ...row }), half)[0]?.ending;
      expect(endingOf({ observed: { ...held, retains: true } }, "abandon")).to.deep.equal({
        onTimeout: "abandon",
        retains: true,
      });
      expect(endingOf({}, "leave")).to.deep.equal({ onTimeout: "leave", retains: undefined });
    });

    it("nothing at half of the time where nothing is left", () => {
      const observed = { clusterInstances: [clusterInstance("DRAINING")] };
      expect(warningsOf(atDeadline("continue", { observed, now: HOUR / 2 }), half)).to.deep.equal([]);
    });
  });
});
