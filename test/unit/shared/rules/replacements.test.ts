// Replacing instances because of notices, a part of rule 12.
// Protects a group's capacity: a few at a time, the next when the replacement serves, and the last one only where the input
// says so.
import { expect } from "chai";
import type { GroupCapacity, ReplaceSettings, WaitingNotice } from "../../../../shared/model/notice.ts";
import {
  decideReplacements,
  decideUnread,
  type GroupView,
  mergeNotices,
  type Replacement,
} from "../../../../shared/rules/replacements.ts";
import { hook, MINUTE, SECOND, SINCE } from "./builders.ts";

const HOUR = 60 * MINUTE;
const OURS = { queue: "lifecycle", topics: [], names: [] };

const notice = (n: number, change: Partial<WaitingNotice> = {}): WaitingNotice => ({
  instanceId: `i-${n}`,
  notice: "rebalance",
  at: SINCE,
  denials: 0,
  waitsFor: undefined,
  wholeSince: undefined,
  ...change,
});
/** A group of healthy instances in these states: i-1, i-2 and so on. */
const fleet = (states: readonly string[], change: Partial<GroupCapacity> = {}): GroupCapacity => ({
  name: "fleet",
  desired: states.length,
  warmup: 0,
  rebalancesItself: false,
  suspended: [],
  instances: states.map((state, i) => ({ instanceId: `i-${i + 1}`, state, isHealthy: true })),
  ...change,
});
const whole = (size: number, change: Partial<GroupCapacity> = {}) =>
  fleet(Array<string>(size).fill("InService"), change);
const words = (all: readonly Replacement[]) =>
  all.map(({ notice: { instanceId }, ...each }) =>
    each.kind === "replace" ? `${instanceId} goes` : `${instanceId} ${each.kind}: ${each.reason.why}`,
  );
const decide = (
  notices: readonly WaitingNotice[],
  capacity: GroupCapacity,
  { now = SINCE, ...more }: Partial<ReplaceSettings> & Partial<GroupView> & { now?: number } = {},
) => {
  const { atOnce = 1, last = false, hooks = [hook()], started = 0, unhealthy = new Set() } = more;
  const view = { capacity, hooks, started, unhealthy };
  return decideReplacements(notices, view, { atOnce, last, ours: OURS }, now);
};
const three = [notice(3), notice(1), notice(2)];

describe("replacing instances of a group", () => {
  /** [why, the group, how many at once and whether the last one, what becomes of the notices about i-1, i-2 and i-3] */
  const table: [string, GroupCapacity, Partial<ReplaceSettings> & { started?: number }, string[]][] = [
    [
      "whole: the lowest id goes",
      whole(5),
      {},
      ["i-1 goes", "i-2 wait: others under way", "i-3 wait: others under way"],
    ],
    ["two at once", whole(5), { atOnce: 2 }, ["i-1 goes", "i-2 goes", "i-3 wait: others under way"]],
    [
      "all at once, but for one that stays",
      whole(3),
      { atOnce: 10 },
      ["i-1 goes", "i-2 goes", "i-3 wait: others under way"],
    ],
    [
      "all at once, the last one too",
      whole(3),
      { atOnce: 10, last: true },
      ["i-1 goes", "i-2 goes", "i-3 goes"],
    ],
    [
      "one has gone in this run already",
      whole(5),
      { started: 1 },
      ["i-1 wait: others under way", "i-2 wait: others under way", "i-3 wait: others under way"],
    ],
  ];
  for (const [why, capacity, policy, expected] of table)
    it(why, () => expect(words(decide(three, capacity, policy))).to.deep.equal(expected));

  /** [why, the states besides two in service, the desired capacity, how many may be under way, whether i-1 goes] */
  const states: [string, string[], number, number, boolean][] = [
    ["one that leaves", ["Terminating"], 2, 1, false],
    ["one that a hook holds", ["Terminating:Wait"], 2, 1, false],
    ["one that comes", ["Pending:Wait"], 2, 1, false],
    ["one that gets a root volume", ["ReplacingRootVolume:Wait"], 2, 1, false],
    ["one on its way into Standby", ["EnteringStandby"], 2, 1, false],
    ["one that leaves and its replacement", ["Terminating:Wait", "Pending"], 3, 1, false],
    ["one that leaves and its replacement, two at once", ["Terminating:Wait", "Pending"], 3, 2, true],
    ["two that leave, two at once", ["Terminating", "Terminating:Wait"], 2, 2, false],
    ["one that is missing", [], 3, 1, false],
    ["one that is missing, two at once", [], 3, 2, true],
    ["one in Standby", ["Standby"], 2, 1, true],
    ["one that was retained", ["Terminating:Retained"], 2, 1, true],
    ["one that was detached", ["Detached"], 2, 1, true],
    ["one more than it should have", ["InService"], 2, 1, true],
  ];
  for (const [why, others, desired, atOnce, goes] of states)
    it(`${why}: ${goes ? "the next goes" : "the next waits"}`, () => {
      const capacity = fleet(["InService", "InService", ...others], { desired });
      expect(words(decide([notice(1)], capacity, { atOnce }))).to.deep.equal([
        goes ? "i-1 goes" : "i-1 wait: others under way",
      ]);
    });

  /** [why, how many are in service, how many may be under way, to which no load balancer sends, what becomes of the notices] */
  const targets: [string, number, Partial<ReplaceSettings>, string[], string[]][] = [
    ["one without traffic yet: the next waits", 3, {}, ["i-3"], ["i-1 wait: unhealthy targets"]],
    ["one without traffic yet, two at once", 4, { atOnce: 2 }, ["i-4"], ["i-1 goes"]],
    [
      "two without traffic yet, two at once",
      4,
      { atOnce: 2 },
      ["i-3", "i-4"],
      ["i-1 wait: unhealthy targets"],
    ],
    [
      "one of two, though three may go: nobody would serve",
      2,
      { atOnce: 3 },
      ["i-2"],
      ["i-1 wait: unhealthy targets"],
    ],
    ["the same, though the last one may go", 2, { atOnce: 3, last: true }, ["i-2"], ["i-1 goes"]],
  ];
  for (const [why, size, policy, ids, expected] of targets)
    it(why, () => {
      const unhealthy = new Set(ids);
      expect(words(decide([notice(1)], whole(size), { ...policy, unhealthy }))).to.deep.equal(expected);
    });

  it("while targets become healthy, the time since which the group is whole goes on", () => {
    const since = SINCE - MINUTE;
    const waiting = notice(1, { waitsFor: "unhealthy targets", wholeSince: since });
    const [kept] = decide([waiting], whole(3), { unhealthy: new Set(["i-3"]) });
    expect(kept?.notice.wholeSince).to.equal(since);
    expect(words(decide([waiting], whole(3)))).to.deep.equal(["i-1 goes"]);
  });

  it("one that is not healthy does not serve", () => {
    const capacity = whole(3);
    const sick = {
      ...capacity,
      instances: capacity.instances.map((each, i) => ({ ...each, isHealthy: i !== 2 })),
    };
    const [first] = decide([notice(1)], sick);
    expect(first).to.deep.equal({
      notice: notice(1),
      kind: "wait",
      reason: { why: "others under way", group: "fleet", desired: 3, serving: 2, underWay: 1, atOnce: 1 },
    });
  });

  /** [why, the group, the input, what becomes of a rebalance of i-1] */
  const others: [string, GroupCapacity, { last?: boolean; hooks?: GroupView["hooks"] }, string][] = [
    ["another team's group", whole(3), { hooks: [hook({ target: undefined })] }, "ignore: no hook of ours"],
    ["a group of one", whole(1), {}, "ignore: the last one"],
    ["a group of one, with replace_last", whole(1), { last: true }, "goes"],
    ["a group of one that has two at the moment", whole(2, { desired: 1 }), {}, "ignore: the last one"],
    ["an instance that leaves already", fleet(["Terminating", "InService"]), {}, "ignore: not in service"],
    ["an instance in Standby", fleet(["Standby", "InService"]), {}, "ignore: not in service"],
    ["an instance that has left", fleet([]), {}, "ignore: not in service"],
    ["Capacity Rebalancing", whole(3, { rebalancesItself: true }), {}, "ignore: Auto Scaling rebalances"],
    ["launching is suspended", whole(3, { suspended: ["Launch"] }), {}, "wait: suspended"],
    ["terminating is suspended", whole(3, { suspended: ["Terminate"] }), {}, "wait: suspended"],
    ["new instances get no traffic", whole(3, { suspended: ["AddToLoadBalancer"] }), {}, "wait: suspended"],
    ["something else is suspended", whole(3, { suspended: ["AZRebalance", "HealthCheck"] }), {}, "goes"],
  ];
  for (const [why, capacity, change, expected] of others)
    it(`${why}: ${expected}`, () =>
      expect(words(decide([notice(1)], capacity, change))).to.deep.equal([`i-1 ${expected}`]));

  it("a maintenance is not left to Capacity Rebalancing", () => {
    const one = notice(1, { notice: "maintenance" });
    expect(words(decide([one], whole(3, { rebalancesItself: true })))).to.deep.equal(["i-1 goes"]);
  });

  it("waits for four hours at the most", () => {
    const capacity = fleet(["InService", "Pending"]);
    const waits = (now: number) => words(decide([notice(1)], capacity, { now }));
    expect(waits(SINCE + 4 * HOUR - 1)).to.deep.equal(["i-1 wait: others under way"]);
    expect(waits(SINCE + 4 * HOUR)).to.deep.equal(["i-1 ignore: waited too long"]);
  });

  it("goes after four hours too, if the group allows it", () => {
    expect(words(decide([notice(1)], whole(3), { now: SINCE + 9 * HOUR }))).to.deep.equal(["i-1 goes"]);
  });
});

describe("a group that is whole again", () => {
  const waited = (wholeSince: number | undefined) => notice(1, { waitsFor: "others under way", wholeSince });
  const at = (now: number, capacity = whole(3), ...notices: WaitingNotice[]) =>
    decide(notices, capacity, { now });

  it("gets some time until the next one goes", () => {
    const [first] = at(SINCE, whole(3), waited(undefined));
    expect(first).to.deep.equal({
      notice: { ...waited(undefined), wholeSince: SINCE },
      kind: "wait",
      reason: { why: "warms up", group: "fleet", seconds: 45 },
    });
    expect(words(at(SINCE + 45 * SECOND - 1, whole(3), waited(SINCE)))).to.deep.equal(["i-1 wait: warms up"]);
    expect(words(at(SINCE + 45 * SECOND, whole(3), waited(SINCE)))).to.deep.equal(["i-1 goes"]);
  });

  it("gets its own DefaultInstanceWarmup, if that is longer", () => {
    const slow = whole(3, { warmup: 5 * MINUTE });
    expect(words(at(SINCE + 5 * MINUTE - 1, slow, waited(SINCE)))).to.deep.equal(["i-1 wait: warms up"]);
    expect(words(at(SINCE + 5 * MINUTE, slow, waited(SINCE)))).to.deep.equal(["i-1 goes"]);
  });

  it("is not whole any more: the time begins again", () => {
    const [first] = at(SINCE + MINUTE, fleet(["InService", "InService", "Pending"]), waited(SINCE));
    expect(first?.notice.wholeSince).to.equal(undefined);
  });

  it("holds back a notice that has just come, too", () => {
    const later = { ...waited(undefined), instanceId: "i-2" };
    expect(words(at(SINCE, whole(3), notice(1), later))).to.deep.equal([
      "i-1 wait: warms up",
      "i-2 wait: warms up",
    ]);
  });
});

describe("a notice for which AWS did not answer", () => {
  const call = "autoscaling:DescribeAutoScalingGroups";

  it("is tried again, and counts what was denied", () => {
    for (const why of ["throttled", "unavailable", "out of time"])
      expect(decideUnread(notice(1), { call, why }, SINCE)).to.deep.equal({
        notice: notice(1),
        kind: "wait",
        reason: { why: "unread", call },
      });
    expect(decideUnread(notice(1, { denials: 1 }), { call, why: "denied" }, SINCE).notice.denials).to.equal(
      2,
    );
  });

  it("is given up when it was denied in three runs", () => {
    for (const why of ["denied", "wrong"])
      expect(decideUnread(notice(1, { denials: 2 }), { call, why }, SINCE)).to.deep.equal({
        notice: notice(1, { denials: 2 }),
        kind: "ignore",
        reason: { why: "denied", call },
      });
  });

  it("is given up after four hours", () => {
    expect(words([decideUnread(notice(1), { call, why: "throttled" }, SINCE + 4 * HOUR)])).to.deep.equal([
      "i-1 ignore: waited too long",
    ]);
  });
});

describe("several notices about an instance", () => {
  it("are one: the older counts, and a maintenance is certain", () => {
    const older = notice(1, { denials: 1 });
    const newer = notice(1, {
      at: SINCE + MINUTE,
      notice: "maintenance",
      denials: 2,
      waitsFor: "others under way",
    });
    const one = { ...older, notice: "maintenance", denials: 2, waitsFor: "others under way" };
    expect(mergeNotices([older, newer, notice(2)])).to.deep.equal([one, notice(2)]);
    expect(mergeNotices([newer, older])).to.deep.equal([one]);
  });
});
