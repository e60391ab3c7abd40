// Protects what is done about notices as they come: nothing unless the input says so, a drain only for an instance of a group of
// ours, and no question at all about what another function decides.
import { expect } from "chai";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { ignoreText } from "../../../../shared/log-lines/notice-text.ts";
import type { InstanceNotice } from "../../../../shared/messages/arrivals.ts";
import type { GroupInstance, Hook } from "../../../../shared/model/hooks.ts";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { ScheduledEvent } from "../../../../shared/model/notice.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import {
  findMaintenances,
  handleNotices,
  type NoticeOptions,
} from "../../../../shared/reconcile/handle-notices.ts";
import type { NoticePolicy } from "../../../../shared/rules/notices.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { hook, MINUTE, SINCE } from "../rules/builders.ts";

const HOUR = 60 * MINUTE;
const IGNORE: NoticePolicy = { "spot interruption": "ignore", rebalance: "ignore", maintenance: "ignore" };
const ALL: NoticePolicy = { "spot interruption": "drain", rebalance: "replace", maintenance: "replace" };
const denied = new AwsCallError("autoscaling:Call", "denied", new Error("no"));
const inService = { group: "fleet", state: "InService" };

type Outside = {
  policy?: NoticePolicy;
  groupInstance?: GroupInstance | Error | undefined;
  hooks?: readonly Hook[] | Error;
  events?: readonly Partial<ScheduledEvent>[] | Error;
  now?: number;
};

function outsideOf(outside: Outside) {
  const { ports: untouchable, lines } = untouchablePorts();
  const calls: string[] = [];
  const orThrow = <T>(answer: T | Error): T => {
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const ports = {
    ...untouchable,
    now: () => SINCE + (outside.now ?? 0),
    autoScaling: {
      ...untouchable.autoScaling,
      describeInstances: async (ids: readonly string[]) => {
        calls.push(`describe ${ids.join(" ")}`);
        const groupInstance = orThrow(outside.groupInstance);
        return new Map(groupInstance === undefined ? [] : ids.map((id) => [id, groupInstance]));
      },
      terminatingHooks: async (group: string) => {
        calls.push(`hooks of ${group}`);
        return [...orThrow(outside.hooks ?? [hook()])];
      },
    },
    ec2: {
      ...untouchable.ec2,
      scheduledEvents: async () => {
        calls.push("scheduled events");
        const told = { instanceId: "i-1", code: "instance-stop", notBefore: SINCE, description: "" };
        return orThrow(outside.events ?? []).map((each) => ({ ...told, ...each }));
      },
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const options: NoticeOptions = {
    policy: outside.policy ?? ALL,
    lead: 48 * HOUR,
    replace: { atOnce: 1, last: false, ours: { queue: "lifecycle", topics: [], names: [] } },
    keys: { cluster_name: "main" },
  };
  const logged = () =>
    lines.map(([, phrase, fields]) => [phrase, fields.reason ?? fields.waiting_for ?? fields.starts_at]);
  return { run, options, calls, logged };
}

async function play(notices: readonly Partial<InstanceNotice>[], outside: Outside) {
  const { run, options, calls, logged } = outsideOf(outside);
  const given = notices.map(
    (each): InstanceNotice => ({
      notice: "spot interruption",
      instanceId: "i-1",
      at: SINCE,
      messages: [{ id: "m", receipt: "r" }],
      ...each,
    }),
  );
  const handled = await handleNotices(run, given, options);
  return { ...handled, calls, run, logged: logged() };
}

describe("notices: what is done", () => {
  for (const notice of ["spot interruption", "rebalance", "maintenance"] as const)
    it(`nothing about a ${notice} unless the input says so`, async () => {
      const { calls, logged, undone, drains, toReplace } = await play([{ notice }], { policy: IGNORE });
      expect(calls).to.deep.equal([]);
      expect(logged).to.deep.equal([["notice ignored", ignoreText({ why: "the input says so" })]]);
      expect([drains, undone, toReplace]).to.deep.equal([[], [], []]);
    });

  it("a Spot interruption begins a drain without a hook, whatever state the instance is in", async () => {
    const { calls, drains } = await play([{}], { groupInstance: { group: "fleet", state: "Standby" } });
    expect(calls).to.deep.equal(["describe i-1", "hooks of fleet"]);
    expect(drains).to.deep.equal([
      {
        termination: {
          instanceId: "i-1",
          group: "fleet",
          hook: undefined,
          token: undefined,
          since: SINCE,
          noticedAt: SINCE,
          interruptedAt: undefined,
          dryRun: false,
          told: { cluster_name: "main" },
          settings: settingsOf({ cluster_name: "main" }),
          memory: NO_MEMORY,
        },
        messages: [{ id: "m", receipt: "r" }],
      },
    ]);
  });

  it("a Spot interruption whose two minutes are over is too late, even if nothing can be read", async () => {
    const { calls, drains, undone, logged } = await play([{}], { groupInstance: denied, now: 2 * MINUTE });
    expect([calls, drains, undone]).to.deep.equal([[], [], []]);
    expect(logged).to.deep.equal([["notice ignored", ignoreText({ why: "too late" })]]);
  });

  /** [why, what Auto Scaling shows, why nothing is done] */
  const strangers: [string, Outside, Parameters<typeof ignoreText>[0]][] = [
    ["an instance that no group has", { groupInstance: undefined }, { why: "no group" }],
    [
      "an instance of a group with no hook of ours",
      { groupInstance: inService, hooks: [hook({ target: undefined })] },
      { why: "no hook of ours", group: "fleet" },
    ],
  ];
  for (const [why, outside, reason] of strangers)
    it(`nothing about a Spot interruption of ${why}`, async () => {
      const { logged, undone, drains } = await play([{}], outside);
      expect(logged).to.deep.equal([["notice ignored", ignoreText(reason)]]);
      expect([drains, undone]).to.deep.equal([[], []]);
    });

  /** [what cannot be read, what Auto Scaling shows] */
  const unread: [string, Outside][] = [
    ["Auto Scaling", { groupInstance: denied }],
    ["the group's hooks", { groupInstance: inService, hooks: denied }],
  ];
  for (const [what, outside] of unread)
    it(`a Spot interruption is kept for another try where ${what} cannot be read`, async () => {
      const { drains, undone, run } = await play([{}], outside);
      expect(drains).to.deep.equal([]);
      expect(undone.map(({ instanceId }) => instanceId)).to.deep.equal(["i-1"]);
      expect(run.hasFailures).to.equal(true);
    });

  for (const notice of ["rebalance", "maintenance"] as const)
    it(`a ${notice} is passed on without a question`, async () => {
      const { calls, logged, drains, undone, toReplace } = await play([{ notice }], {});
      expect([calls, logged, drains, undone]).to.deep.equal([[], [], [], []]);
      expect(toReplace.map(({ waiting }) => waiting)).to.deep.equal([
        {
          instanceId: "i-1",
          notice,
          at: SINCE,
          denials: 0,
          waitsFor: undefined,
          wholeSince: undefined,
        },
      ]);
    });

  it("a maintenance weeks ahead waits in no message", async () => {
    const startsAt = SINCE + 336 * HOUR;
    const { calls, logged, undone, toReplace } = await play([{ notice: "maintenance", startsAt }], {});
    expect([calls, undone, toReplace]).to.deep.equal([[], [], []]);
    const text = ignoreText({ why: "not yet", startsAt, from: startsAt - 48 * HOUR });
    expect(logged).to.deep.equal([["notice waits", text]]);
  });

  it("is asked for in one call, and a group's hooks once", async () => {
    const { calls, drains } = await play([{}, { instanceId: "i-2" }], { groupInstance: inService });
    expect(drains).to.have.lengthOf(2);
    expect(calls).to.deep.equal(["describe i-1 i-2", "hooks of fleet"]);
  });
});

describe("maintenances that EC2 has scheduled", () => {
  async function find(outside: Outside) {
    const { run, options, calls, logged } = outsideOf(outside);
    const found = await findMaintenances(run, options);
    return {
      found: found.map(({ instanceId, notice }) => [instanceId, notice]),
      calls,
      logged: logged(),
      run,
    };
  }

  it("are found for instances of our groups, once an hour", async () => {
    const { found, calls, logged } = await find({ events: [{}, {}], groupInstance: inService });
    expect(found).to.deep.equal([["i-1", "maintenance"]]);
    expect(calls).to.deep.equal(["scheduled events", "describe i-1", "hooks of fleet"]);
    expect(logged).to.deep.equal([["maintenance found", new Date(SINCE).toISOString()]]);
    expect((await find({ now: 2 * MINUTE })).calls).to.deep.equal([]);
    expect((await find({ policy: IGNORE })).calls).to.deep.equal([]);
  });

  /** [why, what EC2 and Auto Scaling show] */
  const nothing: [string, Outside][] = [
    ["no group has the instance", { events: [{}], groupInstance: undefined }],
    ["another team's group has it", { events: [{}], groupInstance: inService, hooks: [] }],
    ["it leaves already", { events: [{}], groupInstance: { group: "fleet", state: "Terminating:Wait" } }],
    ["its group cannot be read", { events: [{}], groupInstance: denied }],
    ["EC2 cannot be asked", { events: denied }],
    ["it is weeks ahead", { events: [{ notBefore: SINCE + 336 * HOUR }] }],
  ];
  for (const [why, outside] of nothing)
    it(`are passed over without a word where ${why}`, async () => {
      const { found, logged, run } = await find(outside);
      expect(found).to.deep.equal([]);
      expect(logged.filter(([phrase]) => phrase !== "call failed")).to.deep.equal([]);
      expect(run.hasFailures).to.equal([outside.events, outside.groupInstance].includes(denied));
    });
});
