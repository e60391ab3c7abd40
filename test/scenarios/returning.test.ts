// Protects instances that are drained and do not die: in the warm pool they wait to be used again, and with a new root
// volume they get back what was taken from them.
import { expect } from "chai";
import { calls, expectQuiet, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];

const fleet = (group: Record<string, unknown>, timeline: Record<string, unknown>[]) => ({
  functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"] }),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 20 }],
  load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 8080 }] }],
  clusters: [{ name: "main", services: [{ name: "worker", desired_count: 3, task: { stop_seconds: 10 } }] }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      registers_with: { target_groups: [{ name: "static", port: 8080 }], load_balancers: ["classic"] },
      hooks: [HOOK],
      ...group,
    },
  ],
  timeline,
});

/** The fleet's cluster, with a task that is still stopping at the second run. */
const slow = [
  {
    name: "main",
    services: [{ name: "worker", desired_count: 3, task: { stop_seconds: 100, stop_timeout_seconds: 200 } }],
  },
];

function containerInstances({ simulation }: Outcome, id: string): string[] {
  const cluster = simulation.world.clusters.byName("main");
  return [...cluster.containerInstances.values()]
    .filter((each) => each.instanceId === id)
    .map((each) => each.status.latest);
}

function isRegistered({ simulation }: Outcome, id: string): boolean {
  const lines = simulation.world.story.lines.filter((line) => line.kind === "target" && line.id === id);
  const last = lines.at(-1);
  return last?.kind === "target" && last.state === "registered";
}

describe("scenarios: coming back", () => {
  for (const state of ["Stopped", "Running", "Hibernated"]) {
    it(`returned to the warm pool, ${state}: drained, completed, and ACTIVE again once it is there`, async () => {
      const outcome = await play(
        fleet({ warm_pool: { state } }, [{ at_seconds: 5, scale_in: { group: "fleet", count: 1 } }]),
      );
      expect(outcome.violations).to.deep.equal([]);
      const [termination] = outcome.terminations;
      expect(termination?.result).to.equal("CONTINUE");
      const id = termination?.instanceId ?? "";
      expect(linesOf(outcome, "comes back", id)[0]?.with).to.equal("warm pool");
      expect(containerInstances(outcome, id)).to.deep.equal(["ACTIVE"]);
      expect(isRegistered(outcome, id), "registrations are not restored").to.equal(false);
      const [told] = linesOf(outcome, "registrations not restored", id);
      expect(told?.load_balancers).to.have.lengthOf(2);
      expectQuiet(outcome);
    });
  }

  it("terminated after all, its message lost: with on_timeout leave its action is completed by the id", async () => {
    const hooks = [{ ...HOOK, metadata: '{"on_timeout":"leave"}' }, { name: "backup" }];
    const world = fleet({ instance_ids: [leaving], warm_pool: {}, hooks }, [
      { at_seconds: 26, scale_in: { group: "fleet", count: 1 } },
      { at_seconds: 51, lose_notifications: { for_seconds: 125, probability: 1 } },
      { at_seconds: 66, terminate: { instance_ids: [leaving] } },
    ]);
    const outcome = await play({ ...world, clusters: [{ name: "main" }] });
    expect(outcome.violations).to.deep.equal([]);
    const ended = outcome.simulation.world.story.lines.flatMap((line) =>
      line.kind === "action-ended" && line.hook === HOOK.name ? [line.how] : [],
    );
    expect(ended).to.deep.equal(["cancelled", "call"]);
    expect(linesOf(outcome, "lifecycle action completed")[0]?.held_seconds).to.be.within(60, 180);
  });

  it("a new root volume, and a load balancer that was deleted meanwhile: it is told once, and nothing fails", async () => {
    const outcome = await play(
      fleet({}, [
        { at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent: "same" } },
        { at_seconds: 50, delete_load_balancer: { load_balancer: "classic" } },
      ]),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "registrations not restored", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "step failed")).to.deep.equal([]);
    expect(isRegistered(outcome, leaving)).to.equal(true);
    expect(calls(outcome, "elb:RegisterInstancesWithLoadBalancer")).to.equal(1);
  });

  for (const agent of ["same", "new"]) {
    it(`a new root volume, ${agent} container instance: all is restored at InService`, async () => {
      const outcome = await play(
        fleet({}, [{ at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent } }]),
      );
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
      expect(linesOf(outcome, "comes back", leaving)[0]?.with).to.equal("root volume");
      expect(containerInstances(outcome, leaving)).to.include("ACTIVE");
      expect(isRegistered(outcome, leaving)).to.equal(true);
      expect(linesOf(outcome, "registered again", leaving)).to.have.lengthOf(2);
      expectQuiet(outcome);
    });
  }

  it("a new root volume: its own addresses are registered again, and a task's are not", async () => {
    const world = fleet({ network_interfaces: { [leaving]: [{ addresses: ["10.0.7.1", "10.0.7.2"] }] } }, [
      { at_seconds: 1, register: { addresses: ["10.0.7.1", "10.0.7.2", "10.0.1.1"], target_group: "ip" } },
      { at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent: "same" } },
    ]);
    const own = { name: "own", desired_count: 3, task: { network_mode: "awsvpc" } };
    const outcome = await play({
      ...world,
      functions: functions({ cluster_name: "main", target_groups: ["ip"] }),
      target_groups: [
        ...world.target_groups,
        { name: "ip", target_type: "ip", deregistration_delay_seconds: 20 },
      ],
      clusters: [
        { name: "main", addresses: ["10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4"], services: [own] },
      ],
    });
    expect(outcome.violations).to.deep.equal([]);
    const lines = outcome.simulation.world.story.lines;
    const statesOf = (id: string) =>
      lines.flatMap((line) => (line.kind === "target" && line.id === id ? [line.state] : []));
    for (const id of ["10.0.7.1", "10.0.7.2"])
      expect(statesOf(id)).to.deep.equal(["registered", "draining", "gone", "registered"]);
    expect(statesOf("10.0.1.1")).to.deep.equal(["registered", "draining", "gone"]);
    expectQuiet(outcome);
  });

  it("a new root volume, and the agent registers a new container instance: the old one stays as it is", async () => {
    const outcome = await play(
      fleet({}, [{ at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent: "new" } }]),
    );
    expect(containerInstances(outcome, leaving)).to.deep.equal(["DRAINING", "ACTIVE"]);
    expect(linesOf(outcome, "set ACTIVE again", leaving)).to.deep.equal([]);
    expectQuiet(outcome);
  });

  it("a new root volume: what ECS took out meanwhile, only ECS registers again", async () => {
    const world = fleet({}, [
      { at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent: "same" } },
    ]);
    const web = {
      name: "web",
      desired_count: 3,
      load_balancers: [{ target_group: "web", container_port: 3000 }],
      task: { ports: [{ container_port: 3000 }] },
    };
    const outcome = await play({
      ...world,
      target_groups: [...world.target_groups, { name: "web", port: 80, deregistration_delay_seconds: 20 }],
      clusters: [{ name: "main", services: [web] }],
    });
    expect(outcome.violations).to.deep.equal([]);
    const taken = outcome.simulation.world.story.lines.filter(
      (line) => line.kind === "target" && line.targetGroup === "web" && line.state === "draining",
    );
    expect(taken).to.have.lengthOf(1);
    expect(
      linesOf(outcome, "registered again", leaving),
      "ours, behind both load balancers",
    ).to.have.lengthOf(2);
    expectQuiet(outcome);
  });

  it("the hook ended without us: what was taken is given back all the same", async () => {
    const outcome = await play({
      ...fleet({}, [
        { at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent: "same" } },
        { at_seconds: 40, complete_actions: { group: "fleet", hook: "drain" } },
      ]),
      clusters: slow,
    });
    expect(linesOf(outcome, "lifecycle action completed", leaving)).to.deep.equal([]);
    expect(containerInstances(outcome, leaving)).to.deep.equal(["ACTIVE"]);
    expect(isRegistered(outcome, leaving)).to.equal(true);
    expectQuiet(outcome);
  });

  it("a warm instance that is stopped already has nothing to drain", async () => {
    const waiting = "i-0000000000000000f";
    const outcome = await play(
      fleet({ warm_pool: { state: "Stopped", instance_ids: [waiting] } }, [
        { at_seconds: 5, shrink_warm_pool: { group: "fleet", count: 1 } },
      ]),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map(({ instanceId, result }) => [instanceId, result])).to.deep.equal([
      [waiting, "CONTINUE"],
    ]);
    expect(calls(outcome, "ecs:UpdateContainerInstancesState")).to.equal(0);
    expectQuiet(outcome);
  });

  it("a duplicate of its message does not make the drain forget what is to be given back", async () => {
    const outcome = await play({
      ...fleet({}, [
        { at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent: "same" } },
        { at_seconds: 50, repeat_notification: { instance_ids: [leaving] } },
      ]),
      clusters: slow,
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "duplicate merged", leaving)).to.have.lengthOf(1);
    expect(containerInstances(outcome, leaving)).to.deep.equal(["ACTIVE"]);
    expect(isRegistered(outcome, leaving)).to.equal(true);
    expectQuiet(outcome);
  });
});
