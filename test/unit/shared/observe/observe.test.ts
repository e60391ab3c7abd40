// Protects whole observations: what is observed of which instance, and when EC2 is asked.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { AutoScalingView } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observe } from "../../../../shared/observe/observe.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { Run } from "../../../../shared/run/run.ts";
import { hook, MINUTE, SECOND, SINCE, seen, service, task, termination } from "../rules/builders.ts";
import { inPass } from "./records.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

const autoScalingView = (state: string, group = "fleet"): AutoScalingView => ({
  groupInstance: { group, state },
  hooks: [hook()],
  owner: "ours",
  retains: true,
  activity: undefined,
  interruption: undefined,
  areSendersKnown: true,
  unread: {},
});
const held = autoScalingView("Terminating:Wait");

const showingThem = (view: AutoScalingView, ...terminations: Termination[]) =>
  inPass(...terminations).map((each) => ({ ...each, view }));

async function play(shown: Shown, of: Termination, shows: AutoScalingView = held) {
  const { run, asked } = showing(shown);
  const [found] = await observe(run, showingThem(shows, of), questions);
  if (!found) throw new Error("nothing was observed");
  return { asked, observed: found.observation, run };
}

describe("an observation", () => {
  const web = service("web", {
    loadBalancers: [
      { kind: "target", id: "arn:web" },
      { kind: "classic", id: "elb-web" },
    ],
  });
  const shown: Shown = {
    now: 3 * MINUTE,
    clusters: {
      main: {
        containerInstances: [
          containerInstance(1, { status: "DRAINING", capacityProvider: "spot", agentConnected: false }),
        ],
        tasks: [task("RUNNING", { arn: "a" })],
        services: [web],
        protections: [{ task: "a", until: undefined }],
        managesDraining: true,
      },
    },
    classic: [{ name: "elb-web", instancePorts: [80], instanceIds: new Set(["i-1"]) }],
    drainLimits: { "elb-web": 300_000 },
    instances: { "i-1": "running" },
  };
  const of = termination({ disconnectedSince: SINCE, changedAt: SINCE });

  it("has all that AWS shows of the instance", async () => {
    const { observed } = await play(shown, of);
    expect({
      ...observed,
      clusterInstances: observed.clusterInstances.length,
      registrations: observed.registrations.length,
    }).to.deep.equal({
      ...held,
      clusterInstances: 1,
      silentTwins: [],
      registrations: 1,
      doubtfulAddresses: [],
      unfoundAddresses: [],
      loadBalancers: [],
      managed: web.loadBalancers,
      discovery: undefined,
      missing: [],
      managedDraining: true,
      protections: [{ task: "a", until: undefined }],
      times: {
        loadBalancers: [{ kind: "classic", id: "elb-web", limit: 300_000 }],
        definitions: [{ definition: "web:1", stopTimeout: 30_000 }],
      },
      instance: "running",
      unread: {},
    });
  });

  it("is in the record of its termination, in the place of the batch", async () => {
    const { run } = showing(shown);
    const both = showingThem(held, of, termination({}, { instanceId: "i-2" }));
    const found = await observe(run, both, questions);
    expect(found.map(({ index, before, termination }) => ({ index, before, termination }))).to.deep.equal(
      both.map(({ view: _, ...record }) => record),
    );
    expect(found.map(({ observation }) => observation.clusterInstances.length)).to.deep.equal([1, 0]);
  });

  it("says by its key what could not be read, and has the rest", async () => {
    const fails = (...calls: string[]) =>
      Object.fromEntries(calls.map((each) => [each, "denied"])) as NonNullable<Shown["fails"]>;
    const unread = async (more: Shown, shows: AutoScalingView = held) =>
      (await play({ ...shown, ...more }, of, shows)).observed.unread;
    expect(await unread({ fails: fails("ecs.listTasksToRun") })).to.deep.equal({
      tasks: { call: "ecs.listTasksToRun", why: "denied" },
    });
    expect(await unread({ fails: fails("classic.describe", "ec2.states") })).to.deep.equal({
      registrations: { call: "classic.describe", why: "denied" },
      instance: { call: "ec2.states", why: "denied" },
    });
    const hooks = { call: "autoscaling:DescribeLifecycleHooks", why: "throttled" } as const;
    expect(await unread({}, { ...held, unread: { hooks } })).to.deep.equal({ hooks });
  });

  it("leaves nothing unread where EC2 does not say whose the other addresses of a named group are", async () => {
    const targets = [{ id: "192.168.7.7", port: 80, state: "registered", invalid: false }] as const;
    const group = { arn: "arn:ip", name: "ip", targetType: "ip", network: false, vpc: "vpc-a", targets };
    const named = termination({}, { settings: { targetGroups: ["ip"] } });
    const answered = await play({ targetGroups: [group] }, named);
    expect(answered.observed.unfoundAddresses.map(({ addresses }) => addresses)).to.deep.equal([
      ["192.168.7.7"],
    ]);
    const fails = { "ec2.interfacesWith": "denied" } as const;
    const { asked, observed } = await play({ targetGroups: [group], fails }, named);
    expect(asked).to.include("ec2.interfacesWith 192.168.7.7");
    expect([observed.unread, observed.unfoundAddresses]).to.deep.equal([{}, []]);
  });

  it("says that host ports could not be read", async () => {
    const { observed } = await play(
      {
        clusters: { main: { containerInstances: [containerInstance(1)], tasks: [task("RUNNING")] } },
        classic: [{ name: "elb", instancePorts: [80], instanceIds: new Set(["i-1"]) }],
        fails: { "ecs.definition": "denied" },
      },
      termination({}, { settings: { elbNames: ["elb"] } }),
    );
    expect(observed.unread).to.deep.equal({ "host ports": { call: "ecs.definition", why: "denied" } });
  });

  it("of what the run has no time for is unread", async () => {
    const { ports, asked } = showing(shown);
    const late = new Run(ports, ports.now());
    const found = await observe(late, showingThem(held, of), questions);
    expect(asked).to.deep.equal([]);
    expect(found.map(({ observation }) => observation.unread)).to.deep.equal([
      { tasks: { call: undefined, why: "out of time" } },
    ]);
  });
});

describe("more than Auto Scaling is asked about an instance", () => {
  const empty = {
    ...held,
    clusterInstances: [],
    silentTwins: [],
    registrations: [],
    loadBalancers: [],
    doubtfulAddresses: [],
    unfoundAddresses: [],
    managed: [],
    discovery: undefined,
    missing: [],
    managedDraining: undefined,
    protections: [],
    times: undefined,
    instance: undefined,
    unread: {},
  };
  const interrupted = { interruptedAt: SINCE };
  /** [which, whether it does, the lifecycle state, the memory, what else is told] */
  const table: [string, boolean, string, Partial<Memory>?, Partial<Omit<Termination, "settings">>?][] = [
    ["that the hook holds", true, "Terminating:Wait"],
    ["that the hook holds in the warm pool", true, "Warmed:Terminating:Wait"],
    ["whose action we completed, and another hook holds", false, "Terminating:Wait", { completedAt: SINCE }],
    ["that is in service", false, "InService"],
    ["that is in service and will be interrupted", true, "InService", {}, interrupted],
    ["that is on its way to be held", false, "Terminating"],
    ["that is over", false, "Terminating:Proceed"],
    ["that is over, and has something to get back", true, "InService", { returns: "root volume" }],
  ];
  for (const [which, does, state, memory, told] of table) {
    it(`${which}: ${does ? "yes" : "no"}`, async () => {
      const shows = autoScalingView(state);
      const { asked, observed } = await play({}, termination(memory, told), shows);
      expect(asked).to.deep.equal(does ? ["ecs.findContainerInstances main i-1"] : []);
      expect(observed).to.deep.equal({ ...empty, ...shows });
    });
  }

  it("of the termination's own group alone, and none that no group knows", async () => {
    const told = termination({}, interrupted);
    expect((await play({}, told, autoScalingView("Terminating:Wait", "other"))).asked).to.deep.equal([]);
    const unknown: AutoScalingView = { ...held, groupInstance: undefined };
    expect((await play({}, told, unknown)).asked).to.deep.equal([]);
  });
});

describe("EC2 is asked for an instance", () => {
  const silent = { disconnectedSince: SINCE };
  const asks = async (
    memory: Partial<Memory>,
    change: Parameters<typeof containerInstance>[1],
    more: Partial<Shown> = {},
  ) => {
    const { asked, observed } = await play(
      {
        now: 2 * MINUTE,
        clusters: { main: { containerInstances: [containerInstance(1, change)] } },
        instances: { "i-1": "terminated" },
        ...more,
      },
      termination(memory),
    );
    return [asked.includes("ec2.states i-1"), observed.instance];
  };

  it("whose agent has been silent for two minutes, and is", async () => {
    expect(await asks(silent, { agentConnected: false })).to.deep.equal([true, "terminated"]);
    expect(await asks(silent, { agentConnected: false }, { now: 2 * MINUTE - SECOND })).to.deep.equal([
      false,
      undefined,
    ]);
    expect(await asks({}, { agentConnected: false })).to.deep.equal([false, undefined]);
    expect(await asks(silent, { agentConnected: true })).to.deep.equal([false, undefined]);
  });

  it("not because a container instance is silent that is INACTIVE", async () => {
    expect(await asks(silent, { agentConnected: false, status: "INACTIVE" })).to.deep.equal([
      false,
      undefined,
    ]);
  });

  it("that EC2 does not know is unknown, and one that could not be asked for is not", async () => {
    const change = { agentConnected: false };
    expect(await asks(silent, change, { instances: {} })).to.deep.equal([true, "unknown"]);
    expect(await asks(silent, change, { fails: { "ec2.states": "denied" } })).to.deep.equal([
      true,
      undefined,
    ]);
  });

  it("that a load balancer calls stopped or terminated, once however many hooks hold it", async () => {
    const targets = [
      { id: "i-1", port: 80, state: "registered", invalid: true },
      { id: "i-2", port: 80, state: "registered", invalid: false },
    ] as const;
    const { run, asked } = showing({
      targetGroups: [{ arn: "arn:tg", name: "tg", targetType: "instance", network: false, targets }],
      instances: { "i-1": "stopped" },
    });
    const settings = { targetGroups: ["tg"], clusterNames: [] };
    const all = [
      termination(seen, { settings }),
      termination({}, { settings, hook: "other" }),
      termination({}, { settings, instanceId: "i-2" }),
    ];
    const found = await observe(run, showingThem(held, ...all), questions);
    expect(asked.filter((each) => each.startsWith("ec2."))).to.deep.equal(["ec2.states i-1"]);
    expect(found.map(({ observation }) => observation.instance)).to.deep.equal([
      "stopped",
      "stopped",
      undefined,
    ]);
  });
});
