// Protects what is said of a hook's metadata that changes nothing: keys that are no settings, with what they may have meant.
import { expect } from "chai";
import { expectDrained, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(2);
const [leaving] = ids as [string];

const fleet = (metadata: string) => ({
  functions: functions({ cluster_name: "main" }),
  clusters: [{ name: "main", services: [{ name: "cart", desired_count: 2, task: { stop_seconds: 10 } }] }],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: ids, cluster: "main", hooks: [{ ...HOOK, metadata }] },
  ],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }],
});

/** [why, the metadata, the line's level, what it says of keys] */
const members: [string, string, string, Record<string, unknown>][] = [
  [
    "two letters swapped",
    '{"drain_timeout_secodns": 7200}',
    "WARN",
    { unknown_keys: [{ key: "drain_timeout_secodns", did_you_mean: "drain_timeout_seconds" }] },
  ],
  [
    "written as another program would",
    '{"settleSeconds": 5, "stop_tasks": "none"}',
    "WARN",
    { unknown_keys: [{ key: "settleSeconds", did_you_mean: "settle_seconds" }] },
  ],
  [
    "settings in an object of their own",
    '{"drain": {"settle_seconds": 5}, "cluster_name": "main"}',
    "WARN",
    { unknown_keys: [{ key: "drain", did_you_mean: "drain_timeout_seconds" }] },
  ],
  [
    "settings that are no JSON",
    "settle_seconds=5 stop_tasks=none",
    "WARN",
    { keys: ["stop_tasks", "settle_seconds"] },
  ],
  ["somebody else's alone", '{"owner": "team web"}', "INFO", { unknown_keys: [{ key: "owner" }] }],
];

describe("scenarios: a hook's metadata that changes nothing", () => {
  for (const [why, metadata, level, said] of members)
    it(`${why}: it is told once, and the instance is drained`, async () => {
      const outcome = await play(fleet(metadata));
      expectDrained(outcome, { count: 1 });
      const lines = linesOf(outcome, "metadata ignored", leaving);
      expect(lines.map((line) => line.level)).to.deep.equal([level]);
      expect(lines[0]).to.deep.include(said);
    });

  it("nothing is said where all is well", async () => {
    const outcome = await play(fleet('{"settle_seconds": 5, "stop_tasks": "none"}'));
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "metadata ignored")).to.deep.equal([]);
  });
});

describe("scenarios: a group whose hook names as many clusters as it may", () => {
  const others = Array.from({ length: 50 }, (_, i) => `their-cluster-number-${i}`);
  const [own, theirs] = [instanceIds(2), instanceIds(4).slice(2)] as [string[], string[]];

  // Two groups, of which the first's hook names these clusters. Both lose an instance at once.
  const played = async (cluster_names: readonly string[]) => {
    const group = (name: string, instance_ids: string[], metadata?: object) => ({
      name,
      instance_ids,
      cluster: "main",
      hooks: [{ ...HOOK, ...(metadata ? { metadata: JSON.stringify(metadata) } : {}) }],
    });
    const outcome = await play({
      throttling: true,
      functions: functions({ cluster_name: "main" }),
      clusters: [
        { name: "main", services: [{ name: "cart", desired_count: 4, task: { stop_seconds: 10 } }] },
        ...others.map((name) => ({ name })),
      ],
      auto_scaling_groups: [group("greedy", theirs, { cluster_names }), group("fleet", own)],
      timeline: [{ at_seconds: 5, terminate: { instance_ids: [theirs[0] ?? "", own[0] ?? ""] } }],
    });
    const [line] = linesOf(outcome, "set DRAINING", own[0]);
    return { outcome, drainingAt: (Date.parse(String(line?.time)) - outcome.startedAt) / 1_000 };
  };

  it("holds up the other group's drain by less than five seconds", async () => {
    const { outcome, drainingAt } = await played(["main", ...others].slice(0, 50));
    const alone = await played(["main"]);
    expectDrained(outcome, { count: 2 });
    expect(drainingAt - alone.drainingAt).to.be.within(0, 5);
  });
});
