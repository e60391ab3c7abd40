// Protects drains in what ECS has beside plain services: several containers a task, tasks and agents that hang, agents that
// join late, no room elsewhere, Fargate, and targets that fail their health checks.
import { expect } from "chai";
import { functions, HOOK, type Outcome, play } from "./fixture.ts";

const ID = "i-00000000000000001";
const OTHER = "i-00000000000000002";
const PORTS = { ports: [{ container_port: 3000 }] };
const BEHIND = { load_balancers: [{ target_group: "web", container_port: 3000 }] };

type Part = Record<string, unknown>;

/** What else a scenario has: keys of its group, of deregister's input, and what happens before the termination. */
type Rest = { readonly group?: Part; readonly keys?: Part; readonly timeline?: readonly Part[] };

function fleet(service: Record<string, Part>, { group = {}, timeline = [], keys = {} }: Rest = {}) {
  return {
    functions: functions({ cluster_name: "main", ...keys }),
    target_groups: [{ name: "web", deregistration_delay_seconds: 20, ...service.target_group }],
    clusters: [{ name: "main", services: [{ name: "web", desired_count: 2, ...service.service }] }],
    auto_scaling_groups: [{ name: "g", cluster: "main", instance_ids: [ID, OTHER], hooks: [HOOK], ...group }],
    timeline: [...timeline, { at_seconds: 30, terminate: { instance_ids: [ID] } }],
  };
}

const of = ({ terminations }: Outcome, id = ID) => terminations.find(({ instanceId }) => instanceId === id);
const heldFor = (outcome: Outcome) =>
  ((of(outcome)?.completedAt as number) - (of(outcome)?.askedAt as number)) / 1000;
const READY = "completed when nothing was left";

describe("a drain of tasks with several containers", () => {
  const task = (change: Part) => ({ ...PORTS, stop_seconds: 20, ...change });
  const proxy = { name: "proxy", stop_seconds: 300, stop_timeout_seconds: 90 };

  it("waits for each in its turn, and at most for its stop timeout", async () => {
    const beside = await play(fleet({ service: { task: task({ sidecars: [proxy] }) } }));
    const after = await play(
      fleet({ service: { task: task({ depends_on: ["proxy"], sidecars: [proxy] }) } }),
    );
    for (const each of [beside, after]) {
      expect(each.violations).to.deep.equal([]);
      expect(of(each)?.reason).to.equal(READY);
    }
    // SIGTERM reaches the proxy 20 s later where the main container depends on it.
    expect(heldFor(after) - heldFor(beside)).to.be.within(15, 30);
  });

  it("goes on when a container that is not essential has exited, and when one that is takes the others with it", async () => {
    for (const essential of [true, false]) {
      const sidecars = [{ ...proxy, essential, run_seconds: 3630 }];
      const played = await play(fleet({ service: { task: task({ sidecars }) } }));
      expect(played.violations).to.deep.equal([]);
      expect(of(played)?.reason).to.equal(READY);
    }
  });
});

describe("a drain whose tasks never leave STOPPING", () => {
  const deadline = { keys: { drain_timeout_seconds: 300 } };

  it("waits until its deadline: Docker hangs", async () => {
    const played = await play(fleet({ service: { task: { never_stops: true } } }, deadline));
    expect(played.violations).to.deep.equal([]);
    expect(of(played)?.reason).to.equal("completed with a task of web STOPPING");
    expect(heldFor(played)).to.be.within(300, 420);
  });

  it("waits until the agent that hangs is restarted", async () => {
    const timeline = [{ at_seconds: 20, hang_agent: { instance_ids: [ID], for_seconds: 200 } }];
    const played = await play(fleet({ service: {} }, { timeline }));
    expect(played.violations).to.deep.equal([]);
    expect(of(played)?.reason).to.equal(READY);
    expect(heldFor(played)).to.be.at.least(190);
  });

  it("waits until its deadline for an agent that hangs for ever", async () => {
    const timeline = [{ at_seconds: 20, hang_agent: { instance_ids: [ID] } }];
    const played = await play(fleet({ service: {} }, { timeline, ...deadline }));
    expect(played.violations).to.deep.equal([]);
    expect(of(played)?.reason).to.equal("completed with a task of web STOPPING");
  });
});

describe("a drain without room elsewhere", () => {
  const stuck = { keys: { drain_timeout_seconds: 400 } };
  const cases: Record<string, [Part, Part, RegExp]> = {
    "in CPU units": [{ task: { cpu: 600 } }, { cpu: 1024 }, /insufficient CPU units/],
    "in memory": [{ task: { memory: 600 } }, { memory: 1024 }, /insufficient memory/],
    "for distinctInstance": [
      { placement_constraints: [{ type: "distinctInstance" }] },
      {},
      /DistinctInstance placement constraint/,
    ],
  };
  for (const [what, [service, group, reason]] of Object.entries(cases)) {
    it(`says why ECS places no replacement: ${what}`, async () => {
      const played = await play(fleet({ service }, { group, ...stuck }));
      expect(played.violations).to.deep.equal([]);
      expect(of(played)?.reason).to.equal("completed with a task of web RUNNING");
      expect(JSON.stringify(played.log.filter(({ message }) => message === "no progress"))).to.match(reason);
    });
  }

  it("says why ECS places no replacement: for memberOf", async () => {
    const service = {
      placement_constraints: [{ type: "memberOf", expression: "attribute:role == web" }],
    };
    const scenario = fleet(
      { service },
      { group: { instance_ids: [ID], attributes: { role: "web" } }, ...stuck },
    );
    const batch = { name: "batch", cluster: "main", instance_ids: [OTHER] };
    const played = await play({
      ...scenario,
      auto_scaling_groups: [...scenario.auto_scaling_groups, batch],
    });
    expect(played.violations).to.deep.equal([]);
    expect(JSON.stringify(played.log.filter(({ message }) => message === "no progress"))).to.match(
      /MemberOf placement constraint/,
    );
  });
});

describe("a drain beside Fargate", () => {
  it("neither waits for its tasks nor takes out their targets", async () => {
    const scenario = fleet({ service: {} });
    const serverless = {
      name: "serverless",
      desired_count: 3,
      launch_type: "FARGATE",
      task: { network_mode: "awsvpc", ...PORTS },
      load_balancers: [{ target_group: "ip", container_port: 3000 }],
    };
    const played = await play({
      ...scenario,
      target_groups: [...scenario.target_groups, { name: "ip", target_type: "ip" }],
      clusters: [{ name: "main", services: [...(scenario.clusters[0]?.services ?? []), serverless] }],
      functions: functions({ cluster_name: "main", target_groups: ["ip"] }),
    });
    expect(played.violations).to.deep.equal([]);
    expect(of(played)?.reason).to.equal(READY);
    const { lines } = played.simulation.world.story;
    const touched = lines.filter(
      (line) => line.at >= played.startedAt && "service" in line && line.service === "serverless",
    );
    expect(touched).to.deep.equal([]);
  });
});

describe("an agent that joins while a hook holds its instance", () => {
  it("is drained too, unless the action is completed before", async () => {
    const scenario = fleet({ service: { desired_count: 0 } });
    const played = await play({
      ...scenario,
      functions: functions({ cluster_name: "main", target_groups: ["static"] }),
      target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 120 }],
      clusters: [{ name: "main", services: [{ name: "agent", scheduling_strategy: "DAEMON" }] }],
      auto_scaling_groups: [
        {
          name: "g",
          instance_ids: [ID],
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "static" }] },
        },
      ],
      timeline: [
        { at_seconds: 30, terminate: { instance_ids: [ID] } },
        { at_seconds: 70, join_cluster: { instance_ids: [ID], cluster: "main" } },
      ],
    });
    expect(played.violations).to.deep.equal([]);
    expect(of(played)?.reason).to.equal(READY);
    const drained = played.simulation.world.story.lines.some(
      (line) => line.kind === "container-instance" && line.status === "DRAINING",
    );
    expect(drained).to.equal(true);
  });
});

describe("a drain with targets that fail their health checks", () => {
  it("goes on when none was ever healthy: such a task keeps no other", async () => {
    const played = await play(
      fleet({ service: { ...BEHIND, task: PORTS }, target_group: { unhealthy: true } }),
    );
    expect(played.violations).to.deep.equal([]);
    expect(of(played)?.reason).to.equal(READY);
  });

  it("goes on while they fail for a time", async () => {
    const timeline = [{ at_seconds: 20, fail_health_checks: { target_group: "web", for_seconds: 240 } }];
    const played = await play(fleet({ service: { ...BEHIND, task: PORTS } }, { timeline }));
    expect(played.violations).to.deep.equal([]);
    expect(of(played)?.reason).to.equal(READY);
  });
});
