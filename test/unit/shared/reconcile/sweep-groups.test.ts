// Protects what a sweep asks, and which instances in a wait state it takes for our hook's: those whose heartbeat is taken.
import { expect } from "chai";
import type { GroupSelection } from "../../../../shared/aws/autoscaling.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import type { GroupWithInstances, Hook, LifecycleAction } from "../../../../shared/model/hooks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { sweepGroups } from "../../../../shared/reconcile/sweep-groups.ts";
import type { SweepOptions } from "../../../../shared/rules/sweep.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { hook, OURS, SINCE, termination } from "../rules/builders.ts";

const inState = (instanceId: string, state = "Terminating:Wait") => ({ instanceId, state });
const ours: Hook = hook({ target: "arn:aws:sqs:us-east-1:123456789012:lifecycle" });
const fleet: GroupWithInstances = {
  name: "fleet",
  instances: [inState("i-1"), inState("i-2", "InService")],
  hasWarmPool: false,
};

type Answer = "recorded" | "no such action" | Error;

async function play({
  groups = [fleet],
  pool = [],
  hooks = [ours],
  answers = {},
  atHand = [],
  late = [],
  isElsewhere = false,
  until = Number.POSITIVE_INFINITY,
  ...options
}: Partial<Omit<SweepOptions, "groups">> & {
  names?: readonly string[];
  groups?: readonly GroupWithInstances[];
  pool?: GroupWithInstances["instances"];
  hooks?: Hook[];
  answers?: Record<string, Answer>;
  atHand?: readonly Termination[];
  /** What has come by the time at which the queue is asked once more. */
  late?: readonly Termination[];
  /** Whether another run has messages. */
  isElsewhere?: boolean;
  until?: number;
} = {}) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: GroupSelection[] = [];
  const heartbeats: LifecycleAction[] = [];
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
      heartbeat: async (action: LifecycleAction) => {
        heartbeats.push(action);
        const answer = answers[action.instanceId] ?? "recorded";
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  };
  const run = new Run(ports, until);
  const queue = {
    seen: atHand,
    receive: async () => {
      queue.seen = [...atHand, ...late];
    },
    isReadElsewhere: async () => isElsewhere,
  };
  const found = await sweepGroups(run, queue, {
    groups: options.names ?? ["fleet"],
    tag: undefined,
    ours: OURS,
    keys: undefined,
    dryRun: false,
    ...options,
  });
  return { found, asked, heartbeats, lines, run, ids: found.map((each) => each.instanceId) };
}

describe("a sweep", () => {
  it("finds what our hook holds, by a heartbeat that names the instance: its timer begins now", async () => {
    const { found, heartbeats, lines } = await play();
    expect(heartbeats).to.have.lengthOf(1);
    expect(heartbeats[0]).to.include({
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

  it("leaves alone what another hook holds: one for launching shares one wait state with ours", async () => {
    const groups = [{ ...fleet, instances: [], hasWarmPool: true }];
    const pool = [inState("i-1", "Warmed:Pending:Wait"), inState("i-2", "Warmed:Pending:Wait")];
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
    const { heartbeats, ids, run } = await play({ until: SINCE });
    expect([heartbeats, ids]).to.deep.equal([[], []]);
    expect(run.hasFailures).to.equal(true);
  });

  describe("sends no heartbeat, and finds nothing on its way to a warm pool, since that may be another hook's", () => {
    const groups = [{ ...fleet, hasWarmPool: true }];
    const pool = [inState("i-3", "Warmed:Pending:Wait")];
    for (const [why, change] of [
      ["with leave, where the message may be elsewhere", { keys: { on_timeout: "leave" } }],
      ["with leave, known by its name", { keys: { on_timeout: "leave" }, queue: undefined, hook: "drain" }],
      ["on a dry run", { dryRun: true }],
    ] as const) {
      it(why, async () => {
        const { heartbeats, ids } = await play({ groups, pool, ...change });
        expect([heartbeats, ids]).to.deep.equal([[], ["i-1"]]);
      });
    }
  });

  it("skips what a termination at hand stands for, by its hook", async () => {
    expect((await play({ atHand: [termination()] })).ids).to.deep.equal([]);
    expect((await play({ atHand: [termination({}, { hook: "backup" })] })).ids).to.deep.equal(["i-1"]);
  });

  it("leaves alone what has a message by the time it has read the groups: no heartbeat keeps that hook alive", async () => {
    const { ids, heartbeats, lines } = await play({ late: [termination()] });
    expect([ids, heartbeats, lines]).to.deep.equal([[], [], []]);
  });

  it("keeps no hook alive while another run has messages, which may say that it is to end", async () => {
    const { ids, heartbeats } = await play({ isElsewhere: true });
    expect([ids, heartbeats]).to.deep.equal([["i-1"], []]);
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

  it("expects what it finds wherever a message of the same hook says that its instances may be", async () => {
    const told = (instanceId: string, clusterNames: readonly string[], elbNames: readonly string[] = []) =>
      termination({}, { instanceId, settings: { clusterNames, elbNames, targetGroups: ["static"] } });
    const { found } = await play({
      atHand: [
        told("i-2", ["by-hand"]),
        told("i-3", ["main"], ["classic"]),
        { ...told("i-4", ["elsewhere"]), hook: "backup" },
      ],
    });
    expect(found.map(({ settings }) => settings)).to.deep.equal([
      {
        ...told("i-2", []).settings,
        clusterNames: ["by-hand", "main"],
        elbNames: ["classic"],
        targetGroups: ["static"],
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

    const NONE = { queue: undefined, topics: [], names: [] };

    it("by the queue", async () => {
      expect(warned(await play({ ours: { ...OURS, queue: "lifecycel" } }))).to.deep.equal(
        told("notifies the queue lifecycel", [ours.name]),
      );
    });

    it("by the hook's name", async () => {
      expect(warned(await play({ ours: { ...NONE, names: ["drian"] }, hooks: [] }))).to.deep.equal(
        told("is called drian", []),
      );
    });

    it("by the topic, or by several of these", async () => {
      const known = { queue: "lifecycel", topics: ["arn:a", "arn:b"], names: ["drian", "dran"] };
      expect(warned(await play({ ours: known, hooks: [] }))).to.deep.equal(
        told(
          "is called drian or dran, or notifies the queue lifecycel, or notifies the topic arn:a or arn:b",
          [],
        ),
      );
    });

    it("not where nothing is held, or one hook is, or nobody says which hook is ours", async () => {
      const calm = { ...fleet, instances: [inState("i-1", "InService")] };
      expect(warned(await play({ ours: { ...OURS, queue: "lifecycel" }, groups: [calm] }))).to.deep.equal([]);
      expect(warned(await play({ hooks: [hook({ target: undefined }), ours] }))).to.deep.equal([]);
      expect(warned(await play({ ours: NONE }))).to.deep.equal([]);
    });
  });

  it("asks for groups by a hundred, by tag, and reads each once", async () => {
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
