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
