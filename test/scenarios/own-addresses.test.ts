// Protects instances whose own addresses are targets, and tasks that register themselves: nobody else takes them out, so they are
// out and drained before a task is told to stop, and before the instance goes. An address that is somebody else's is left.
import { expect } from "chai";
import type { StoryLine } from "../../simulator/kernel/story.ts";
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
const [leaving, other] = ids as [string, string];
const DELAY = 60;

type Change = {
  readonly group?: Record<string, unknown>;
  readonly targetGroup?: Record<string, unknown>;
  readonly besides?: Record<string, unknown>;
  readonly timeline?: Record<string, unknown>[];
};

/** Plain instances, in no cluster, in a target group of addresses. */
const edge = ({ group, targetGroup, besides, timeline = [] }: Change = {}) => ({
  functions: functions({ target_groups: ["ingress"] }),
  target_groups: [
    {
      name: "ingress",
      port: 443,
      target_type: "ip",
      deregistration_delay_seconds: DELAY,
      ...targetGroup,
    },
  ],
  auto_scaling_groups: [{ name: "edge", instance_ids: ids, hooks: [HOOK], ...group }],
  timeline: [...timeline, { at_seconds: 30, terminate: { instance_ids: [leaving] } }],
  ...besides,
});
const register = (...addresses: string[]) => ({
  at_seconds: 1,
  register: { addresses, target_group: "ingress" },
});

/** A service with tasks of their own addresses, which a function of somebody's registers in a group that ECS does not know. */
const shop = (service: Record<string, unknown> = {}, change: Record<string, unknown> = {}) => ({
  functions: functions({ cluster_name: "shop", target_groups: ["ingress"] }),
  target_groups: [
    { name: "ingress", port: 8080, target_type: "ip", deregistration_delay_seconds: DELAY },
    { name: "api", port: 8080, target_type: "ip", deregistration_delay_seconds: 10 },
  ],
  clusters: [
    {
      name: "shop",
      addresses: ["10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4", "10.0.1.5", "10.0.1.6"],
      services: [
        {
          name: "api",
          desired_count: 3,
          task: { network_mode: "awsvpc", ports: [{ container_port: 8080 }], stop_seconds: 5 },
          ...service,
        },
      ],
      ...change,
    },
  ],
  auto_scaling_groups: [{ name: "shop", instance_ids: ids, cluster: "shop", hooks: [HOOK] }],
  timeline: [
    register("10.0.1.1", "10.0.1.2", "10.0.1.3"),
    { at_seconds: 30, terminate: { instance_ids: [leaving] } },
  ],
});

/** What became of a target, in the order of its states. */
function statesOf({ simulation }: Outcome, id: string, targetGroup = "ingress"): string[] {
  return simulation.world.story.lines.flatMap((line) =>
    line.kind === "target" && line.id === id && line.targetGroup === targetGroup ? [line.state] : [],
  );
}
const TAKEN_OUT = ["registered", "draining", "gone"];
const at = ({ simulation }: Outcome, isMeant: (line: StoryLine) => boolean) =>
  simulation.world.story.lines.find(isMeant)?.at ?? Number.POSITIVE_INFINITY;
const endOf = (outcome: Outcome) =>
  at(outcome, (line) => line.kind === "action-ended" && line.instanceId === leaving);
const goneAt = (outcome: Outcome, id: string) =>
  at(outcome, (line) => line.kind === "target" && line.id === id && line.state === "gone");
/** How often EC2 was asked who has addresses, and not what an instance has. */
const askedOwners = ({ simulation }: Outcome) =>
  simulation.calls.filter(
    ({ action, input }) =>
      action === "ec2:DescribeNetworkInterfaces" && JSON.stringify(input).includes("addresses."),
  ).length;
const sigtermOn = (outcome: Outcome, instanceId: string) =>
  at(outcome, (line) => line.kind === "task" && line.instanceId === instanceId && line.status === "STOPPING");

describe("scenarios: an instance's own addresses", () => {
  /** [what, the world, the addresses of the leaving instance that are targets] */
  const members: [string, Change, string[]][] = [
    [
      "the address of plain EC2, registered by hand",
      { timeline: [register("10.0.0.11", "10.0.0.12")] },
      ["10.0.0.11"],
    ],
    [
      "the same, registered by a boot script",
      { group: { registers_with: { target_groups: [{ name: "ingress" }] } } },
      ["10.0.0.11"],
    ],
    [
      "a secondary address, and one of a second interface",
      {
        group: {
          network_interfaces: {
            [leaving]: [{ addresses: ["10.0.7.1", "10.0.7.2"] }, { addresses: ["10.0.8.1"] }],
          },
        },
        timeline: [register("10.0.7.2", "10.0.8.1", "10.0.0.12")],
      },
      ["10.0.7.2", "10.0.8.1"],
    ],
    [
      "an address in a prefix",
      {
        group: {
          network_interfaces: { [leaving]: [{ addresses: ["10.0.7.1"], prefixes: ["10.0.9.16/28"] }] },
        },
        timeline: [register("10.0.9.20", "10.0.9.40")],
      },
      ["10.0.9.20"],
    ],
    [
      "an IPv6 address, which the target group writes otherwise",
      {
        group: { network_interfaces: { [leaving]: [{ addresses: ["10.0.7.1", "2001:db8::a"] }] } },
        timeline: [register("2001:db8:0::000a", "2001:db8::b")],
      },
      ["2001:db8:0::000a"],
    ],
    [
      "an address that it gets while it is in service",
      {
        timeline: [
          { at_seconds: 2, assign_addresses: { instance_ids: [leaving], addresses: ["10.0.7.7"] } },
          { at_seconds: 3, register: { addresses: ["10.0.7.7"], target_group: "ingress" } },
        ],
      },
      ["10.0.7.7"],
    ],
  ];
  for (const [what, change, addresses] of members) {
    it(`${what}: out and drained before CONTINUE, and no other target with it`, async () => {
      const outcome = await play(edge(change));
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
      const groups = outcome.simulation.world.targetGroups.byName("ingress");
      for (const address of addresses) {
        expect(statesOf(outcome, address), address).to.deep.equal(TAKEN_OUT);
        expect(goneAt(outcome, address)).to.be.at.most(endOf(outcome));
      }
      const left = (groups?.targets ?? []).filter(({ id }) => !addresses.includes(id));
      expect(left.filter(({ state }) => state.latest !== "healthy")).to.deep.equal([]);
    });
  }

  it("addresses in groups that nobody named are found: in a prefix, and however IPv6 is written", async () => {
    const group = {
      network_interfaces: {
        [leaving]: [{ addresses: ["10.0.7.1", "2001:db8::a"], prefixes: ["10.0.9.16/28"] }],
      },
    };
    const addresses = ["10.0.9.20", "2001:db8:0::000a"];
    const outcome = await play({
      ...edge({ group, timeline: [register(...addresses, "10.0.9.40")] }),
      functions: functions({ discover: "all" }),
    });
    expectDrained(outcome, { count: 1 });
    for (const address of addresses) expect(statesOf(outcome, address), address).to.deep.equal(TAKEN_OUT);
    expect(statesOf(outcome, "10.0.9.40")).to.deep.equal(["registered"]);
  });

  const left: [string, Change, string][] = [
    [
      "an address that it has in another VPC is left, and told",
      { group: { vpc: "b" }, timeline: [register("10.0.0.11")] },
      "10.0.0.11",
    ],
    [
      "a floating address that another instance has by now is left",
      {
        timeline: [
          { at_seconds: 2, assign_addresses: { instance_ids: [leaving], addresses: ["10.0.7.7"] } },
          register("10.0.7.7"),
          { at_seconds: 20, assign_addresses: { instance_ids: [other], addresses: ["10.0.7.7"] } },
        ],
      },
      "10.0.7.7",
    ],
  ];
  for (const [what, change, address] of left) {
    it(what, async () => {
      const outcome = await play(edge(change));
      expectDrained(outcome, { count: 1 });
      expect(statesOf(outcome, address)).to.deep.equal(["registered"]);
      const told = linesOf(outcome, "address left alone", leaving);
      expect(told.map((line) => line.address)).to.deep.equal(what.includes("told") ? [address] : []);
    });
  }

  /** Each line about addresses that were left, by its addresses. */
  const leftIn = (outcome: Outcome) =>
    linesOf(outcome, "address left alone").map(({ addresses }) => addresses);
  const OUTSIDE = "192.168.7.7";

  it("an address that EC2 shows nowhere is left, and told once, where no target is known as ours", async () => {
    const outcome = await play(edge({ timeline: [register(OUTSIDE, "10.0.0.12")] }));
    expectDrained(outcome, { count: 1 });
    expect(statesOf(outcome, OUTSIDE)).to.deep.equal(["registered"]);
    expect(linesOf(outcome, "address left alone", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "address left alone")[0]).to.include({
      level: "WARN",
      load_balancer: "ingress",
      address_count: 1,
    });
    expect(leftIn(outcome)).to.deep.equal([[OUTSIDE]]);
  });

  it("so is one that another instance has in another VPC", async () => {
    const network_interfaces = { [other]: [{ addresses: ["10.0.7.1"] }, { addresses: [OUTSIDE], vpc: "b" }] };
    const outcome = await play(edge({ group: { network_interfaces }, timeline: [register(OUTSIDE)] }));
    expectDrained(outcome, { count: 1 });
    expect(statesOf(outcome, OUTSIDE)).to.deep.equal(["registered"]);
    expect(leftIn(outcome)).to.deep.equal([[OUTSIDE]]);
  });

  it("so is a target that a machine has left behind, each instance's drain by itself", async () => {
    const timeline = [
      register("10.0.0.13"),
      { at_seconds: 10, kill: { instance_ids: [ids[2]] } },
      { at_seconds: 32, terminate: { instance_ids: [other] } },
    ];
    const outcome = await play(edge({ timeline }));
    for (const id of [leaving, other]) {
      const told = linesOf(outcome, "address left alone", id);
      expect(told.map(({ addresses }) => addresses)).to.deep.equal([["10.0.0.13"]]);
    }
  });

  /** [what, the change, whether EC2 is asked who has the addresses] */
  const quiet: [string, Change, boolean][] = [
    [
      "a group with on-premises targets beside ours",
      { timeline: [register(OUTSIDE, "10.0.0.11", "10.0.0.12")] },
      false,
    ],
    [
      "a group that nobody named",
      { timeline: [register(OUTSIDE)], besides: { functions: functions({ discover: "all" }) } },
      false,
    ],
    ["a group with other instances' addresses alone", { timeline: [register("10.0.0.12")] }, true],
    ["a group with nothing in it", {}, false],
  ];
  for (const [what, change, isAsked] of quiet) {
    it(`${what}: nothing is told`, async () => {
      const outcome = await play(edge(change));
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
      expect(leftIn(outcome)).to.deep.equal([]);
      expect(askedOwners(outcome)).to.equal(isAsked ? 1 : 0);
    });
  }

  it("is held while EC2 may not be asked, with the permission that is missing", async () => {
    const deny = { actions: ["ec2:DescribeNetworkInterfaces"], for_seconds: 600 };
    const outcome = await play(edge({ timeline: [register("10.0.0.11"), { at_seconds: 2, deny }] }));
    expect(outcome.violations).to.deep.equal([]);
    expect(statesOf(outcome, "10.0.0.11")).to.deep.equal(TAKEN_OUT);
    expect(goneAt(outcome, "10.0.0.11")).to.be.at.most(endOf(outcome));
    expect(linesOf(outcome, "call failed")[0]).to.include({
      missing_permission: "ec2:DescribeNetworkInterfaces",
    });
  });

  it("is not asked about where no address is registered", async () => {
    const deny = { actions: ["ec2:DescribeNetworkInterfaces"], for_seconds: 3_600 };
    const outcome = await play(edge({ timeline: [{ at_seconds: 2, deny }] }));
    expectDrained(outcome, { count: 1 });
    expect(calls(outcome, "ec2:DescribeNetworkInterfaces")).to.equal(0);
  });

  it("of an instance that dies in its drain are taken out: nobody has them any more", async () => {
    const outcome = await play(
      edge({
        timeline: [
          register("10.0.0.11"),
          { at_seconds: 30, deny: { actions: ["elbv2:DeregisterTargets"], for_seconds: 120 } },
          { at_seconds: 100, kill: { instance_ids: [leaving] } },
        ],
      }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(statesOf(outcome, "10.0.0.11")).to.include("draining");
  });
});

describe("scenarios: tasks that register themselves", () => {
  const members: [string, Record<string, unknown>][] = [
    ["a service that is behind no target group of ECS's", shop()],
    [
      "a service that ECS has in another target group",
      shop({ load_balancers: [{ target_group: "api", container_port: 8080 }] }),
    ],
    ["a service whose interfaces are branches of a trunk", shop({}, { trunking: true })],
    ["a daemon", shop({ scheduling_strategy: "DAEMON" })],
  ];
  for (const [what, scenario] of members) {
    it(`${what}: its SIGTERM comes after the target has drained`, async () => {
      const outcome = await play(scenario);
      expectDrained(outcome, { count: 1 });
      const mine = outcome.simulation.world.story.lines.find(
        (line) => line.kind === "task" && line.instanceId === leaving && line.address !== undefined,
      );
      const address = (mine?.kind === "task" && mine.address) || "";
      expect(statesOf(outcome, address)).to.deep.equal(TAKEN_OUT);
      expect(sigtermOn(outcome, leaving)).to.be.at.least(goneAt(outcome, address));
      expect(linesOf(outcome, "orphaned target deregistered")).to.deep.equal([]);
    });
  }

  it("a task in a group that another service names is not that service's: it goes first too", async () => {
    const scenario = shop();
    const [cluster] = scenario.clusters;
    cluster?.services.push({
      name: "owner",
      desired_count: 1,
      load_balancers: [{ target_group: "ingress", container_port: 8080 }],
      task: { network_mode: "awsvpc", ports: [{ container_port: 8080 }], stop_seconds: 5 },
    } as never);
    const outcome = await play(scenario);
    expectDrained(outcome, { count: 1 });
    const mine = outcome.simulation.world.story.lines.flatMap((line) =>
      line.kind === "task" && line.instanceId === leaving && line.service === "api" && line.address
        ? [line.address]
        : [],
    );
    const address = mine[0] ?? "";
    expect(statesOf(outcome, address)).to.deep.equal(TAKEN_OUT);
    const sigterm = at(
      outcome,
      (line) => line.kind === "task" && line.address === address && line.status === "STOPPING",
    );
    expect(sigterm).to.be.at.least(goneAt(outcome, address));
  });

  it("a named group with tasks that run elsewhere, on Fargate: each address is somebody's", async () => {
    const behind = [{ target_group: "ingress", container_port: 8080 }];
    const outcome = await play({
      ...shop({ launch_type: "FARGATE", load_balancers: behind }),
      timeline: [{ at_seconds: 30, terminate: { instance_ids: [leaving] } }],
    });
    expectDrained(outcome, { count: 1 });
    expect(askedOwners(outcome)).to.equal(1);
    expect(linesOf(outcome, "address left alone")).to.deep.equal([]);
  });

  const fill = [{ target_group: "api", container_port: 3000 }];
  const other9090 = { container_port: 9090, host_port: 8080 };
  const ports: [string, Record<string, unknown>[], string][] = [
    [
      "another port of the same task",
      [
        {
          name: "app",
          desired_count: 2,
          load_balancers: fill,
          task: { ports: [{ container_port: 3000 }, other9090], stop_seconds: 5 },
        },
      ],
      "app",
    ],
    [
      "a port of another service's task",
      [
        {
          name: "app",
          desired_count: 3,
          load_balancers: fill,
          task: { ports: [{ container_port: 3000 }], stop_seconds: 5 },
        },
        {
          name: "gateway",
          desired_count: 2,
          minimum_healthy_percent: 50,
          maximum_percent: 100,
          task: { ports: [other9090], stop_seconds: 5 },
        },
      ],
      "gateway",
    ],
    [
      "a port of a daemon",
      [
        {
          name: "app",
          desired_count: 3,
          load_balancers: fill,
          task: { ports: [{ container_port: 3000 }], stop_seconds: 5 },
        },
        { name: "gateway", scheduling_strategy: "DAEMON", task: { ports: [other9090], stop_seconds: 5 } },
      ],
      "gateway",
    ],
  ];
  for (const [what, services, service] of ports)
    it(`in a group that a service fills, ${what} that a boot script registers is no service's: it goes first`, async () => {
      const outcome = await play({
        functions: functions({ target_groups: ["api"], cluster_name: "main" }),
        target_groups: [{ name: "api", port: 8080, deregistration_delay_seconds: DELAY }],
        clusters: [{ name: "main", services }],
        auto_scaling_groups: [
          {
            name: "fleet",
            instance_ids: ids,
            cluster: "main",
            registers_with: { target_groups: [{ name: "api" }] },
            hooks: [HOOK],
          },
        ],
        timeline: [{ at_seconds: 30, terminate: { instance_ids: [leaving] } }],
      });
      expectDrained(outcome, { count: 1 });
      const gone = at(
        outcome,
        (line) =>
          line.kind === "target" && line.id === leaving && line.port === 8080 && line.state === "gone",
      );
      const sigterm = at(
        outcome,
        (line) =>
          line.kind === "task" &&
          line.instanceId === leaving &&
          line.service === service &&
          line.status === "STOPPING",
      );
      expect(sigterm).to.be.at.least(gone);
    });

  it("in a group of addresses that a service fills, another port of its task goes first too", async () => {
    const outcome = await play({
      ...shop({ load_balancers: [{ target_group: "ingress", container_port: 8080 }] }),
      timeline: [
        {
          at_seconds: 1,
          register: { addresses: ["10.0.1.1", "10.0.1.2", "10.0.1.3"], target_group: "ingress", port: 9090 },
        },
        { at_seconds: 30, terminate: { instance_ids: [leaving] } },
      ],
    });
    expectDrained(outcome, { count: 1 });
    const gone = at(outcome, (line) => line.kind === "target" && line.port === 9090 && line.state === "gone");
    expect(sigtermOn(outcome, leaving)).to.be.at.least(gone);
    expect(linesOf(outcome, "orphaned target deregistered")).to.deep.equal([]);
  });

  it("a service that ECS registers is left to ECS", async () => {
    const outcome = await play(shop({ load_balancers: [{ target_group: "ingress", container_port: 8080 }] }));
    expectDrained(outcome, { count: 1 });
    expect(calls(outcome, "elbv2:DeregisterTargets")).to.equal(0);
  });
});
