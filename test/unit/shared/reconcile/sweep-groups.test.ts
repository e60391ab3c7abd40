// Protects what a sweep asks, and which instances in a wait state it takes for our hook's: those whose heartbeat is taken.
import { expect } from "chai";
import { isSweepDue, type SweepOptions, sweep } from "../../../../functions/terminate/sweep.ts";
import type { ActionName, GroupSelection } from "../../../../shared/aws/autoscaling.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import type { GroupWithInstances, Hook } from "../../../../shared/model/hooks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../../shared/fake-ports.ts";
import { hook, SINCE, termination } from "../../shared/rules/builders.ts";

const clusterInstance = (instanceId: string, state = "Terminating:Wait") => ({ instanceId, state });
const ours: Hook = hook({ target: "arn:aws:sqs:us-east-1:123456789012:lifecycle" });
const fleet: GroupWithInstances = {
  name: "fleet",
  instances: [clusterInstance("i-1"), clusterInstance("i-2", "InService")],
  hasWarmPool: false,
};

type Answer = "recorded" | "no such action" | Error;

async function play({
  groups = [fleet],
  pool = [],
  hooks = [ours],
  answers = {},
  atHand = [],
  until = Number.POSITIVE_INFINITY,
  ...options
}: Partial<Omit<SweepOptions, "groups">> & {
  names?: readonly string[];
  groups?: readonly GroupWithInstances[];
  pool?: GroupWithInstances["instances"];
  hooks?: Hook[];
  answers?: Record<string, Answer>;
  atHand?: readonly Termination[];
  until?: number;
} = {}) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: GroupSelection[] = [];
  const afterHeartbeats: ActionName[] = [];
  const ports = {
    ...untouchable,
    now: () => SINCE,
    autoScaling: {
      ...untouchable.autoScaling,
      groups: async (which: GroupSelection) => {
        asked.push(which);
        return [...groups];
      },
      warmPool: async () => pool,
      terminatingHooks: async () => hooks,
      heartbeat: async (action: ActionName) => {
        afterHeartbeats.push(action);
        const answer = answers[action.instanceId] ?? "recorded";
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  };
  const run = new Run(ports, until);
  const found = await sweep(run, atHand, {
    groups: options.names ?? ["fleet"],
    tag: undefined,
    hook: undefined,
    queue: "lifecycle",
    keys: {},
    dryRun: false,
    ...options,
  });
  return { found, asked, afterHeartbeats, lines, run, ids: found.map((each) => each.instanceId) };
}

describe("a sweep", () => {
  it("finds what our hook holds, by a heartbeat that names the instance: its timer begins now", async () => {
    const { found, afterHeartbeats, lines } = await play();
    expect(afterHeartbeats).to.have.lengthOf(1);
    expect(afterHeartbeats[0]).to.include({
      group: "fleet",
      hook: "drain",
      instanceId: "i-1",
      token: undefined,
    });
    expect(found).to.have.lengthOf(1);
    expect(found[0]).to.include({
      instanceId: "i-1",
      group: "fleet",
      hook: "drain",
      token: undefined,
      since: SINCE,
    });
    expect(found[0]?.memory.lastHeartbeatAt).to.equal(SINCE);
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([["warn", "sweep found"]]);
  });

  it("leaves alone what another hook holds: one for launching has a wait state in common with ours", async () => {
    const groups = [{ ...fleet, instances: [], hasWarmPool: true }];
    const pool = [
      clusterInstance("i-1", "Warmed:Pending:Wait"),
      clusterInstance("i-2", "Warmed:Pending:Wait"),
    ];
    const { ids, lines } = await play({ groups, pool, answers: { "i-1": "no such action" } });
    expect(ids).to.deep.equal(["i-2"]);
    expect(lines.map(([, , fields]) => fields.instance_id)).to.deep.equal(["i-2"]);
  });

  it("leaves for the next one what it cannot ask for, and notes that", async () => {
    const throttled = new AwsCallError(
      "autoscaling:RecordLifecycleActionHeartbeat",
      "throttled",
      new Error("no"),
    );
    const { ids, run } = await play({ answers: { "i-1": throttled } });
    expect(ids).to.deep.equal([]);
    expect(run.hasFailures).to.equal(true);
  });

  it("asks for nothing more once the run's time is over", async () => {
    const { afterHeartbeats, ids, run } = await play({ until: SINCE });
    expect([afterHeartbeats, ids]).to.deep.equal([[], []]);
    expect(run.hasFailures).to.equal(true);
  });

  describe("sends no heartbeat, and finds nothing on its way to a warm pool, since that may be another hook's", () => {
    const groups = [{ ...fleet, hasWarmPool: true }];
    const pool = [clusterInstance("i-3", "Warmed:Pending:Wait")];
    for (const [why, change] of [
      ["with leave, where the message may be elsewhere", { keys: { on_timeout: "leave" } }],
      ["with leave, known by its name", { keys: { on_timeout: "leave" }, queue: undefined, hook: "drain" }],
      ["on a dry run", { dryRun: true }],
    ] as const) {
      it(why, async () => {
        const { afterHeartbeats, ids } = await play({ groups, pool, ...change });
        expect([afterHeartbeats, ids]).to.deep.equal([[], ["i-1"]]);
      });
    }
  });

  it("skips what a termination at hand stands for, by its hook", async () => {
    expect((await play({ atHand: [termination()] })).ids).to.deep.equal([]);
    expect((await play({ atHand: [termination({}, { hook: "backup" })] })).ids).to.deep.equal(["i-1"]);
  });

  it("knows a hook by the queue that it notifies, not by a topic of the same name, nor by another queue", async () => {
    const topic = hook({ target: "arn:aws:sns:us-east-1:123456789012:lifecycle" });
    const other = hook({ target: "arn:aws:sqs:us-east-1:123456789012:not-lifecycle" });
    for (const each of [topic, other, hook({ target: undefined })])
      expect((await play({ hooks: [each] })).ids).to.deep.equal([]);
  });

  it("finds for each of two hooks of ours", async () => {
    const { found } = await play({ hooks: [ours, { ...ours, name: "drain-again" }] });
    expect(found.map((each) => each.hook)).to.deep.equal(["drain", "drain-again"]);
  });

  it("drains by what a message of the same hook says, under what the hook says of itself", async () => {
    const alike = termination(
      {},
      {
        instanceId: "i-2",
        settings: { ...termination().settings, targetGroups: ["static"], drainTimeoutSeconds: 240 },
      },
    );
    const metadata = JSON.stringify({ drain_timeout_seconds: 1500 });
    const { found } = await play({ atHand: [alike], hooks: [{ ...ours, metadata }] });
    expect(found.map((each) => each.settings)).to.deep.equal([
      { ...alike.settings, drainTimeoutSeconds: 1500 },
    ]);
  });

  it("looks for what it finds wherever a message of the same hook, or the input, says that its instances may be", async () => {
    const told = (instanceId: string, clusterNames: readonly string[], elbNames: readonly string[] = []) =>
      termination({}, { instanceId, settings: { clusterNames, elbNames, targetGroups: ["static"] } });
    const { found } = await play({
      atHand: [
        told("i-2", ["by-hand"]),
        told("i-3", ["main"], ["classic"]),
        { ...told("i-4", ["elsewhere"]), hook: "backup" },
      ],
      keys: { cluster_name: "main", target_groups: ["ours"] },
    });
    expect(found.map(({ settings }) => settings)).to.deep.equal([
      {
        ...told("i-2", []).settings,
        clusterNames: ["by-hand", "main"],
        elbNames: ["classic"],
        targetGroups: ["static", "ours"],
      },
    ]);
  });

  describe("notes that a group of the input cannot be used", () => {
    const unusable = ({ lines, run }: Awaited<ReturnType<typeof play>>) => {
      const told = lines.filter(([, phrase]) => phrase === "cannot be used");
      expect(run.hasFailures).to.equal(told.length > 0);
      return told.map(([level, , { name, reason }]) => [level, name, reason]);
    };
    const misspelt = ["error", "fleeet", "there is no such Auto Scaling group"];

    it("where AWS does not know it; the others are swept all the same", async () => {
      const outcome = await play({ names: ["fleeet", "fleet"] });
      expect(unusable(outcome)).to.deep.equal([misspelt]);
      expect(outcome.ids).to.deep.equal(["i-1"]);
    });

    it("not where it was deleted while a drain of it is at hand", async () => {
      const atHand = [termination({}, { group: "fleeet" })];
      expect(unusable(await play({ names: ["fleeet"], atHand }))).to.deep.equal([]);
    });

    it("not where only a message at hand names it, or a tag finds none", async () => {
      const atHand = [termination({}, { group: "elsewhere" })];
      expect(unusable(await play({ names: ["fleet"], groups: [fleet], atHand }))).to.deep.equal([]);
      expect(unusable(await play({ names: [], groups: [], tag: "drained" }))).to.deep.equal([]);
    });

    it("not where it could not be asked for", async () => {
      const { lines } = await play({ names: ["fleeet"], until: SINCE });
      expect(lines.map(([, phrase]) => phrase)).to.deep.equal(["out of time"]);
    });
  });

  describe("warns of a group in which something holds instances, and no hook is ours", () => {
    const warned = ({ lines, run }: Awaited<ReturnType<typeof play>>) => {
      expect(run.hasFailures).to.equal(false);
      return lines
        .filter(([, phrase]) => phrase === "no hook of ours")
        .map(([level, , each]) => [level, each]);
    };
    const told = (known: string, hooks: string[]) => [
      ["warn", { auto_scaling_group: "fleet", ...hint(known), terminating_hooks: hooks }],
    ];
    const hint = (known: string) => ({
      reason: `none of its terminating hooks ${known}: no sweep finds anything`,
    });

    it("by the queue", async () => {
      expect(warned(await play({ queue: "lifecycel" }))).to.deep.equal(
        told("notifies the queue lifecycel", [ours.name]),
      );
    });

    it("by the hook's name", async () => {
      expect(warned(await play({ queue: undefined, hook: "drian", hooks: [] }))).to.deep.equal(
        told("is called drian", []),
      );
    });

    it("not where nothing is held, or one hook is, or nobody says which hook is ours", async () => {
      const calm = { ...fleet, instances: [clusterInstance("i-1", "InService")] };
      expect(warned(await play({ queue: "lifecycel", groups: [calm] }))).to.deep.equal([]);
      expect(warned(await play({ hooks: [hook({ target: undefined }), ours] }))).to.deep.equal([]);
      expect(warned(await play({ queue: undefined }))).to.deep.equal([]);
    });
  });

  it("asks for groups by a hundred, by tag, and each but once", async () => {
    const names = Array.from({ length: 101 }, (_, i) => `g${i}`);
    const { asked, ids } = await play({ names, tag: "drained=yes" });
    expect(asked).to.deep.equal([
      { names: names.slice(0, 100) },
      { names: ["g100"] },
      { tag: { key: "drained", value: "yes" } },
    ]);
    expect(ids).to.deep.equal(["i-1"]);
    const [byKey] = (await play({ names: [], tag: "drained" })).asked;
    expect(byKey).to.deep.equal({ tag: { key: "drained", value: undefined } });
  });
});

describe("whether a sweep is due", () => {
  /** The minutes of an hour at which runs sweep that start every so many minutes, half a minute into them. */
  const swept = (everyMinutes: number, step: number, first = 0) =>
    Array.from({ length: 60 / step }, (_, i) => first + i * step).filter((minute) =>
      isSweepDue(Date.parse("2026-11-20T09:00:30Z") + minute * 60_000, everyMinutes),
    );

  it("on a schedule of every minute, every sweep_minutes", () => {
    expect(swept(5, 1)).to.deep.equal([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]);
    expect(swept(1, 1)).to.have.lengthOf(60);
    expect(swept(60, 1)).to.deep.equal([0]);
  });

  it("and once more where a run is some seconds late, so that one that was to start in such a minute and does not is made up for", () => {
    const at = (text: string) => isSweepDue(Date.parse(`2026-11-20T09:${text}Z`), 5);
    expect([at("04:59.999"), at("05:00.000"), at("06:09.999"), at("06:10.000")]).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
  });

  it("with 0 never", () => expect(swept(0, 1)).to.deep.equal([]));

  it("on a schedule of every two minutes, in the minutes that it meets: every ten with 5, all with 1, of odd ones none with 4", () => {
    expect(swept(5, 2)).to.deep.equal([0, 10, 20, 30, 40, 50]);
    expect(swept(5, 2, 1)).to.deep.equal([5, 15, 25, 35, 45, 55]);
    expect(swept(1, 2, 1)).to.have.lengthOf(30);
    expect(swept(4, 2, 1)).to.deep.equal([]);
  });
});
