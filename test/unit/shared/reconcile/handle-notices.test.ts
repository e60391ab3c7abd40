// Protects what is done about notices: nothing unless the input says so, and only to instances of a group.
import { expect } from "chai";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { ignoreText } from "../../../../shared/log-lines/notice-text.ts";
import type { InstanceNotice } from "../../../../shared/messages/arrivals.ts";
import type { GroupInstance, Hook } from "../../../../shared/model/hooks.ts";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import { handleNotices } from "../../../../shared/reconcile/handle-notices.ts";
import type { NoticePolicy } from "../../../../shared/rules/notices.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { hook, MINUTE, SINCE } from "../rules/builders.ts";

const IGNORE: NoticePolicy = { "spot interruption": "ignore", rebalance: "ignore", maintenance: "ignore" };
const ALL: NoticePolicy = { "spot interruption": "drain", rebalance: "replace", maintenance: "replace" };
const ARN = "arn:aws:sqs:us-east-1:123456789012:";
const denied = new AwsCallError("autoscaling:Call", "denied", new Error("no"));

type Outside = {
  policy?: NoticePolicy;
  groupInstance?: GroupInstance | Error | undefined;
  hooks?: readonly Hook[] | Error;
  replaced?: Error;
  now?: number;
  dryRun?: boolean;
};

async function play(notices: readonly Partial<InstanceNotice>[], outside: Outside) {
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
        return [...orThrow(outside.hooks ?? [hook({ target: `${ARN}lifecycle` })])];
      },
      replace: async (id: string) => {
        calls.push(`replace ${id}`);
        if (outside.replaced) throw outside.replaced;
      },
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const given = notices.map(
    (each): InstanceNotice => ({
      notice: "rebalance",
      instanceId: "i-1",
      at: SINCE,
      messages: [{ id: "m", receipt: "r" }],
      ...each,
    }),
  );
  const { drains, undone } = await handleNotices(run, given, {
    policy: outside.policy ?? ALL,
    settings: settingsOf({ cluster_name: "main" }),
    queue: "lifecycle",
    dryRun: outside.dryRun ?? false,
  });
  return {
    calls,
    drains,
    run,
    logged: lines.map(([, phrase, fields]) => [phrase, fields.reason ?? fields.would]),
    undone,
  };
}

const inService = { group: "fleet", state: "InService" };
const REPLACED = ["describe i-1", "hooks of fleet", "replace i-1"];

describe("notices: what is done", () => {
  for (const notice of ["spot interruption", "rebalance", "maintenance"] as const) {
    it(`nothing about a ${notice} unless the input says so`, async () => {
      const { calls, logged, undone, drains } = await play([{ notice }], { policy: IGNORE });
      expect(calls).to.deep.equal([]);
      expect(logged).to.deep.equal([["notice ignored", ignoreText({ why: "the input says so" })]]);
      expect([drains, undone]).to.deep.equal([[], []]);
    });

    it(`nothing about a ${notice} of an instance that no group has`, async () => {
      const { logged, undone, drains } = await play([{ notice }], { groupInstance: undefined });
      expect(logged).to.deep.equal([["notice ignored", ignoreText({ why: "no group" })]]);
      expect([drains, undone]).to.deep.equal([[], []]);
    });

    it(`a ${notice} is kept for another try where Auto Scaling cannot be read`, async () => {
      const { drains, undone, run } = await play([{ notice }], { groupInstance: denied });
      expect(drains).to.deep.equal([]);
      expect(undone.map(({ instanceId }) => instanceId)).to.deep.equal(["i-1"]);
      expect(run.hasFailures).to.equal(true);
    });
  }

  it("a Spot interruption begins a drain without a hook, whatever state the instance is in", async () => {
    const { calls, drains } = await play([{ notice: "spot interruption" }], {
      groupInstance: { group: "fleet", state: "Standby" },
      now: 2 * MINUTE - 1,
    });
    expect(calls).to.deep.equal(["describe i-1"]);
    expect(drains).to.deep.equal([
      {
        termination: {
          instanceId: "i-1",
          group: "fleet",
          hook: undefined,
          token: undefined,
          since: SINCE,
          interruptedAt: SINCE,
          dryRun: false,
          settings: settingsOf({ cluster_name: "main" }),
          memory: NO_MEMORY,
        },
        messages: [{ id: "m", receipt: "r" }],
      },
    ]);
  });

  it("a Spot interruption whose two minutes are over is too late", async () => {
    const { drains, logged } = await play([{ notice: "spot interruption" }], {
      groupInstance: inService,
      now: 2 * MINUTE,
    });
    expect(drains).to.deep.equal([]);
    expect(logged).to.deep.equal([["notice ignored", ignoreText({ why: "too late" })]]);
  });

  for (const notice of ["rebalance", "maintenance"] as const) {
    it(`a ${notice} replaces the instance through its group`, async () => {
      const { calls, logged, drains, undone } = await play([{ notice }], { groupInstance: inService });
      expect(calls).to.deep.equal(REPLACED);
      expect(logged).to.deep.equal([["instance replaced", undefined]]);
      expect([drains, undone]).to.deep.equal([[], []]);
    });
  }

  for (const state of ["Terminating:Wait", "Standby", "Pending", "Warmed:Stopped"]) {
    it(`an instance that is ${state} is not replaced`, async () => {
      const { calls, logged, undone } = await play([{}], { groupInstance: { group: "fleet", state } });
      expect(undone).to.deep.equal([]);
      expect(calls).to.deep.equal(["describe i-1"]);
      expect(logged).to.deep.equal([["notice ignored", ignoreText({ why: "not in service", state })]]);
    });
  }

  /** [why, the group's terminating hooks, whether the instance is replaced] */
  const hooks: [string, readonly Hook[], boolean][] = [
    ["a hook that writes to our queue", [hook({ target: `${ARN}lifecycle` })], true],
    ["a hook that notifies EventBridge alone", [hook({ target: undefined })], true],
    ["a hook that notifies a topic", [hook({ target: "arn:aws:sns:us-east-1:123456789012:topic" })], true],
    ["a hook that writes to another queue", [hook({ target: `${ARN}other-lifecycle` })], false],
    ["no hook at all", [], false],
  ];
  for (const [why, own, replaced] of hooks) {
    it(`${why}: ${replaced ? "replaced" : "not replaced, for nothing would drain it"}`, async () => {
      const { calls, logged, undone } = await play([{}], { groupInstance: inService, hooks: own });
      expect(undone).to.deep.equal([]);
      expect(calls).to.deep.equal(replaced ? REPLACED : REPLACED.slice(0, 2));
      expect(logged).to.deep.equal([
        replaced
          ? ["instance replaced", undefined]
          : ["notice ignored", ignoreText({ why: "no hook of ours", group: "fleet" })],
      ]);
    });
  }

  it("is kept for another try where the hooks cannot be read, or the call fails", async () => {
    const unread = await play([{}], { groupInstance: inService, hooks: denied });
    expect(unread.undone).to.have.lengthOf(1);
    const failed = await play([{}], { groupInstance: inService, replaced: denied });
    expect(failed.undone).to.have.lengthOf(1);
    expect(failed.run.hasFailures).to.equal(true);
  });

  it("on a dry run nothing is replaced, and the log says what would be", async () => {
    const { calls, logged, undone } = await play([{}], { groupInstance: inService, dryRun: true });
    expect(calls).to.deep.equal(REPLACED.slice(0, 2));
    expect(logged).to.deep.equal([["dry run", "termination through Auto Scaling"]]);
    expect(undone).to.deep.equal([]);
  });

  it("is asked for in one call, and a group's hooks once", async () => {
    const { calls } = await play([{}, { instanceId: "i-2" }], { groupInstance: inService });
    expect(calls).to.deep.equal(["describe i-1 i-2", "hooks of fleet", "replace i-1", "replace i-2"]);
  });
});
