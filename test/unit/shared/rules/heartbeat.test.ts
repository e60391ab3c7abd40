// Rule 5: the hook is kept alive.
// Protects the hook's timer: started again in time, never more often than needed, and not after the drain's own time.
import { expect } from "chai";
import type { Hook } from "../../../../shared/model/hooks.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { AutoScalingView } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import {
  isHeartbeatDue,
  isShort,
  nextHeartbeatAt,
  withShortestTimeout,
} from "../../../../shared/rules/heartbeat.ts";
import {
  decisionOf,
  denied,
  hook,
  MINUTE,
  SECOND,
  SINCE,
  state,
  target,
  termination,
  throttled,
} from "./builders.ts";

const autoScalingView = (change: Partial<AutoScalingView> = {}): AutoScalingView => ({
  owner: "ours",
  groupInstance: { group: "fleet", state: "Terminating:Wait" },
  hooks: [hook()],
  retains: undefined,
  activity: undefined,
  interruption: undefined,
  areSendersKnown: true,
  unread: {},
  ...change,
});
const withTimeout = (seconds: number, change: Partial<Hook> = {}) =>
  autoScalingView({ hooks: [hook({ heartbeatTimeout: seconds * SECOND, ...change })] });

describe("heartbeats", () => {
  describe("are due", () => {
    /** [the hook's timeout, at deregister's pass, at one of terminate's]: seconds after the timer began. */
    const dueAfter: [number, number, number][] = [
      [30, 10, 10],
      [120, 40, 40],
      [180, 60, 60],
      [300, 120, 170],
      [390, 210, 260],
      [600, 420, 400],
      [3600, 3420, 2400],
    ];
    for (const [timeout, ...both] of dueAfter) {
      for (const [first, seconds] of [
        [true, both[0]],
        [false, both[1]],
      ] as const) {
        for (const [off, expected] of [
          [-1, false],
          [0, true],
        ] as const) {
          it(`${timeout} s, ${first ? "deregister's" : "a later"} pass, ${seconds} s${off ? " less 1 ms" : ""} after the timer began: ${expected ? "due" : "not yet"}`, () => {
            const at = SINCE + seconds * SECOND + off;
            // Counted from the last one, and not from the beginning of the drain.
            for (const later of [0, 20 * MINUTE]) {
              const drain = termination(
                { lastHeartbeatAt: SINCE + later },
                { settings: { drainTimeoutSeconds: 172_800 } },
              );
              const shown = withTimeout(timeout);
              expect(isHeartbeatDue(drain, shown, at + later, first)).to.equal(expected);
            }
          });
        }
      }
    }
  });

  it("are never due twice within a third of the timeout, whatever the timeout", () => {
    for (let timeout = 30; timeout <= 7200; timeout += 7) {
      for (const first of [true, false]) {
        const shown = withTimeout(timeout);
        const third = SINCE + (timeout * SECOND) / 3;
        expect(isHeartbeatDue(termination(), shown, Math.floor(third - 1), first), `${timeout} s`).to.equal(
          false,
        );
      }
    }
  });

  it("are always due before the timeout, whatever it is", () => {
    for (let timeout = 30; timeout <= 7200; timeout += 7) {
      const drain = termination({}, { settings: { drainTimeoutSeconds: 172_800 } });
      expect(isHeartbeatDue(drain, withTimeout(timeout), SINCE + timeout * SECOND - 1, false)).to.equal(true);
    }
  });

  type BeatRow = {
    why: string;
    memory?: Partial<Memory>;
    told?: Parameters<typeof termination>[1];
    autoScalingView?: Partial<AutoScalingView>;
    now: number;
    expected: boolean;
  };
  const rows: BeatRow[] = [
    {
      why: "a timer of unknown beginning is begun at once",
      memory: { lastHeartbeatAt: undefined },
      now: 0,
      expected: true,
    },
    {
      why: "the hooks were not read: a timeout of three minutes is assumed, not yet",
      autoScalingView: { hooks: undefined, unread: { hooks: denied() } },
      now: MINUTE - 1,
      expected: false,
    },
    {
      why: "the hooks were not read: a timeout of three minutes is assumed, due",
      autoScalingView: { hooks: undefined, unread: { hooks: denied() } },
      now: MINUTE,
      expected: true,
    },
    {
      why: "the hooks were not read: nobody knows whether the drain's time is over",
      autoScalingView: { hooks: undefined, unread: { hooks: denied() } },
      now: 90 * MINUTE,
      expected: true,
    },
    {
      why: "the drain's time is over, as the hook says",
      now: 60 * MINUTE,
      expected: false,
    },
    {
      why: "the hook is gone from its group: there is no timer any more",
      autoScalingView: { hooks: [hook({ name: "backup" })] },
      memory: { lastHeartbeatAt: undefined },
      now: 59 * MINUTE,
      expected: false,
    },
    {
      why: "Auto Scaling was not read: the timer runs on all the same",
      autoScalingView: { groupInstance: undefined, unread: { "group instance": throttled() } },
      now: 59 * MINUTE,
      expected: true,
    },
    {
      why: "no group knows the instance",
      autoScalingView: { groupInstance: undefined },
      now: 59 * MINUTE,
      expected: false,
    },
    {
      why: "another group has it",
      autoScalingView: state("Terminating:Wait", "other"),
      now: 59 * MINUTE,
      expected: false,
    },
    ...["Terminating", "InService", "Terminating:Proceed"].map(
      (name): BeatRow => ({
        why: `no hook holds it: ${name}`,
        autoScalingView: state(name),
        now: 59 * MINUTE,
        expected: false,
      }),
    ),
    ...["Warmed:Terminating:Wait", "Warmed:Pending:Wait", "ReplacingRootVolume:Wait"].map(
      (name): BeatRow => ({
        why: `a hook holds it: ${name}`,
        autoScalingView: state(name),
        now: 59 * MINUTE,
        expected: true,
      }),
    ),
    ...(["throttled", "unavailable", "out of time"] as const).map(
      (why): BeatRow => ({
        why: `the drain's time seems to be over, and a later pass can prove it: ${why}`,
        autoScalingView: { unread: { "scaling activity": { call: undefined, why } } },
        now: 60 * MINUTE,
        expected: true,
      }),
    ),
    {
      why: "the drain's time seems to be over, and nobody may prove it: the hook's own timeout is to end it",
      autoScalingView: { unread: { "scaling activity": denied() } },
      now: 60 * MINUTE,
      expected: false,
    },
    {
      why: "the drain's time seems to be over, and Auto Scaling shows no activity: likewise",
      autoScalingView: { activity: "none" },
      now: 60 * MINUTE,
      expected: false,
    },
    { why: "a millisecond before the drain's time is over", now: 60 * MINUTE - 1, expected: true },
    { why: "once the drain's time is over, no more", now: 60 * MINUTE, expected: false },
    {
      why: "the same where the hook's own timeout is to decide then",
      told: { settings: { onTimeout: "leave" } },
      now: 60 * MINUTE,
      expected: false,
    },
    {
      why: "two minutes before the hook's global limit, no more",
      autoScalingView: withTimeout(30),
      memory: { lastHeartbeatAt: undefined },
      now: 48 * MINUTE,
      expected: false,
    },
    {
      why: "a Spot interruption notice alone has no lifecycle action",
      told: { hook: undefined, interruptedAt: SINCE },
      memory: { lastHeartbeatAt: undefined },
      now: MINUTE,
      expected: false,
    },
  ];
  for (const { why, memory, told, autoScalingView: shown, now, expected } of rows) {
    it(`${expected ? "due" : "not due"}: ${why}`, () => {
      for (const first of [true, false]) {
        expect(
          isHeartbeatDue(termination(memory, told), autoScalingView(shown), SINCE + now, first),
        ).to.equal(expected);
      }
    });
  }

  it("are waited for: a wait ends when the next one is due", () => {
    const until = (timeout: number, memory: Partial<Memory>, now: number) => {
      const { outcome } = decisionOf({
        memory,
        settings: { pollSeconds: 60 },
        observed: {
          hooks: [hook({ heartbeatTimeout: timeout * SECOND })],
          registrations: [target({ state: "draining" })],
        },
        now,
      });
      return outcome.kind === "wait" ? outcome.until - SINCE : outcome.kind;
    };
    expect(until(300, {}, 150 * SECOND)).to.equal(170 * SECOND);
    expect(until(300, {}, 20 * SECOND)).to.equal(80 * SECOND);
    expect(until(30, { lastHeartbeatAt: SINCE + 2 * MINUTE }, 2 * MINUTE)).to.equal(130 * SECOND);
    // One that is overdue could not be sent: it is tried again at the next pass, and not at once.
    expect(until(300, {}, 170 * SECOND)).to.equal(230 * SECOND);
    expect(until(300, {}, 171 * SECOND)).to.equal(231 * SECOND);
    expect(until(300, { lastHeartbeatAt: undefined }, 171 * SECOND)).to.equal(231 * SECOND);
  });

  it("need no hook's name: without one there is none", () => {
    const noticed: Termination = termination({}, { hook: undefined });
    expect(nextHeartbeatAt(noticed, autoScalingView())).to.equal(undefined);
  });
});

describe("a hook that is edited in the middle", () => {
  const shown = (timeout?: number) => ({
    hooks: timeout === undefined ? undefined : [hook({ heartbeatTimeout: timeout })],
  });
  const seenWith = (...timeouts: (number | undefined)[]) =>
    timeouts.reduce<Termination>(
      (before, timeout) => withShortestTimeout(before, shown(timeout)),
      termination({}),
    );

  it("counts with the shortest timeout that it was seen with", () => {
    expect(seenWith(5 * MINUTE).memory.shortestTimeout).to.equal(5 * MINUTE);
    expect(seenWith(5 * MINUTE, 60 * MINUTE).memory.shortestTimeout).to.equal(5 * MINUTE);
    expect(seenWith(60 * MINUTE, 5 * MINUTE).memory.shortestTimeout).to.equal(5 * MINUTE);
    expect(seenWith(60 * MINUTE, undefined).memory.shortestTimeout).to.equal(60 * MINUTE);
    expect(seenWith(undefined).memory.shortestTimeout).to.equal(0);
  });

  it("has its next heartbeat in time for that one, and for a shorter one that it has now", () => {
    const next = (timeout: number, shortestTimeout: number) =>
      (nextHeartbeatAt(termination({ shortestTimeout }), shown(timeout)) ?? 0) - SINCE;
    expect(next(60 * MINUTE, 6 * MINUTE)).to.equal(next(6 * MINUTE, 0));
    expect(next(6 * MINUTE, 60 * MINUTE)).to.equal(next(6 * MINUTE, 0));
  });
});

describe("a short hook", () => {
  it("ends in less than three minutes", () => {
    expect(isShort(hook({ heartbeatTimeout: 180 * SECOND - 1 }))).to.equal(true);
    expect(isShort(hook({ heartbeatTimeout: 180 * SECOND }))).to.equal(false);
  });
});
