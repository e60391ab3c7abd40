// Protects the judge from being weaker than the promise of a drain: hand-made stories in which one rule is broken, beside the
// same stories in which it is kept.
import { expect } from "chai";
import { scopeOf } from "../../../../simulator/judge/scope.ts";
import type { Happening } from "../../../../simulator/kernel/story.ts";
import {
  begins,
  ends,
  group,
  heartbeatTimeout,
  held,
  hook,
  is,
  MINUTE,
  SECOND,
  sees,
  type Told,
  violations,
} from "./judged-story.ts";

const task: Happening = {
  kind: "task",
  arn: "task",
  cluster: "main",
  service: "web",
  instanceId: held,
  status: "RUNNING",
  gone: false,
  hostPorts: [],
  address: undefined,
  reason: undefined,
};
const drainingBy = (by: string): Happening => ({
  kind: "container-instance",
  instanceId: held,
  cluster: "main",
  arn: "ci",
  status: "DRAINING",
  by,
});
const tooEarly = ["nothing is completed before it is ready: a task of web RUNNING"];

describe("judge", () => {
  describe("ABANDON, which cancels another hook", () => {
    const abandonedAfter = (seconds: number): Told[] => [
      ...begins,
      [seconds * SECOND, ends("call", "terminate", "ABANDON")],
      [seconds * SECOND, ends("cancelled", "terminate", "ABANDON", { hook: "other", token: "its own" })],
    ];
    const cancelled = ["no other hook is cancelled: the action of other was cancelled"];

    it("is asked for once the drain's time is over, with on_timeout abandon alone", () => {
      expect(violations(abandonedAfter(600), { keys: { on_timeout: "abandon" } })).to.deep.equal([]);
      expect(violations(abandonedAfter(600))).to.deep.equal(cancelled);
    });

    it("is not before", () => {
      const keys = { on_timeout: "abandon" };
      expect(violations(abandonedAfter(599), { keys })).to.deep.equal(cancelled);
    });

    it("is not asked for by an earlier drain of the instance that ended otherwise", () => {
      const keys = { on_timeout: "abandon" };
      const [ended, ...others] = abandonedAfter(600).slice(2);
      const later = others.map(([at, happening]): Told => [at + MINUTE, happening]);
      const completed = [...begins, [600 * SECOND, ends("call", "terminate", "CONTINUE")] as Told];
      expect(violations([...completed, ...later], { keys })).to.deep.equal(cancelled);
      expect(violations([...begins, ended as Told, ...later], { keys })).to.deep.equal(cancelled);
    });
  });

  describe("a completion by the instance's id, once another lifecycle action holds it", () => {
    const completedAfter = (seconds: number, readSince: number): string[] =>
      violations(
        [
          [-MINUTE, task],
          ...begins,
          [seconds * SECOND, ends("cancelled", "auto-scaling", "ABANDON")],
          [
            seconds * SECOND,
            { kind: "action-started", instanceId: held, group, hook, token: "new", terminating: true },
          ],
          [(seconds + 15) * SECOND, ends("call", "terminate", "CONTINUE", { token: "new" })],
        ],
        { readLag: () => 10 * SECOND, readSince: () => (seconds + readSince) * SECOND },
      );

    it("is that of the one before, whose time is over, where nobody could know", () => {
      expect(completedAfter(600, 9)).to.deep.equal([]);
      expect(completedAfter(600, 11)).to.deep.equal(tooEarly);
    });

    it("is too early where it would have been for the one before, too", () => {
      expect(completedAfter(300, 9)).to.deep.equal(tooEarly);
    });
  });

  it("takes an instance that was stopped for alive once it is Pending, and none that was terminated", () => {
    const completed = (how: "stopped" | "terminated") =>
      violations([
        [-3 * MINUTE, task],
        [-2 * MINUTE, { kind: "instance-ended", instanceId: held, how, by: "operator" }],
        [-MINUTE, is("Pending")],
        ...begins,
        [MINUTE, ends("call", "terminate", "CONTINUE")],
      ]);
    expect(completed("stopped")).to.deep.equal(tooEarly);
    expect(completed("terminated")).to.deep.equal([]);
  });

  describe("a registration that the settings name", () => {
    const seen = sees("deregister");
    const target = (state: "registered" | "draining", by: string): Happening => ({
      kind: "target",
      targetGroup: "static",
      id: held,
      port: 80,
      state,
      by,
    });
    const keys = { target_groups: ["static"], discover: "named", drain_timeout_seconds: 500 };
    const story = (seconds: number, more: Told[] = []): Told[] => [
      [0, target("registered", "operator")],
      ...begins,
      [20 * SECOND, seen],
      ...more,
      [seconds * SECOND, ends("call", "terminate", "CONTINUE")],
    ];
    const found = { ...keys, discover: "all" };
    const forgotten = ["what is ours is taken out: it is still registered with static"];

    it("is to be taken out within two runs, and a sweep", () => {
      expect(violations(story(20 + 239 + 300), { keys: found })).to.deep.equal([]);
      expect(violations(story(20 + 240 + 300), { keys: found })).to.deep.equal(forgotten);
    });

    it("is taken out once it drains, or nobody knows of the drain, or faults go on", () => {
      const drains: Told = [30 * SECOND, target("draining", "deregister")];
      expect(violations(story(600, [drains]), { keys: found })).to.deep.equal([]);
      expect(
        violations(
          story(600).filter(([, each]) => each !== seen),
          { keys: found },
        ),
      ).to.deep.equal([]);
      const faultsEndAt = () => 500 * SECOND;
      expect(violations(story(600), { keys: found, faultsEndAt })).to.deep.equal([]);
    });

    it("may stay where nothing is done: a name is nothing's, and nobody searches; or all is dry", () => {
      expect(violations(story(600), { keys })).to.deep.equal([]);
      expect(violations(story(600), { keys: { ...found, dry_run: true } })).to.deep.equal([]);
    });
  });

  describe("a hook's timeout before the drain's deadline", () => {
    const timedOutAfter = (seconds: number, more: readonly Told[] = []): Told[] => [
      ...begins,
      ...more,
      [seconds * SECOND, ends("timeout", "auto-scaling", "CONTINUE")],
    ];
    const neglected = (seconds: number) => [
      `every hook is kept alive: its timeout ended it ${seconds} s before the drain's deadline`,
    ];

    it("is for want of a heartbeat", () => {
      expect(violations(timedOutAfter(300))).to.deep.equal(neglected(300));
      expect(violations(timedOutAfter(599))).to.deep.equal(neglected(1));
    });

    it("is as it should be from the deadline on", () => {
      expect(violations(timedOutAfter(600))).to.deep.equal([]);
    });

    it("is asked for by on_timeout leave", () => {
      expect(violations(timedOutAfter(300), { keys: { on_timeout: "leave" } })).to.deep.equal([]);
    });

    it("is nobody's fault in a dry run, which sends no heartbeat", () => {
      expect(violations(timedOutAfter(300), { keys: { dry_run: true } })).to.deep.equal([]);
    });

    it("is nobody's fault where only a sweep could find the instance", () => {
      const lost: Told = [MINUTE, { kind: "message-lost", instanceId: held }];
      expect(violations(timedOutAfter(300, [lost]))).to.deep.equal([]);
      const found: Told = [2 * MINUTE, drainingBy("terminate")];
      expect(violations(timedOutAfter(240, [lost, found])), "two ticks after a sweep found it").to.deep.equal(
        neglected(360),
      );
      expect(violations(timedOutAfter(239, [lost, found])), "within two ticks").to.deep.equal([]);
      expect(violations(timedOutAfter(300, [lost, [2 * MINUTE, drainingBy("operator")]]))).to.deep.equal([]);
      expect(
        violations(timedOutAfter(300, [found, [130 * SECOND, lost[1]]])),
        "lost once more",
      ).to.deep.equal([]);
      const scope = (times: { heartbeatTimeout: number; isSwept: boolean }) =>
        scopeOf({}, { ...times, metadata: undefined, globalTimeout: 48 * 60 * MINUTE });
      for (const [isSwept, found] of [
        [true, []],
        [false, neglected(3300)],
      ] as const) {
        const options = { scopeOf: () => scope({ heartbeatTimeout, isSwept }) };
        expect(violations(timedOutAfter(300), options)).to.deep.equal(found);
      }
    });

    it("is nobody's fault with a hook that is shorter than two minutes", () => {
      const scope = (seconds: number) =>
        scopeOf(
          {},
          {
            metadata: undefined,
            isSwept: false,
            heartbeatTimeout: seconds * SECOND,
            globalTimeout: 5 * 60 * MINUTE,
          },
        );
      expect(violations(timedOutAfter(119), { scopeOf: () => scope(119) })).to.deep.equal([]);
      expect(violations(timedOutAfter(120), { scopeOf: () => scope(120) })).to.deep.equal(neglected(3480));
    });

    it("may be the faults' until what they hid is back, and two ticks", () => {
      const until = (seconds: number) => ({ faultsEndAt: () => seconds * SECOND });
      expect(violations(timedOutAfter(300), until(61))).to.deep.equal([]);
      expect(violations(timedOutAfter(300), until(60))).to.deep.equal(neglected(300));
    });
  });
});
