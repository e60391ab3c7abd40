// Protects replacing because of notices: what waits is sent on before the old messages are deleted, what is denied ends, and the
// log tells each reason once.
import { expect } from "chai";
import { AwsCallError, type FailureKind, OddAnswer } from "../../../../shared/base/errors.ts";
import { parseNoticeBatch } from "../../../../shared/messages/notice-batch.ts";
import type { Hook } from "../../../../shared/model/hooks.ts";
import type {
  GroupCapacity,
  NoticeBatch,
  ScheduledEvent,
  WaitingNotice,
} from "../../../../shared/model/notice.ts";
import type { DrainKeys } from "../../../../shared/model/settings.ts";
import { replaceNoticed } from "../../../../shared/reconcile/replace-noticed.ts";
import type { ReplaceLimits } from "../../../../shared/rules/replacements.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { hook, MINUTE, SINCE } from "../rules/builders.ts";

const settings: NoticeBatch["settings"] = {
  atOnce: 1,
  last: false,
  ours: { queue: "lifecycle", topics: [], names: [] },
};
const idOf = (n: number) => `i-0000000${n}`;
const notice = (n: number, change: Partial<WaitingNotice> = {}): WaitingNotice => ({
  instanceId: idOf(n),
  notice: "rebalance",
  at: SINCE,
  denials: 0,
  waitsFor: undefined,
  wholeSince: undefined,
  ...change,
});

const event = (instanceId: string, description = "a retirement"): ScheduledEvent => ({
  instanceId,
  code: "instance-retirement",
  notBefore: SINCE,
  description,
});

type Outside = {
  /** The group of each instance. The first three are in service in `fleet` where nothing else is said. */
  readonly groups?: Readonly<Record<string, string>>;
  readonly capacity?: Partial<GroupCapacity>;
  readonly hooks?: readonly Hook[];
  /** What EC2 has scheduled; of the first three instances a retirement where nothing else is said. */
  readonly scheduled?: readonly (ScheduledEvent | OddAnswer)[];
  /** Calls that fail: scheduled, describe, capacities, hooks, replace, send. */
  readonly fails?: Readonly<Record<string, FailureKind>>;
  readonly dryRun?: boolean;
  /** What terminate's own input allows: all of it where nothing else is said. */
  readonly limits?: ReplaceLimits;
  /** The settings of a drain in terminate's input: no load balancer is searched where nothing else is said. */
  readonly keys?: DrainKeys;
};

async function play(batches: readonly NoticeBatch[], outside: Outside = {}) {
  const { ports: untouchable, lines } = untouchablePorts();
  const calls: string[] = [];
  const sent: NoticeBatch[] = [];
  const ask = (name: string, what: string) => {
    calls.push(`${name} ${what}`);
    const failure = outside.fails?.[name];
    if (failure !== undefined) throw new AwsCallError(`aws:${name}`, failure, new Error("refused"));
  };
  const groups = outside.groups ?? Object.fromEntries([1, 2, 3].map((n) => [idOf(n), "fleet"]));
  const ports = {
    ...untouchable,
    now: () => SINCE + MINUTE,
    autoScaling: {
      ...untouchable.autoScaling,
      describeInstances: async (ids: readonly string[]) => {
        ask("describe", ids.join(" "));
        return new Map(
          ids.flatMap((id) => {
            const group = groups[id];
            return group === undefined ? [] : [[id, { group, state: "InService" }] as const];
          }),
        );
      },
      capacities: async (names: readonly string[]) => {
        ask("capacities", names.join(" "));
        const known = names
          .filter((name) => name !== "deleted")
          .map((name): GroupCapacity => {
            const ids = Object.keys(groups).filter((id) => groups[id] === name);
            return {
              name,
              desired: ids.length,
              warmup: 0,
              rebalancesItself: false,
              suspended: [],
              instances: ids.map((instanceId) => ({ instanceId, state: "InService", isHealthy: true })),
              ...outside.capacity,
            };
          });
        return new Map(known.map((each) => [each.name, each]));
      },
      terminatingHooks: async (group: string) => {
        ask("hooks", group);
        return [...(outside.hooks ?? [hook()])];
      },
      replace: async (id: string) => ask("replace", id),
    },
    loadBalancers: new Map(),
    ec2: {
      ...untouchable.ec2,
      scheduledEvents: async () => {
        ask("scheduled", "events");
        return [...(outside.scheduled ?? [1, 2, 3].map((n) => event(idOf(n))))];
      },
    },
    queues: {
      ...untouchable.queues,
      send: async <T extends { readonly body: string }>(queue: string, all: readonly T[], delay = 0) => {
        if (all.length === 0) return { done: [], failed: [] };
        calls.push(`send ${queue} after ${delay} s`);
        if (outside.fails?.send)
          return { done: [], failed: all.map((item) => ({ item, reason: "refused" })) };
        for (const { body } of all) {
          const read = parseNoticeBatch(body, SINCE + MINUTE);
          if (read?.kind === "notices") sent.push(read.batch);
        }
        return { done: [...all], failed: [] };
      },
      delete: async (_: string, receipts: readonly string[]) => {
        calls.push(`delete ${receipts.join(" ")}`);
        return { done: [...receipts], failed: [] };
      },
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const received = batches.map((batch, i) => ({ batch, messages: [{ id: `m${i}`, receipt: `r${i}` }] }));
  const counts = await replaceNoticed(run, received, {
    queue: "monitor",
    dryRun: outside.dryRun ?? false,
    limits: outside.limits ?? { ...settings, atOnce: 1_000, last: true },
    keys: outside.keys ?? { discover: "named" },
  });
  const logged = lines
    .filter(([, phrase]) => phrase !== "call failed")
    .map(([level, phrase, { instance_id: id }]) => [level, phrase, id]);
  return { calls, sent, logged, counts, run };
}

const batch = (...notices: WaitingNotice[]): NoticeBatch => ({ settings, notices });

describe("replacing because of notices", () => {
  it("takes a call for all instances, one for all groups, and one for each group's hooks", async () => {
    const { calls, sent, logged, counts } = await play([batch(notice(2), notice(1)), batch(notice(2))]);
    expect(calls).to.deep.equal([
      `describe ${idOf(2)} ${idOf(1)}`,
      "capacities fleet",
      "hooks fleet",
      `replace ${idOf(1)}`,
      "send monitor after 30 s",
      "delete r0 r1",
    ]);
    expect(sent).to.deep.equal([batch(notice(2, { waitsFor: "others under way" }))]);
    expect(logged).to.deep.equal([
      ["info", "instance replaced", idOf(1)],
      ["info", "notice waits", idOf(2)],
    ]);
    expect(counts).to.deep.equal({ replaced: 1, waiting: 1 });
  });

  it("tells a reason once", async () => {
    const waits = notice(2, { waitsFor: "others under way" });
    expect((await play([batch(waits)], { capacity: { desired: 4 } })).logged).to.deep.equal([]);
    const suspended = await play([batch(waits)], { capacity: { suspended: ["Launch"] } });
    expect(suspended.logged).to.deep.equal([["warn", "notice waits", idOf(2)]]);
    expect(suspended.sent[0]?.notices[0]?.waitsFor).to.equal("suspended");
  });

  it("counts each group by itself", async () => {
    const groups = { [idOf(1)]: "a", [idOf(2)]: "b", [idOf(3)]: "a", [idOf(4)]: "b" };
    const { calls } = await play([batch(notice(1), notice(2))], { groups });
    expect(calls.filter((each) => each.startsWith("replace"))).to.deep.equal([
      `replace ${idOf(1)}`,
      `replace ${idOf(2)}`,
    ]);
  });

  it("counts what notices with other settings have begun in a group", async () => {
    const other = { settings: { ...settings, atOnce: 2 }, notices: [notice(2), notice(3)] };
    const { calls, sent } = await play([batch(notice(1)), other]);
    expect(calls.filter((each) => each.startsWith("replace"))).to.deep.equal([
      `replace ${idOf(1)}`,
      `replace ${idOf(2)}`,
    ]);
    expect(sent.map((each) => each.settings.atOnce)).to.deep.equal([2]);
  });

  it("replaces no more than terminate's own input allows, and sends on what the message said", async () => {
    const own = { atOnce: 5, last: true, ours: settings.ours };
    const told = { settings: own, notices: [notice(1), notice(2), notice(3)] };
    const replacedBy = async (limits: ReplaceLimits) => {
      const { calls, sent } = await play([told], { limits });
      expect(sent.every((each) => each.settings.atOnce === 5)).to.equal(true);
      return calls.filter((each) => each.startsWith("replace")).length;
    };
    expect(await replacedBy(own)).to.equal(3);
    expect(await replacedBy({ ...own, last: false })).to.equal(2);
    expect(await replacedBy({ ...own, atOnce: 2 })).to.equal(2);
    expect(await replacedBy({ ...own, atOnce: Number.POSITIVE_INFINITY })).to.equal(3);
    expect(await replacedBy({ ...own, ours: { queue: "another", topics: [], names: [] } })).to.equal(0);
  });

  /** [why, what AWS shows, what the log says] */
  const ended: [string, Outside, string][] = [
    ["no group has it", { groups: {} }, "notice ignored"],
    ["its group was just deleted", { groups: { [idOf(1)]: "deleted" } }, "notice ignored"],
    ["its group has no hook of ours", { hooks: [] }, "notice ignored"],
    ["its group has Capacity Rebalancing", { capacity: { rebalancesItself: true } }, "notice ignored"],
    ["it is the only instance", { capacity: { desired: 1 } }, "instance not replaced"],
  ];
  for (const [why, outside, phrase] of ended)
    it(`ends without a replacement where ${why}`, async () => {
      const { calls, sent, logged } = await play([batch(notice(1))], outside);
      expect(sent).to.deep.equal([]);
      expect(calls.filter((each) => /^replace|^send/.test(each))).to.deep.equal([]);
      expect(calls.at(-1)).to.equal("delete r0");
      expect(logged).to.deep.equal([[phrase === "notice ignored" ? "info" : "warn", phrase, idOf(1)]]);
    });

  for (const call of ["describe", "capacities", "hooks", "replace"]) {
    it(`is tried again where ${call} is throttled, and counts no denial`, async () => {
      const { sent, run } = await play([batch(notice(1, { denials: 2 }))], {
        fails: { [call]: "throttled" },
      });
      expect(sent).to.deep.equal([batch(notice(1, { denials: 2, waitsFor: "unread" }))]);
      expect(run.hasFailures).to.equal(true);
    });

    it(`ends where ${call} is denied in three runs`, async () => {
      const fails = { [call]: "denied" } as const;
      const second = await play([batch(notice(1, { denials: 1 }))], { fails });
      expect(second.sent[0]?.notices[0]?.denials).to.equal(2);
      const third = await play([batch(notice(1, { denials: 2 }))], { fails });
      expect(third.sent).to.deep.equal([]);
      expect(third.logged).to.deep.equal([["warn", "instance not replaced", idOf(1)]]);
    });
  }

  describe("a maintenance", () => {
    const maintenance = (n: number, change: Partial<WaitingNotice> = {}) =>
      notice(n, { notice: "maintenance", ...change });
    const replaced = (calls: readonly string[]) => calls.filter((each) => each.startsWith("replace"));

    it("is asked for in EC2's schedule, in one call, and replaced where that has it", async () => {
      const { calls } = await play([batch(maintenance(1), maintenance(2)), batch(maintenance(1))]);
      expect(calls.filter((each) => each.startsWith("scheduled"))).to.deep.equal(["scheduled events"]);
      expect(replaced(calls)).to.deep.equal([`replace ${idOf(1)}`]);
    });

    it("asks for nothing where there is none", async () => {
      const { calls } = await play([batch(notice(1))]);
      expect(calls.filter((each) => each.startsWith("scheduled"))).to.deep.equal([]);
    });

    const events: [string, ScheduledEvent[]][] = [
      ["nothing", []],
      ["a change of another instance", [event(idOf(2))]],
      ["a change that was canceled", [event(idOf(1), "[Canceled] a retirement")]],
      ["a change that is completed", [event(idOf(1), "[Completed] a retirement")]],
    ];
    for (const [what, scheduled] of events)
      it(`ends with a warning where EC2 has scheduled ${what}, and no group is asked about`, async () => {
        const { calls, logged, sent } = await play([batch(maintenance(1))], { scheduled });
        expect(calls).to.deep.equal(["scheduled events", "delete r0"]);
        expect(logged).to.deep.equal([["warn", "instance not replaced", idOf(1)]]);
        expect(sent).to.deep.equal([]);
      });

    it("that is not proven takes no rebalance with it, whichever is older", async () => {
      for (const at of [SINCE - 1, SINCE + 1]) {
        const { calls, logged } = await play([batch(notice(1), maintenance(1, { at }))], { scheduled: [] });
        expect(replaced(calls)).to.deep.equal([`replace ${idOf(1)}`]);
        expect(logged).to.deep.equal([
          ["warn", "instance not replaced", idOf(1)],
          ["info", "instance replaced", idOf(1)],
        ]);
      }
    });

    it("that is proven is one notice with a rebalance", async () => {
      const { calls } = await play([batch(notice(1), maintenance(1))], {
        capacity: { rebalancesItself: true },
      });
      expect(replaced(calls)).to.deep.equal([`replace ${idOf(1)}`]);
    });

    it("is tried again where the schedule is throttled, and others go on", async () => {
      const { calls, sent } = await play([batch(notice(1), maintenance(2))], {
        fails: { scheduled: "throttled" },
      });
      expect(replaced(calls)).to.deep.equal([`replace ${idOf(1)}`]);
      expect(sent).to.deep.equal([batch(maintenance(2, { waitsFor: "unread" }))]);
    });

    /** [what, the ids that the odd event tells, whose notice is tried again, whose ends] */
    const odd: [string, string[], number[], number[]][] = [
      ["its instance", [idOf(1)], [1], [2]],
      ["nobody knows whom", [], [1, 2], []],
      ["an instance without a notice", [idOf(3)], [], [1, 2]],
    ];
    for (const [what, ids, again, ended] of odd)
      it(`is not proven by an odd event of ${what}, and none is ended by it`, async () => {
        const scheduled = [
          new OddAnswer("ec2:DescribeInstanceStatus", "NotBefore", undefined, { ids }),
          event(idOf(4)),
        ];
        const notices = [maintenance(1), maintenance(2), maintenance(4)];
        const groups = { [idOf(1)]: "fleet", [idOf(2)]: "fleet", [idOf(4)]: "fleet" };
        const { calls, logged, sent } = await play([batch(...notices)], { scheduled, groups });
        expect(replaced(calls)).to.deep.equal([`replace ${idOf(4)}`]);
        expect(sent.flatMap((each) => each.notices)).to.deep.equal(
          again.map((n) => maintenance(n, { waitsFor: "unread" })),
        );
        expect(logged.filter(([, phrase]) => phrase === "instance not replaced")).to.deep.equal(
          ended.map((n) => ["warn", "instance not replaced", idOf(n)]),
        );
      });

    it("ends where the schedule is denied in three runs", async () => {
      const fails = { scheduled: "denied" } as const;
      const second = await play([batch(maintenance(1, { denials: 1 }))], { fails });
      expect(second.sent[0]?.notices[0]?.denials).to.equal(2);
      const third = await play([batch(maintenance(1, { denials: 2 }))], { fails });
      expect(third.sent).to.deep.equal([]);
      expect(third.logged).to.deep.equal([["warn", "instance not replaced", idOf(1)]]);
    });
  });

  it("keeps the old messages where the new ones cannot be sent", async () => {
    const { calls, run } = await play([batch(notice(1), notice(2))], { fails: { send: "unavailable" } });
    expect(calls.at(-1)).to.equal("send monitor after 30 s");
    expect(run.hasFailures).to.equal(true);
  });

  it("on a dry run nothing is replaced, and the log says what would be", async () => {
    const { calls, logged, sent } = await play([batch(notice(1), notice(2))], { dryRun: true });
    expect(calls.filter((each) => each.startsWith("replace"))).to.deep.equal([]);
    expect(logged.map(([, phrase]) => phrase)).to.deep.equal(["dry run", "notice waits"]);
    expect(sent[0]?.notices.map(({ instanceId }) => instanceId)).to.deep.equal([idOf(2)]);
  });
});
