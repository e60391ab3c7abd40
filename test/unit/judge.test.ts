// Protects the judge from being weaker than the promise of a drain: hand-made stories in which one rule is broken, beside the
// same stories in which it is kept.
import { expect } from "chai";
import { Judge, type JudgeOptions } from "../../simulator/judge/judge.ts";
import { scopeOf } from "../../simulator/judge/scope.ts";
import { type Happening, Story } from "../../simulator/story.ts";

const MINUTE = 60_000;
const SECOND = 1_000;
const held = "i-00000000000000001";
const [group, hook, token] = ["fleet", "drain", "token"];
const heartbeatTimeout = 300 * SECOND;

type Told = readonly [at: number, happening: Happening];

/** What is violated in a story of one instance, held from 0 on by a hook with the drain's settings. */
function violations(
  told: readonly Told[],
  { keys = {}, ...more }: Partial<JudgeOptions> & { keys?: Record<string, unknown> } = {},
): string[] {
  const story = new Story();
  const times = { heartbeatTimeout, globalTimeout: 100 * heartbeatTimeout };
  const judge = new Judge({
    story,
    scopeOf: (_group, name) =>
      name === hook
        ? scopeOf({ drain_timeout_seconds: 600, ...keys }, { metadata: undefined, isSwept: false, ...times })
        : undefined,
    suspects: new Set(["deregister", "terminate"]),
    faultsEndAt: () => undefined,
    sweepInterval: 5 * MINUTE,
    stopTasksAtNotice: "daemon",
    fastBy: 0,
    services: () => ({ targetGroups: [], loadBalancers: [] }),
    lookedAt: () => Number.POSITIVE_INFINITY,
    readLag: () => 0,
    classicPorts: () => [],
    ...more,
  });
  for (const [at, happening] of told) story.tell(at, happening);
  return judge.violations.map(({ rule, what }) => `${rule}: ${what}`);
}

const is = (state: string): Happening => ({ kind: "instance", instanceId: held, group, state });
const begins: Told[] = [
  [0, is("Terminating:Wait")],
  [0, { kind: "action-started", instanceId: held, group, hook, token, terminating: true }],
];
const ends = (
  how: "call" | "timeout" | "cancelled",
  by: string,
  result: "CONTINUE" | "ABANDON",
  of: Partial<{ hook: string; token: string }> = {},
): Happening => ({ kind: "action-ended", instanceId: held, group, hook, token, how, result, by, ...of });

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

    it("is not before, but for what the functions' clock may be fast", () => {
      const keys = { on_timeout: "abandon" };
      expect(violations(abandonedAfter(597), { keys })).to.deep.equal(cancelled);
      expect(violations(abandonedAfter(597), { keys, fastBy: 4 * SECOND })).to.deep.equal([]);
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
    const completedAfter = (seconds: number, lookedAt: number): string[] =>
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
        { readLag: () => 10 * SECOND, lookedAt: () => (seconds + lookedAt) * SECOND },
      );
    const tooEarly = ["nothing is completed before it is ready: a task of web RUNNING"];

    it("is that of the one before, whose time is over, where nobody could know", () => {
      expect(completedAfter(600, 9)).to.deep.equal([]);
      expect(completedAfter(600, 11)).to.deep.equal(tooEarly);
    });

    it("is too early where it would have been for the one before, too", () => {
      expect(completedAfter(300, 9)).to.deep.equal(tooEarly);
    });
  });

  describe("the stop of a task of an instance that is drained", () => {
    const cluster = "main";
    const containerInstance = `arn:aws:ecs:us-east-1:123456789012:container-instance/${cluster}/0123`;
    type Stop = Extract<Happening, { kind: "task-stop" }>;
    const stop = (of: Partial<Pick<Stop, "strategy" | "startedBy" | "by">>): Stop => ({
      kind: "task-stop",
      instanceId: held,
      cluster,
      containerInstance,
      arn: "task",
      strategy: undefined,
      startedBy: undefined,
      by: "terminate",
      ...of,
    });
    const rule = "no task is stopped that is to leave by itself";
    const found = (of: Parameters<typeof stop>[0], keys: Record<string, unknown>) =>
      violations([...begins, [MINUTE, stop(of)]], { keys });

    it("is never asked for where it is a replica's", () => {
      for (const told of ["none", "daemon", "all"]) {
        expect(found({ strategy: "REPLICA" }, { stop_tasks: told })).to.deep.equal([
          `${rule}: a REPLICA service's task, with stop_tasks ${told}`,
        ]);
      }
    });

    it("is somebody else's to do", () => {
      expect(found({ strategy: "REPLICA", by: "operator" }, {})).to.deep.equal([]);
    });

    it("is not asked for with none", () => {
      for (const of of [{ strategy: "DAEMON" }, { startedBy: held }, {}] as const)
        expect(found(of, { stop_tasks: "none" })).to.have.lengthOf(1);
    });

    it("is asked for by default where it is a daemon's, or the instance itself started it", () => {
      for (const keys of [{}, { stop_tasks: "daemon" }]) {
        expect(found({ strategy: "DAEMON" }, keys)).to.deep.equal([]);
        for (const startedBy of [held, containerInstance, "0123"])
          expect(found({ startedBy }, keys)).to.deep.equal([]);
        expect(found({ startedBy: "cron" }, keys)).to.deep.equal([
          `${rule}: a task that cron started, with stop_tasks daemon`,
        ]);
        expect(found({}, keys)).to.deep.equal([`${rule}: a standalone task, with stop_tasks daemon`]);
      }
    });

    it("is asked for with all, but for replicas", () => {
      for (const of of [{ strategy: "DAEMON" }, { startedBy: "cron" }, {}] as const)
        expect(found(of, { stop_tasks: "all" })).to.deep.equal([]);
    });

    it("goes by the drain that ended last, where none is going on: nobody could know", () => {
      const ended: Told[] = [...begins, [MINUTE, ends("call", "terminate", "CONTINUE")]];
      const told: Told[] = [...ended, [MINUTE, is("Terminating:Proceed")], [MINUTE, stop({})]];
      expect(violations(told, { keys: { stop_tasks: "all" } })).to.deep.equal([]);
      expect(violations(told)).to.have.lengthOf(1);
    });

    it("goes by what holds for notices too, where Spot takes the instance back", () => {
      const interrupted: Told = [0, { kind: "interruption", instanceId: held }];
      const told: Told[] = [interrupted, [SECOND, stop({})]];
      expect(violations(told)).to.deep.equal([`${rule}: a standalone task, with stop_tasks daemon`]);
      expect(violations(told, { stopTasksAtNotice: "all" })).to.deep.equal([]);
    });
  });

  describe("what an instance with a new root volume is given back", () => {
    const at = (minutes: number, happening: Happening): Told => [minutes * MINUTE, happening];
    const place = { kind: "target", targetGroup: "static", id: held, port: 80 } as const;
    const target = (state: "registered" | "draining" | "gone", by: string): Happening => ({
      ...place,
      state,
      by,
    });
    const classic = (state: "registered" | "gone", by: string): Happening => ({
      kind: "classic",
      loadBalancer: "classic",
      instanceId: held,
      state,
      by,
    });
    const holds = (minutes: number): Told[] => [
      at(minutes, is("ReplacingRootVolume:Wait")),
      at(minutes, {
        kind: "action-started",
        instanceId: held,
        group,
        hook,
        token: `${minutes}`,
        terminating: true,
      }),
    ];
    const returns = (minutes: number, of = "0"): Told[] => [
      at(minutes, ends("call", "terminate", "CONTINUE", { token: of })),
      at(minutes, is("Pending")),
      at(minutes, is("InService")),
    ];
    const givenBack = (before: readonly Told[], by = "terminate") =>
      violations([
        at(-9, target("registered", "operator")),
        ...before,
        ...returns(8),
        at(10, target("registered", by)),
      ]);
    const tooMuch = [
      "what comes back is as it was: terminate registered it with static:80, though none of us took it out",
    ];

    it("is what the functions took, whichever of them", () => {
      const taken = [
        ...holds(0),
        at(1, target("draining", "deregister")),
        at(2, target("gone", "deregister")),
      ];
      expect(givenBack(taken)).to.deep.equal([]);
    });

    it("is nothing that it did not have, and nothing of another place", () => {
      const taken = [...holds(0), at(1, target("gone", "terminate"))];
      const others: Told[] = [...taken, ...returns(8), at(10, classic("registered", "terminate"))];
      expect(violations([at(-9, target("registered", "operator")), ...others])).to.deep.equal([
        "what comes back is as it was: terminate registered it with classic, though none of us took it out",
      ]);
    });

    it("is nothing that somebody else took before", () => {
      expect(givenBack([at(-2, target("gone", "operator")), ...holds(0)])).to.deep.equal(tooMuch);
    });

    it("is nothing that somebody else took after it had been given back", () => {
      const once = [...holds(-8), at(-7, target("gone", "terminate")), ...returns(-6, "-8")];
      const [back, again] = [at(-5, target("registered", "terminate")), at(-4, target("gone", "operator"))];
      expect(givenBack([...once, back, again, ...holds(0)])).to.deep.equal(tooMuch);
    });

    it("may be what somebody else takes while it is held, or so soon before that reads could lag", () => {
      expect(givenBack([...holds(0), at(1, target("gone", "operator"))])).to.deep.equal([]);
      expect(givenBack([[-10 * SECOND, target("gone", "operator")], ...holds(0)])).to.deep.equal([]);
    });

    it("is nothing that ECS or Auto Scaling took, though they do so while it is held", () => {
      for (const by of ["ecs", "auto-scaling"])
        expect(givenBack([...holds(0), at(1, target("gone", by))]), by).to.deep.equal(tooMuch);
    });

    it("is what is not there: one more call does nothing", () => {
      expect(givenBack([...holds(0)])).to.deep.equal([]);
    });

    it("is somebody else's to register", () => {
      expect(givenBack([at(-2, target("gone", "operator")), ...holds(0)], "operator")).to.deep.equal([]);
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

    it("is as it should be from the deadline on, less what the functions' clock may be fast", () => {
      expect(violations(timedOutAfter(600))).to.deep.equal([]);
      expect(violations(timedOutAfter(599), { fastBy: 4 * SECOND })).to.deep.equal([]);
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

    it("is nobody's fault with a hook that is shorter than three minutes", () => {
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
      expect(violations(timedOutAfter(179), { scopeOf: () => scope(179) })).to.deep.equal([]);
      expect(violations(timedOutAfter(180), { scopeOf: () => scope(180) })).to.deep.equal(neglected(3420));
    });

    it("may be the faults' until what they hid is back, and two ticks", () => {
      const until = (seconds: number) => ({ faultsEndAt: () => seconds * SECOND });
      expect(violations(timedOutAfter(300), until(61))).to.deep.equal([]);
      expect(violations(timedOutAfter(300), until(60))).to.deep.equal(neglected(300));
    });
  });
});
