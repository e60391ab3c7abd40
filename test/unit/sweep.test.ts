// Protects what a sweep asks, and which instances in a wait state it takes for our hook's: those whose heartbeat is taken.
import { expect } from "chai";
import { type SweepOptions, sweep } from "../../functions/terminate/sweep.ts";
import type { ActionName, GroupMembers, GroupSelection } from "../../shared/aws/autoscaling.ts";
import { AwsCallError } from "../../shared/errors.ts";
import type { Hook } from "../../shared/observation.ts";
import { Run } from "../../shared/run.ts";
import type { Termination } from "../../shared/termination.ts";
import { hook, SINCE, termination } from "./decide/builders.ts";
import { untouchablePorts } from "./ports.ts";

const member = (instanceId: string, state = "Terminating:Wait") => ({ instanceId, state });
const ours: Hook = hook({ target: "arn:aws:sqs:us-east-1:123456789012:lifecycle" });
const fleet: GroupMembers = {
  name: "fleet",
  instances: [member("i-1"), member("i-2", "InService")],
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
  groups?: readonly GroupMembers[];
  pool?: GroupMembers["instances"];
  hooks?: Hook[];
  answers?: Record<string, Answer>;
  atHand?: readonly Termination[];
  until?: number;
} = {}) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: GroupSelection[] = [];
  const beaten: ActionName[] = [];
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
        beaten.push(action);
        const answer = answers[action.instanceId] ?? "recorded";
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  };
  const run = new Run(ports.log, () => SINCE, until);
  const found = await sweep(ports, run, atHand, {
    groups: options.names ?? ["fleet"],
    tag: undefined,
    hook: undefined,
    queue: "lifecycle",
    keys: {},
    dryRun: false,
    ...options,
  });
  return { found, asked, beaten, lines, run, ids: found.map((each) => each.instanceId) };
}

describe("a sweep", () => {
  it("finds what our hook holds, by a heartbeat that names the instance: its timer begins now", async () => {
    const { found, beaten, lines } = await play();
    expect(beaten).to.have.lengthOf(1);
    expect(beaten[0]).to.include({ group: "fleet", hook: "drain", instanceId: "i-1", token: undefined });
    expect(found).to.have.lengthOf(1);
    expect(found[0]).to.include({
      instanceId: "i-1",
      group: "fleet",
      hook: "drain",
      token: undefined,
      since: SINCE,
    });
    expect(found[0]?.memory.lastBeatAt).to.equal(SINCE);
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([["warn", "sweep found"]]);
  });

  it("leaves alone what another hook holds: one for launching has a wait state in common with ours", async () => {
    const groups = [{ ...fleet, instances: [], hasWarmPool: true }];
    const pool = [member("i-1", "Warmed:Pending:Wait"), member("i-2", "Warmed:Pending:Wait")];
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
    const { beaten, ids, run } = await play({ until: SINCE });
    expect([beaten, ids]).to.deep.equal([[], []]);
    expect(run.hasFailures).to.equal(true);
  });

  describe("sends no heartbeat, and finds nothing on its way to a warm pool, since that may be another hook's", () => {
    const groups = [{ ...fleet, hasWarmPool: true }];
    const pool = [member("i-3", "Warmed:Pending:Wait")];
    for (const [why, change] of [
      ["with leave, where the message may be elsewhere", { keys: { on_timeout: "leave" } }],
      ["with leave, known by its name", { keys: { on_timeout: "leave" }, queue: undefined, hook: "drain" }],
      ["on a dry run", { dryRun: true }],
    ] as const) {
      it(why, async () => {
        const { beaten, ids } = await play({ groups, pool, ...change });
        expect([beaten, ids]).to.deep.equal([[], ["i-1"]]);
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
