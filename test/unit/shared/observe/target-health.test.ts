// Protects the capacity behind load balancers while notices replace instances: what a load balancer does not send to does not serve.
import { expect } from "chai";
import { settingsOf } from "../../../../shared/model/settings.ts";
import { type HealthAsked, observeUnhealthyTargets } from "../../../../shared/observe/target-health.ts";
import { type Shown, showing } from "./shown.ts";

const three = ["i-1", "i-2", "i-3"];
const group = (health: Readonly<Record<string, boolean>>, more = {}) => ({
  arn: "tg-1",
  name: "web",
  targetType: "instance",
  network: false,
  vpc: "vpc-1",
  targets: Object.keys(health).map((id) => ({ id, port: 80, state: "registered" as const, invalid: false })),
  health,
  ...more,
});
const classic = (health: Readonly<Record<string, boolean>>) => ({
  name: "elb",
  instancePorts: [80],
  instanceIds: new Set(Object.keys(health)),
  health,
});
const networks = Object.fromEntries(
  three.map((id, i) => [id, { vpc: "vpc-1", addresses: [`10.0.0.${i + 1}`, `fd00::${i + 1}`] }]),
);

async function unhealthyIn(shown: Shown, keys: object = {}, change: Partial<HealthAsked> = {}) {
  const { run, asked } = showing({ networks, ...shown });
  const answer = await observeUnhealthyTargets(run, {
    leaving: ["i-1"],
    inService: three,
    settings: settingsOf(keys),
    searchesUntil: Number.POSITIVE_INFINITY,
    ...change,
  });
  return { unhealthy: "value" in answer ? [...answer.value].sort() : answer.unread, asked };
}

describe("what load balancers say of the instances that stay", () => {
  const [healthy, initial] = [true, false];
  /** [why, what there is, the settings' keys, the instances that do not serve] */
  const table: [string, Shown, object, string[]][] = [
    [
      "all are healthy",
      { targetGroups: [group({ "i-1": healthy, "i-2": healthy, "i-3": healthy })] },
      {},
      [],
    ],
    [
      "one is not, in a group that a round finds",
      { targetGroups: [group({ "i-1": healthy, "i-2": healthy, "i-3": initial })] },
      {},
      ["i-3"],
    ],
    [
      "one is not registered: a service need not have a task on each",
      { targetGroups: [group({ "i-1": healthy, "i-2": healthy })] },
      {},
      [],
    ],
    ["one alone is registered, and leaves", { targetGroups: [group({ "i-1": healthy })] }, {}, []],
    [
      "the one that leaves is none of its targets",
      { targetGroups: [group({ "i-2": healthy, "i-3": initial })] },
      {},
      [],
    ],
    [
      "the one that leaves is not healthy itself",
      { targetGroups: [group({ "i-1": initial, "i-2": healthy, "i-3": healthy })] },
      {},
      [],
    ],
    [
      "none is: it sends to all, or to none",
      { targetGroups: [group({ "i-1": initial, "i-2": initial, "i-3": initial })] },
      {},
      [],
    ],
    [
      "the one that leaves is the only healthy one",
      { targetGroups: [group({ "i-1": healthy, "i-2": initial, "i-3": initial })] },
      {},
      ["i-2", "i-3"],
    ],
    [
      "one is not, in a group that the settings name",
      { targetGroups: [group({ "i-1": healthy, "i-2": healthy, "i-3": initial })] },
      { discover: "named", target_groups: ["web"] },
      ["i-3"],
    ],
    [
      "one is not, and nobody looks for the group",
      { targetGroups: [group({ "i-1": healthy, "i-2": healthy, "i-3": initial })] },
      { discover: "named" },
      [],
    ],
    [
      "one is not, in a classic load balancer",
      { classic: [classic({ "i-1": healthy, "i-2": healthy, "i-3": initial })] },
      {},
      ["i-3"],
    ],
    [
      "one is not, by its address",
      {
        targetGroups: [
          group({ "10.0.0.1": healthy, "10.0.0.2": healthy, "10.0.0.3": initial }, { targetType: "ip" }),
        ],
      },
      {},
      ["i-3"],
    ],
    [
      "one is not, by an IPv6 address that is written otherwise",
      {
        targetGroups: [
          group({ "fd00:0::1": healthy, "fd00::2": healthy, "FD00:0::3": initial }, { targetType: "ip" }),
        ],
      },
      {},
      ["i-3"],
    ],
    [
      "each of two groups counts",
      {
        targetGroups: [
          group({ "i-1": healthy, "i-2": initial, "i-3": healthy }),
          group({ "i-1": healthy, "i-2": healthy, "i-3": initial }, { arn: "tg-2", name: "other" }),
        ],
      },
      {},
      ["i-2", "i-3"],
    ],
    ["a name that nothing has says nothing", {}, { discover: "named", target_groups: ["typo"] }, []],
  ];
  for (const [why, shown, keys, expected] of table)
    it(why, async () => expect((await unhealthyIn(shown, keys)).unhealthy).to.deep.equal(expected));

  it("asks each group once more than the round does, and for addresses only where a group has some", async () => {
    const targetGroups = [
      group({ "i-1": true, "i-2": true, "i-3": true }),
      group({}, { arn: "tg-2", name: "other" }),
    ];
    const { asked } = await unhealthyIn({ targetGroups });
    expect(asked.filter((each) => /health|networks/.test(each))).to.deep.equal([
      "ec2.networks i-1",
      "targetGroups.health tg-1",
    ]);
  });

  for (const call of ["targetGroups.health", "targetGroups.list", "targetGroups.targets", "ec2.networks"])
    it(`is unread where ${call} fails`, async () => {
      const targetGroups = [group({ "i-1": true, "i-2": true, "i-3": true })];
      const { unhealthy } = await unhealthyIn({ targetGroups, fails: { [call]: "throttled" } });
      expect(unhealthy).to.include({ why: "throttled" });
    });

  it("goes by what it has found once its time to search is over", async () => {
    const targetGroups = [group({ "i-1": true, "i-2": true, "i-3": false })];
    const late = { searchesUntil: Number.NEGATIVE_INFINITY };
    expect((await unhealthyIn({ targetGroups }, {}, late)).unhealthy).to.deep.equal([]);
    expect((await unhealthyIn({ targetGroups }, { target_groups: ["web"] }, late)).unhealthy).to.deep.equal([
      "i-3",
    ]);
  });
});
