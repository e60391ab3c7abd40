// Protects what nobody named: it is found and taken out, at a pace that AWS bears, and nothing is completed before. Rule 17.
import { expect } from "chai";
import {
  calls,
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
} from "./fixture.ts";

const ids = instanceIds(3);
const [going, other] = ids as [string, string, string];
const scaleIn = { at_seconds: 5, terminate: { instance_ids: [going] } };
const web = { name: "web", port: 8080, deregistration_delay_seconds: 30 };
const old = {
  name: "old",
  listeners: [{ port: 80, instance_port: 8080 }],
  connection_draining_seconds: 20,
};

/** Plain EC2 in a target group and a classic load balancer. The input names what the test says: nothing by default. */
const plain = (keys: Record<string, unknown> = {}) => ({
  functions: functions(keys),
  target_groups: [web],
  load_balancers: [old],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      hooks: [HOOK],
      registers_with: { target_groups: [{ name: "web" }], load_balancers: ["old"] },
    },
  ],
  timeline: [scaleIn],
});

/** A cluster that the input does not name, with tasks of a service on each instance. */
const clustered = (keys: Record<string, unknown>, tags = {}) => ({
  functions: functions({ drain_timeout_seconds: 600, ...keys }),
  target_groups: [web],
  clusters: [
    {
      name: "shop",
      tags,
      services: [
        {
          name: "web",
          desired_count: 3,
          minimum_healthy_percent: 50,
          load_balancers: [{ target_group: "web", container_port: 3000 }],
          task: { ports: [{ container_port: 3000 }] },
        },
      ],
    },
  ],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "shop", hooks: [HOOK] }],
  timeline: [scaleIn],
});

/** When it was completed, in seconds after it was asked for. */
function heldSeconds({ terminations }: Outcome, instanceId = going): number {
  const { askedAt = Number.NaN, completedAt = Number.NaN } =
    terminations.find((each) => each.instanceId === instanceId) ?? {};
  return (completedAt - askedAt) / 1_000;
}

/** When the instance was last in a target group or load balancer, and who took it out, in the order of the story. */
function registrationsOf({ simulation }: Outcome, instanceId = going) {
  return simulation.world.story.lines.flatMap((each) => {
    if (each.kind === "target" && each.id === instanceId)
      return [{ name: each.targetGroup, at: each.at, state: each.state, by: each.by }];
    if (each.kind === "classic" && each.instanceId === instanceId)
      return [{ name: each.loadBalancer, at: each.at, state: each.state, by: each.by }];
    return [];
  });
}

/** Expects that nothing was still registered or draining when the instance was completed. */
function expectOutBefore(outcome: Outcome, names: readonly string[], instanceId = going): void {
  const { completedAt = 0 } = outcome.terminations.find((each) => each.instanceId === instanceId) ?? {};
  for (const name of names) {
    const last = registrationsOf(outcome, instanceId)
      .filter((each) => each.name === name && each.at <= completedAt)
      .at(-1);
    expect(last?.state, name).to.equal("gone");
  }
}

/** The calls by which discovery asks Elastic Load Balancing, by caller. */
function discoveries({ simulation }: Outcome) {
  return simulation.calls.filter(
    ({ action, caller }) =>
      (caller === "deregister" || caller === "terminate") && /^elb(v2)?:Describe/.test(action),
  );
}

describe("scenarios: what nobody named", () => {
  for (const keys of [{}, { discover: "all" }]) {
    it(`plain EC2 is drained where it is registered: ${JSON.stringify(keys)}`, async () => {
      const outcome = await play(plain(keys));
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
      expectOutBefore(outcome, ["web", "old"]);
      const found = linesOf(outcome, "found, not named", going).map((line) => line.load_balancer);
      expect(found).to.have.members(["web", "old"]);
    });
  }

  describe("an agent that joins a cluster after that was searched", () => {
    const service = {
      name: "web",
      desired_count: 1,
      load_balancers: [{ target_group: "shop", container_port: 3000 }],
      task: { ports: [{ container_port: 3000 }] },
    };
    const shop = { name: "shop", deregistration_delay_seconds: 5 };
    // The round is whole at 22 s, and the target drains until 112 s.
    const joining = {
      ...plain({ clusters: "*" }),
      target_groups: [{ ...web, deregistration_delay_seconds: 90 }, shop],
      clusters: [{ name: "shop", services: [service] }],
      timeline: [scaleIn, { at_seconds: 60, join_cluster: { instance_ids: ids, cluster: "shop" } }],
    };

    it("is found before the lifecycle action is completed, and its tasks leave", async () => {
      const outcome = await play(joining);
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.terminations.map(({ reason }) => reason)).to.deep.equal([
        "completed when nothing was left",
      ]);
      const found = linesOf(outcome, "found, not named", going).map((line) => line.cluster);
      expect(found).to.include("shop");
    });
  });

  it("is only told of with warn, and the drain goes on as it does by name", async () => {
    const outcome = await play(plain({ discover: "warn" }));
    expect(heldSeconds(outcome)).to.be.below(130);
    expect(calls(outcome, "elbv2:DeregisterTargets")).to.equal(0);
    const found = linesOf(outcome, "found, not named", going);
    expect(found.map(({ level, load_balancer }) => [level, load_balancer])).to.have.deep.members([
      ["WARN", "web"],
      ["WARN", "old"],
    ]);
    expectQuiet(outcome);
  });

  it("is not looked for with named: no call of discovery is made", async () => {
    const outcome = await play(plain({ discover: "named" }));
    expect(heldSeconds(outcome)).to.be.below(130);
    expect(discoveries(outcome)).to.deep.equal([]);
    expect(calls(outcome, "ecs:ListClusters")).to.equal(0);
    expect(calls(outcome, "ec2:DescribeInstances")).to.equal(0);
  });

  it("is not asked where it cannot be: other VPCs, functions, load balancers, groups that nothing forwards to", async () => {
    const odd = [
      { name: "elsewhere", vpc: "elsewhere" },
      { name: "function", target_type: "lambda" },
      { name: "balancer", target_type: "alb" },
      { name: "idle", in_use: false },
    ];
    const outcome = await play({ ...plain(), target_groups: [web, ...odd] });
    expectDrained(outcome, { count: 1 });
    const asked = outcome.simulation.calls
      .filter(({ action }) => action === "elbv2:DescribeTargetHealth")
      .map(({ input }) => String((input as { TargetGroupArn?: string }).TargetGroupArn).split("/")[1]);
    expect(new Set(asked)).to.deep.equal(new Set(["web"]));
  });

  it("keeps a task from SIGTERM while an unknown group sends to it", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main" }),
      target_groups: [{ ...web, deregistration_delay_seconds: 60 }],
      clusters: [
        {
          name: "main",
          services: [
            {
              name: "edge",
              desired_count: 3,
              minimum_healthy_percent: 0,
              task: { ports: [{ container_port: 80, host_port: 8080 }] },
            },
          ],
        },
      ],
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: ids,
          cluster: "main",
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "web" }] },
        },
      ],
      timeline: [scaleIn],
    });
    expectDrained(outcome, { count: 1 });
    const out = registrationsOf(outcome).find(({ state, name }) => name === "web" && state === "gone");
    const draining = outcome.simulation.world.story.lines.find(
      (each) => each.kind === "container-instance" && each.instanceId === going && each.status === "DRAINING",
    );
    expect(draining?.at ?? 0).to.be.at.least(out?.at ?? Number.POSITIVE_INFINITY);
  });

  it("is given back to an instance that comes back", async () => {
    const outcome = await play({
      ...plain(),
      timeline: [{ at_seconds: 5, replace_root_volume: { instance_ids: [going] } }],
    });
    expect(outcome.violations).to.deep.equal([]);
    const states = ["web", "old"].map((name) =>
      registrationsOf(outcome).filter((each) => each.name === name),
    );
    for (const each of states) {
      expect(each.map(({ state }) => state)).to.include("draining");
      expect(each.at(-1)?.state).to.equal("registered");
      expect(each.at(-1)?.by).to.equal("terminate");
    }
    expect(linesOf(outcome, "registered again", going)).to.have.lengthOf(2);
  });

  for (const atCall of [12, 16, 20, 24]) {
    it(`is waited for by the run after one that died while it took it out: after call ${atCall}`, async () => {
      const outcome = await play(plain(), { crash: { name: "deregister", atCall } });
      expect(outcome.violations).to.deep.equal([]);
      expectOutBefore(outcome, ["web", "old"]);
    });
  }

  it("that is registered in the middle of a long drain is found by the next round", async () => {
    const outcome = await play({
      ...plain(),
      load_balancers: [],
      target_groups: [
        { ...web, deregistration_delay_seconds: 1_500 },
        { name: "late", port: 90, deregistration_delay_seconds: 60 },
      ],
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: ids,
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "web" }] },
        },
      ],
      timeline: [scaleIn, { at_seconds: 300, register: { instance_ids: [going], target_group: "late" } }],
    });
    expect(outcome.violations).to.deep.equal([]);
    expectOutBefore(outcome, ["web", "late"]);
    expect(
      registrationsOf(outcome).find(({ name, state }) => name === "late" && state === "draining")?.by,
    ).to.equal("terminate");
  });
});

describe("scenarios: clusters that nobody named", () => {
  it("may be changed, all of them", async () => {
    const outcome = await play(clustered({ clusters: "*" }));
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "found, not named", going).map((line) => line.cluster)).to.deep.equal(["shop"]);
  });

  for (const [tag, tags] of [
    ["drained", { drained: "x" }],
    ["drained=yes", { drained: "yes" }],
  ] as const) {
    it(`may be changed by their tag: ${tag}`, async () => {
      const outcome = await play(clustered({ cluster_tag: tag }, tags));
      expectDrained(outcome, { count: 1 });
    });
  }

  for (const [why, keys, tags] of [
    ["nobody allows it", {}, {}],
    ["the tag has another value", { cluster_tag: "drained=yes" }, { drained: "no" }],
  ] as const) {
    it(`hold the instance until its deadline where ${why}, and the log says what is missing`, async () => {
      const outcome = await play(clustered(keys, tags));
      expect(heldSeconds(outcome)).to.be.within(600, 660);
      expect(calls(outcome, "ecs:UpdateContainerInstancesState")).to.equal(0);
      const lines = linesOf(outcome, "cluster not permitted", going);
      expect(
        lines.map(({ level, cluster, missing_permission }) => [level, cluster, missing_permission]),
      ).to.deep.equal([["ERROR", "shop", "ecs:UpdateContainerInstancesState"]]);
    });
  }

  it("hold the instance where the search for them is denied, with the missing permission", async () => {
    const scenario = clustered({ clusters: "*" });
    const outcome = await play({
      ...scenario,
      timeline: [
        { at_seconds: 1, deny: { actions: ["ecs:ListClusters"], for_seconds: 300 } },
        ...scenario.timeline,
      ],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(heldSeconds(outcome)).to.be.within(295, 600);
    expect(linesOf(outcome, "call failed").map((line) => line.missing_permission)).to.include(
      "ecs:ListClusters",
    );
  });
});

describe("scenarios: a name that does not exist", () => {
  /** [what is wrong, the input's keys, what it is called] */
  const names: [string, Record<string, unknown>, string][] = [
    ["a cluster", { cluster_name: "fleet-old" }, "fleet-old"],
    ["a classic load balancer", { elb_name: "web" }, "web"],
    ["a target group", { target_groups: ["wbe"] }, "wbe"],
    ["one of two", { target_groups: ["web", "webb"] }, "webb"],
  ];
  for (const [what, keys, name] of names) {
    it(`${what}: a warning, and what has the instance is drained`, async () => {
      const outcome = await play(plain(keys));
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
      expectOutBefore(outcome, ["web", "old"]);
      expect(linesOf(outcome, "name not found", going).map((line) => line.name)).to.deep.equal([name]);
    });

    for (const discover of ["named", "warn"]) {
      it(`${what}, with ${discover}: held until the deadline, and each run fails`, async () => {
        const outcome = await play(plain({ ...keys, discover, drain_timeout_seconds: 400 }));
        expect(heldSeconds(outcome)).to.be.within(400, 460);
        const runs = outcome.invocations.filter(
          (each) => each.name === "terminate" && each.outcome === "failed",
        );
        expect(runs.length).to.be.at.least(5);
        expect(linesOf(outcome, "cannot be used").map((line) => line.name)).to.include(name);
      });
    }
  }

  it("of a hook's own metadata is none of the others' business", async () => {
    const world = plain({ discover: "named", drain_timeout_seconds: 400 });
    const [group] = world.auto_scaling_groups;
    const outcome = await play({
      ...world,
      auto_scaling_groups: [
        {
          ...group,
          instance_ids: [going],
          hooks: [{ ...HOOK, metadata: JSON.stringify({ cluster_name: "gone" }) }],
        },
        { ...group, name: "second", instance_ids: [other] },
      ],
      timeline: [scaleIn, { at_seconds: 5, terminate: { instance_ids: [other] } }],
    });
    expect(heldSeconds(outcome)).to.be.within(400, 460);
    expect(heldSeconds(outcome, other)).to.be.below(130);
  });
});

describe("scenarios: a round over several runs", () => {
  const many = (count: number) => ({
    ...plain(),
    load_balancers: [],
    target_groups: [
      web,
      ...Array.from({ length: count }, (_, i) => ({ name: `group-${i}`, deregistration_delay_seconds: 30 })),
    ],
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: ids,
        hooks: [HOOK],
        // Wherever a round begins, some of these come late in it.
        registers_with: { target_groups: [{ name: "web" }, { name: "group-7" }, { name: "group-211" }] },
      },
    ],
    timeline: [scaleIn, { at_seconds: 70, terminate: { instance_ids: [other] } }],
  });

  it("takes out all that it finds, and completes nothing before it is whole", async () => {
    const outcome = await play(many(400));
    expect(outcome.violations).to.deep.equal([]);
    for (const id of [going, other]) expectOutBefore(outcome, ["web", "group-7", "group-211"], id);
    // 400 groups at three a second take over two minutes.
    expect(heldSeconds(outcome)).to.be.within(130, 420);
    const asked = calls(outcome, "elbv2:DescribeTargetHealth");
    expect(asked, "once for both instances, and the known ones again").to.be.within(400, 560);
  });

  it("asks Elastic Load Balancing five times a second at the most, both functions together", async () => {
    const world = many(400);
    const outcome = await play({
      ...world,
      auto_scaling_groups: world.auto_scaling_groups.map((each) => ({ ...each, registers_with: {} })),
    });
    const times = discoveries(outcome).map(({ at }) => at);
    expect(times.length).to.be.above(400);
    const busiest = Math.max(
      ...times.map((at) => times.filter((each) => each >= at && each < at + 1_000).length),
    );
    expect(busiest).to.be.at.most(5);
  });
});
