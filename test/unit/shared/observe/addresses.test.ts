// Protects which addresses in a target group are an instance's: its own, those of its tasks, and those that it had until nobody
// has them any more. What another has by now, or has in the group's VPC, is left.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { NetworkInterface } from "../../../../shared/model/network-interface.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { Task } from "../../../../shared/model/tasks.ts";
import { observeRegistrations } from "../../../../shared/observe/load-balancers.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { clusterInstanceOf, SINCE, service, task, termination } from "../rules/builders.ts";
import { clustered } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const ADDRESS = "10.0.0.7";
const live = task("RUNNING", { arn: "live", addresses: [ADDRESS] });
const stopped = task("STOPPED", { arn: "stopped", addresses: [ADDRESS], stoppedAt: SINCE });
type Listed = Omit<RegisteredTarget, "pointsAt">;
const listed = (state: RegisteredTarget["state"], id = ADDRESS): Listed => ({
  id,
  port: 80,
  state,
  invalid: false,
});
const networkInterface = (change: Partial<NetworkInterface> = {}): NetworkInterface => ({
  vpc: "vpc-a",
  instanceId: "i-1",
  addresses: ["10.0.0.1"],
  prefixes: [],
  isTasks: false,
  ...change,
});
/** What the instance has besides, so that EC2 shows where it is. */
const primary = networkInterface();

type Given = {
  readonly tasks?: readonly Task[];
  readonly targets?: readonly Listed[];
  readonly interfaces?: readonly NetworkInterface[];
  readonly memory?: Partial<Memory>;
  readonly groups?: readonly string[];
  /** Which of the groups the input names: all by default. A service names the first one. */
  readonly named?: readonly string[];
  readonly fails?: NonNullable<Shown["fails"]>;
};

/** Reads groups of addresses in the VPC a, with the tasks and the interfaces that the instance i-1 has. */
async function play({
  tasks = [],
  targets = [listed("registered")],
  interfaces = [primary],
  memory = {},
  groups = ["ip"],
  named = groups,
  fails = {},
}: Given) {
  const { run, asked } = showing({
    targetGroups: groups.map((name) => ({
      arn: `arn:${name}`,
      name,
      targetType: "ip",
      network: false,
      vpc: "vpc-a",
      targets,
    })),
    interfaces,
    fails,
  });
  const of = termination(memory, { settings: { targetGroups: named } });
  const services = [service("web", { loadBalancers: [{ kind: "target", id: "arn:ip" }] })];
  const instances = [clusterInstanceOf({}, tasks, services)];
  const managed = services.flatMap(({ loadBalancers }) => loadBalancers);
  const [found] = await observeRegistrations(run, [clustered(of, { instances, managed })], questions);
  const { registrations = [], doubtful = [], others = [], unread } = found?.registered ?? {};
  const own = registrations.map((each) => [each.target, each.state, each.holder, each.addressTask?.arn]);
  const left = others.map(({ group: { id }, addresses }) => [id, addresses]);
  return {
    asked: asked.filter((each) => each.startsWith("ec2.")),
    own,
    registrations,
    doubtful,
    left,
    unread,
  };
}
const seen = (id = "arn:ip"): Partial<Memory> => ({
  registrations: [{ kind: "target", id, port: 80, address: ADDRESS }],
});
const mine = (holder: string, arn?: string, address = ADDRESS) => [[address, "registered", holder, arn]];

describe("an address in a target group", () => {
  it("of a task is the instance's while the task is live; it points at none of the instance's ports", async () => {
    const { registrations, asked } = await play({
      tasks: [live],
      targets: [listed("registered"), listed("registered", "10.0.0.8")],
    });
    expect(registrations).to.deep.equal([
      {
        kind: "target",
        id: "arn:ip",
        name: "ip",
        target: ADDRESS,
        port: 80,
        pointsAt: [],
        state: "registered",
        invalid: false,
        managed: true,
        unnamed: false,
        services: ["web"],
        canRecheckRegistered: true,
        networkLoadBalancer: false,
        address: ADDRESS,
        holder: "task",
        addressTask: live,
      },
    ]);
    expect(asked).to.deep.equal(["ec2.interfacesOf i-1"]);
    expect((await play({ tasks: [live], targets: [listed("draining")] })).own).to.deep.equal([
      [ADDRESS, "draining", "task", "live"],
    ]);
  });

  /** [whose, what is shown, what follows] */
  const table: [string, Given, unknown[]][] = [
    [
      "of an interface of the instance is its own, also while it drains",
      {
        interfaces: [networkInterface({ addresses: ["10.0.0.1", ADDRESS] })],
        targets: [listed("registered", "10.0.0.1"), listed("draining")],
      },
      [
        ["10.0.0.1", "registered", "instance", undefined],
        [ADDRESS, "draining", "instance", undefined],
      ],
    ],
    [
      "of a second interface is its own",
      { interfaces: [primary, networkInterface({ addresses: [ADDRESS] })] },
      mine("instance"),
    ],
    [
      "in a prefix of an interface is its own, and the one beside it is not",
      {
        interfaces: [networkInterface({ prefixes: ["10.0.4.16/28"] })],
        targets: [listed("registered", "10.0.4.31"), listed("registered", "10.0.4.32")],
      },
      mine("instance", undefined, "10.0.4.31"),
    ],
    [
      "of IPv6 is its own, however it is written",
      {
        interfaces: [networkInterface({ addresses: ["2001:db8::a"] })],
        targets: [listed("registered", "2001:DB8:0:0::000a")],
      },
      mine("instance", undefined, "2001:DB8:0:0::000a"),
    ],
    [
      "in an IPv6 prefix is its own",
      {
        interfaces: [networkInterface({ prefixes: ["2001:db8:0:1::/80"] })],
        targets: [listed("registered", "2001:db8:0:1::7"), listed("registered", "2001:db8:0:2::7")],
      },
      mine("instance", undefined, "2001:db8:0:1::7"),
    ],
    [
      "of a task of which EC2 shows the interface is the task's",
      { tasks: [live], interfaces: [networkInterface({ addresses: [ADDRESS], isTasks: true })] },
      mine("task", "live"),
    ],
    [
      "of an interface that ECS made for a task which it does not show is that task's",
      { interfaces: [networkInterface({ addresses: [ADDRESS], isTasks: true })] },
      mine("unknown task"),
    ],
    [
      "of another instance is not its own",
      { interfaces: [primary, networkInterface({ instanceId: "i-2", addresses: [ADDRESS] })] },
      [],
    ],
    ["that nobody has, and the instance never had, is somebody's that nobody can see", {}, []],
    ["is not known by the instance's id", { targets: [listed("registered", "i-1")] }, []],
    ["of a task that has STOPPED is nobody's", { tasks: [stopped] }, mine("nobody", "stopped")],
    [
      "of a task that has STOPPED, whose interface EC2 still shows on the instance, is nobody's",
      { tasks: [stopped], interfaces: [networkInterface({ addresses: [ADDRESS], isTasks: true })] },
      mine("nobody", "stopped"),
    ],
    [
      "of a task that has STOPPED is another's where another has it by now",
      {
        tasks: [stopped],
        interfaces: [primary, networkInterface({ instanceId: "i-2", addresses: [ADDRESS] })],
      },
      [],
    ],
    [
      "of a task that has STOPPED is another's where a branch interface has it",
      {
        tasks: [stopped],
        interfaces: [
          primary,
          networkInterface({ instanceId: undefined, addresses: [ADDRESS], isTasks: true }),
        ],
      },
      [],
    ],
    [
      "that another has in another VPC is still nobody's here",
      {
        tasks: [stopped],
        interfaces: [primary, networkInterface({ instanceId: "i-2", vpc: "vpc-b", addresses: [ADDRESS] })],
      },
      mine("nobody", "stopped"),
    ],
    [
      "of a task that has STOPPED is left while it drains",
      { tasks: [stopped], targets: [listed("draining")] },
      [],
    ],
    [
      "of a task that had STOPPED before the drain is not the instance's",
      { tasks: [{ ...stopped, stoppedAt: SINCE - 1 }] },
      [],
    ],
    [
      "of a task that STOPPED nobody knows when is not either",
      { tasks: [{ ...stopped, stoppedAt: undefined }] },
      [],
    ],
    ["that one task had and another has is the live one's", { tasks: [live, stopped] }, mine("task", "live")],
    ["that this drain has seen as the instance's is nobody's now", { memory: seen() }, mine("nobody")],
    [
      "that this drain has seen, of an instance that EC2 does not know any more, is nobody's",
      { memory: seen(), interfaces: [] },
      mine("nobody"),
    ],
    [
      "that this drain has seen is another's where another has it by now",
      {
        memory: seen(),
        interfaces: [primary, networkInterface({ instanceId: "i-2", addresses: [ADDRESS] })],
      },
      [],
    ],
    ["that this drain has seen in another group tells nothing", { memory: seen("arn:other") }, []],
  ];
  for (const [what, given, expected] of table) {
    it(what, async () => {
      const { own, doubtful } = await play(given);
      expect(own).to.deep.equal(expected);
      expect(doubtful).to.deep.equal([]);
    });
  }

  it("of the instance itself points at a port of the instance", async () => {
    const { registrations } = await play({ interfaces: [networkInterface({ addresses: [ADDRESS] })] });
    expect(registrations.map(({ pointsAt }) => pointsAt)).to.deep.equal([[80]]);
  });

  it("that the instance, or a task on it, has in another VPC is left, and told", async () => {
    const elsewhere = networkInterface({ vpc: "vpc-b", addresses: [ADDRESS] });
    const cases: Given[] = [
      { interfaces: [elsewhere] },
      { interfaces: [primary, elsewhere] },
      { interfaces: [networkInterface({ vpc: "vpc-b" })], tasks: [live] },
    ];
    for (const given of cases) {
      const { own, doubtful } = await play(given);
      expect(own).to.deep.equal([]);
      expect(doubtful).to.deep.equal([{ loadBalancer: "ip", address: ADDRESS, port: 80 }]);
    }
  });

  it("is asked about once a pass, for all instances and groups; what nobody had is not asked for", async () => {
    const both = await play({ tasks: [stopped], groups: ["ip", "ip2"] });
    expect(both.own).to.have.lengthOf(2);
    expect(both.asked).to.deep.equal(["ec2.interfacesOf i-1", `ec2.interfacesWith ${ADDRESS}`]);
    expect((await play({})).asked).to.deep.equal(["ec2.interfacesOf i-1"]);
    expect((await play({ targets: [] })).asked).to.deep.equal([]);
  });

  it("leaves the registrations unread where EC2 does not answer", async () => {
    for (const call of ["ec2.interfacesOf", "ec2.interfacesWith"]) {
      const { own, unread } = await play({ tasks: [stopped], fails: { [call]: "denied" } });
      expect(own).to.deep.equal([]);
      expect(unread).to.deep.equal({ call, why: "denied" });
    }
  });

  it("is left to be asked about where nothing in a named group is the instance's", async () => {
    const outside = listed("registered", "192.168.7.7");
    const leftIn = async (given: Given) =>
      (await play({ interfaces: [networkInterface({ addresses: [ADDRESS] })], ...given })).left;
    const targets = [outside, { ...outside, port: 81 }, listed("draining", "192.168.7.8")];
    expect(await leftIn({ targets })).to.deep.equal([["arn:ip", ["192.168.7.7"]]]);
    expect(await leftIn({ targets, groups: ["ip", "ip2"] })).to.deep.equal([
      ["arn:ip", ["192.168.7.7"]],
      ["arn:ip2", ["192.168.7.7"]],
    ]);
    // One that another has by now is a target of somebody's too.
    const taken = [primary, networkInterface({ instanceId: "i-2", addresses: [ADDRESS] })];
    expect(await leftIn({ tasks: [stopped], interfaces: taken })).to.deep.equal([["arn:ip", [ADDRESS]]]);
  });

  it("is not asked about beside the instance's own, in a group that nobody named, or while it drains", async () => {
    const outside = listed("registered", "192.168.7.7");
    const own: Given = { interfaces: [networkInterface({ addresses: [ADDRESS] })] };
    const elsewhere: Given = { interfaces: [networkInterface({ vpc: "vpc-b", addresses: [ADDRESS] })] };
    const quiet: Given[] = [
      { ...own, targets: [outside, listed("registered")] },
      { ...own, targets: [outside, listed("draining")] },
      { ...elsewhere, targets: [outside, listed("registered")] },
      { named: [], targets: [outside] },
      { targets: [{ ...outside, state: "draining" }] },
    ];
    for (const given of quiet) expect((await play(given)).left).to.deep.equal([]);
    expect((await play({ ...own, targets: [outside, listed("registered")] })).own).to.have.lengthOf(1);
    expect((await play({ ...elsewhere, targets: [listed("registered")] })).doubtful).to.have.lengthOf(1);
  });

  it("leaves nothing unread where EC2 does not answer, and no address is registered", async () => {
    const { unread } = await play({ targets: [], fails: { "ec2.interfacesOf": "denied" } });
    expect(unread).to.equal(undefined);
  });
});
