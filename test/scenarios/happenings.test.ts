// Protects what a timeline can do to clusters and load balancers: each happening changes the world as the scenario's author
// expects, and the world goes on without what has vanished.
import { expect } from "chai";
import { parseScenario } from "../../simulator/scenario/read.ts";
import { simulate } from "../../simulator/scenario/stage.ts";
import { planTimeline } from "../../simulator/scenario/timeline.ts";
import { snapshot } from "../../simulator/services/snapshot.ts";
import type { World } from "../../simulator/services/world.ts";
import { instanceIds } from "./fixture.ts";

const ids = instanceIds(2);
const [first, second] = ids as [string, string];

/** A cluster of two instances with a task of a service behind both kinds of load balancers on each. */
const SCENARIO = {
  name: "happenings",
  target_groups: [
    { name: "web" },
    { name: "addresses", target_type: "ip", unusable_addresses: ["10.0.0.9"] },
  ],
  load_balancers: [
    { name: "edge", listeners: [{ port: 80, instance_port: 8080 }], connection_draining_seconds: 300 },
  ],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "web",
          desired_count: 2,
          minimum_healthy_percent: 0,
          maximum_percent: 100,
          load_balancers: [
            { target_group: "web", container_port: 3000 },
            { load_balancer: "edge", container_port: 8080 },
          ],
          task: { ports: [{ container_port: 3000 }, { container_port: 8080, host_port: 8080 }] },
        },
      ],
    },
  ],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main" }],
};

/** The scenario's world, so many seconds after its start. */
function worldAfter(seconds: number, changes: object): World {
  const scenario = parseScenario(JSON.stringify({ ...SCENARIO, ...changes }), "happenings");
  const startsAt = Date.parse(scenario.starts_at);
  const time = { now: startsAt };
  const clock = { now: () => time.now, sleep: async () => {} };
  const simulation = simulate(scenario, clock, scenario.seed, "http://127.0.0.1");
  planTimeline({ simulation }, scenario, startsAt, (error) => {
    throw error;
  });
  time.now += seconds * 1000;
  simulation.world.settle(clock);
  return simulation.world;
}

const happen = (...happenings: object[]) => ({
  timeline: happenings.map((each, i) => ({ at_seconds: 10 * (i + 1), ...each })),
});
const statuses = (world: World) =>
  snapshot(world).clusters[0]?.container_instances.map(({ status }) => status);
const tasks = (world: World) =>
  snapshot(world)
    .clusters[0]?.tasks.map(({ instance_id, status, containers }) => `${instance_id} ${status} ${containers}`)
    .sort();
const targets = (world: World, name: string) =>
  snapshot(world)
    .target_groups.find((group) => group.name === name)
    ?.targets.map(({ id, port, state }) => `${id}:${port} ${state}`);

describe("scenarios: what happens to clusters and load balancers", () => {
  it("an operator sets an instance ACTIVE that was DRAINING", () => {
    const managed = {
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: ids,
          cluster: "main",
          managed_draining: true,
          hooks: [{ name: "other" }],
        },
      ],
    };
    const terminate = { terminate: { instance_ids: [first] } };
    expect(statuses(worldAfter(15, { ...managed, ...happen(terminate) }))).to.deep.equal([
      "DRAINING",
      "ACTIVE",
    ]);
    const active = happen(terminate, { set_active: { instance_ids: [first] } });
    expect(statuses(worldAfter(25, { ...managed, ...active }))).to.deep.equal(["ACTIVE", "ACTIVE"]);
  });

  it("an operator deregisters an instance, while tasks run there by force alone", () => {
    const deregister = (force: boolean) =>
      worldAfter(60, happen({ deregister_container_instance: { instance_ids: [first], force } }));
    expect(statuses(deregister(false))).to.deep.equal(["ACTIVE", "ACTIVE"]);
    expect(statuses(deregister(true))).to.deep.equal(["INACTIVE", "ACTIVE"]);
    expect(tasks(deregister(true))).to.include(`${first} STOPPED running`);
  });

  it("a service that is protected outlives its deletion for as long, or until the protection is lifted", () => {
    const forSeconds = (seconds: number) => ({
      protect_tasks: { cluster: "main", service: "web", for_seconds: seconds },
    });
    const deletion = { delete_service: { cluster: "main", service: "web" } };
    const running = (world: World) => tasks(world)?.filter((each) => each.includes("RUNNING")).length;
    expect(running(worldAfter(300, happen(deletion)))).to.equal(0);
    expect(running(worldAfter(300, happen(forSeconds(600), deletion)))).to.equal(2);
    expect(running(worldAfter(900, happen(forSeconds(300), deletion)))).to.equal(0);
    expect(running(worldAfter(300, happen(forSeconds(600), deletion, forSeconds(0))))).to.equal(0);
  });

  it("a service's task can protect itself from when it runs", () => {
    const protecting = (seconds: number) => ({
      ...cluster({}, { name: "web", task: { protected_seconds: seconds } }),
      ...happen({ delete_service: { cluster: "main", service: "web" } }),
    });
    const statusAfter = (seconds: number) =>
      worldAfter(300, protecting(seconds)).clusters.byName("main").tasks.values().next().value?.lastStatus
        .latest;
    // The world is an hour old when the scenario starts.
    expect(statusAfter(3600)).to.equal("STOPPED");
    expect(statusAfter(4200)).to.equal("RUNNING");
  });

  it("a cluster that is deleted is gone for good, though its containers run on", () => {
    const world = worldAfter(
      60,
      happen({ delete_cluster: { cluster: "main" } }, { scale_out: { group: "fleet", count: 1 } }),
    );
    expect(world.clusters.find("main")?.status).to.equal("INACTIVE");
    expect(() => world.clusters.byName("main")).to.throw("Cluster not found.");
    expect(statuses(world)).to.deep.equal(["INACTIVE", "INACTIVE"]);
    expect(tasks(world)).to.deep.equal([`${first} STOPPED running`, `${second} STOPPED running`]);
  });

  it("a cluster is deleted only once its last task has stopped", () => {
    const { clusters } = SCENARIO;
    const [{ services }] = clusters as [(typeof clusters)[number]];
    const fargate = {
      name: "fargate",
      launch_type: "FARGATE",
      task: { network_mode: "awsvpc", stop_seconds: 20 },
    };
    const statusAfter = (seconds: number) =>
      worldAfter(seconds, {
        clusters: [{ name: "main", services: [...services, fargate] }],
        ...happen({ delete_cluster: { cluster: "main" } }),
      }).clusters.find("main")?.status;
    expect(statusAfter(20)).to.equal("ACTIVE");
    expect(statusAfter(60)).to.equal("INACTIVE");
  });

  it("a group that is deleted is gone at once, with its hooks, and its instances end without them", () => {
    const hooks = [{ name: "drain", heartbeat_timeout_seconds: 3600 }];
    const world = worldAfter(60, {
      auto_scaling_groups: [{ ...SCENARIO.auto_scaling_groups[0], hooks }],
      timeline: [
        { at_seconds: 1, terminate: { instance_ids: [first] } },
        { at_seconds: 20, delete_group: { group: "fleet" } },
      ],
    });
    expect(world.groups.find("fleet")).to.equal(undefined);
    for (const id of ids) expect(world.instances.get(id)?.state.latest).to.equal("terminated");
    expect(world.firings.counts.get("groups deleted")).to.equal(1);
  });

  it("what waits for a target or a registration to drain waits no more when it is deleted", () => {
    const deletion = { delete_service: { cluster: "main", service: "web" } };
    const targetGroup = { delete_target_group: { target_group: "web" } };
    const loadBalancer = { delete_load_balancer: { load_balancer: "edge" } };
    const world = (...happenings: object[]) => worldAfter(60, happen(deletion, ...happenings));
    const deactivating = ids.map((id) => `${id} DEACTIVATING running`);
    const stopped = ids.map((id) => `${id} STOPPED ended`);
    expect(tasks(world())).to.deep.equal(deactivating);
    expect(tasks(world(targetGroup))).to.deep.equal(deactivating);
    expect(tasks(world(loadBalancer))).to.deep.equal(deactivating);
    expect(tasks(world(targetGroup, loadBalancer))).to.deep.equal(stopped);
    expect(snapshot(world(targetGroup, loadBalancer))).to.deep.include({ load_balancers: [] });
    expect(targets(world(targetGroup), "web")).to.equal(undefined);
  });

  it("an operator registers addresses, and one of a load balancer's own is unusable", () => {
    const world = worldAfter(
      60,
      happen({ register: { addresses: ["10.0.0.8", "10.0.0.9"], target_group: "addresses", port: 81 } }),
    );
    expect(targets(world, "addresses")).to.deep.equal(["10.0.0.8:81 healthy", "10.0.0.9:81 healthy"]);
    const group = world.targetGroups.byName("addresses");
    const reasons = ["10.0.0.8", "10.0.0.9"].map((id) => group?.health(id, 81, world.agenda.now).Reason);
    expect(reasons).to.deep.equal([undefined, "Target.IpUnusable"]);
  });

  it("a task can be one that its instance started", () => {
    const started = (started_by: string) =>
      [
        ...worldAfter(0, { tasks: [{ cluster: "main", instance_ids: [first], started_by }] })
          .clusters.byName("main")
          .tasks.values(),
      ].find(({ service }) => service === undefined);
    expect(started("{instance_id}")?.startedBy).to.equal(first);
    const byAgent = started("{container_instance_id}");
    expect(byAgent?.containerInstance.arn).to.match(new RegExp(`/${byAgent?.startedBy}$`));
  });

  const agents: [agent: "same" | "new", shown: string[]][] = [
    ["same", [`${first} RUNNING running`, `${first} STOPPED ended`]],
    ["new", [`${first} RUNNING ended`]],
  ];
  for (const [agent, shown] of agents) {
    it(`tasks end with the root volume, and ECS hears of it where the agent is the ${agent} one`, () => {
      const replace = { replace_root_volume: { instance_ids: [first], agent } };
      const again = { disconnect_agent: { instance_ids: [first], for_seconds: 10 } };
      const noLoadBalancers = cluster({}, { name: "web", desired_count: 2 });
      const world = worldAfter(200, {
        ...noLoadBalancers,
        timeline: [
          { at_seconds: 10, ...replace },
          { at_seconds: 100, ...again },
        ],
      });
      expect(tasks(world)?.filter((each) => each.startsWith(first))).to.deep.equal(shown);
    });
  }

  it("tasks outlive the return to a warm pool whose instances run on", () => {
    const changes = {
      auto_scaling_groups: [
        { name: "fleet", instance_ids: ids, cluster: "main", warm_pool: { state: "Running" } },
      ],
      ...happen({ scale_in: { group: "fleet", count: 1 } }, { scale_out: { group: "fleet", count: 1 } }),
    };
    const running = ids.map((id) => `${id} RUNNING running`);
    expect(tasks(worldAfter(60, changes))).to.deep.equal(running);
  });

  const obstacles: [why: string, scenario: (service: object) => object, says: RegExp][] = [
    [
      "the agent is disconnected",
      (service) => ({
        ...cluster({}, { ...service, task: {} }),
        ...happen(
          { disconnect_agent: { instance_ids: ids } },
          { update_service: { cluster: "main", service: "web", desired_count: 3 } },
        ),
      }),
      /The closest matching \(container-instance [0-9a-f]{32}\) encountered error "AGENT"\./,
    ],
    [
      "a port is taken",
      (service) =>
        cluster(
          {},
          { ...service, desired_count: 3, task: { ports: [{ container_port: 80, host_port: 80 }] } },
        ),
      /is already using a port required by your task\./,
    ],
    [
      "no address is left",
      (service) =>
        cluster(
          { addresses: ["10.1.0.1"] },
          { ...service, desired_count: 2, task: { network_mode: "awsvpc" } },
        ),
      /encountered error "RESOURCE:ENI"\./,
    ],
    [
      "no slot is left",
      (service) => ({
        ...cluster({}, { ...service, desired_count: 3 }),
        auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", task_slots: 1 }],
      }),
      /has insufficient memory available\./,
    ],
  ];
  for (const [why, scenario, says] of obstacles) {
    it(`a service says what is in the way of a task when ${why}`, () => {
      const world = worldAfter(60, scenario({ name: "web", desired_count: 2 }));
      const event = world.clusters.byName("main").services.get("web")?.events.at(-1);
      expect(event?.message).to.match(/^\(service web\) was unable to place a task /);
      expect(event?.message).to.match(says);
    });
  }
});

function cluster(more: object, service: object) {
  return { clusters: [{ name: "main", services: [service], ...more }] };
}
