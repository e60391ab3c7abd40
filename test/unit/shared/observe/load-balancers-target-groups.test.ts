// Protects where an instance counts as registered: in which target groups, by which port or address, and by whose doing.
import { expect } from "chai";
import type { TargetGroup } from "../../../../shared/aws/elbv2.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import type { InstanceInClusters } from "../../../../shared/observe/cluster.ts";
import { observeRegistrations, type Registrations } from "../../../../shared/observe/load-balancers.ts";
import { clusterInstanceOf, service, target, task, termination } from "../rules/builders.ts";
import { type Shown, showing } from "./shown.ts";

const listed = (id: string, change: Partial<RegisteredTarget> = {}): RegisteredTarget => ({
  id,
  port: 8080,
  state: "registered",
  invalid: false,
  ...change,
});
const group = (
  name: string,
  targets: readonly RegisteredTarget[] | undefined,
  change: Partial<TargetGroup> = {},
) => ({
  arn: `arn:${name}`,
  name,
  targetType: "instance",
  network: false,
  ...(targets ? { targets } : {}),
  ...change,
});
/** What is to be remembered of the group that was asked for by its name. */
const staticAsked = {
  asked: "static",
  group: { arn: "arn:static", name: "static", targetType: "instance", network: false },
};
const naming = (...targetGroups: string[]) => ({ settings: { targetGroups } });
/** What observeMembers found of an instance whose service registers its tasks with these. */
const withService = (...targetGroups: string[]): InstanceInClusters => ({
  clusterInstances: [
    clusterInstanceOf({}, [task("RUNNING")], [service("web", { targetGroups }), service("batch")]),
  ],
  targetGroups,
  elbNames: [],
  managedDraining: undefined,
  protections: [],
  unread: undefined,
});

async function play(
  shown: Shown,
  terminations: Termination[],
  clusterInstances = new Map<Termination, InstanceInClusters>(),
) {
  const { run, asked, lines } = showing(shown);
  const found = await observeRegistrations(run, terminations, clusterInstances);
  return { asked, lines, run, results: terminations.map((each) => found.get(each) as Registrations) };
}

describe("an instance in target groups", () => {
  it("is registered as its group lists it, by each of its ports, which is what it points at", async () => {
    const { asked, results } = await play(
      {
        targetGroups: [
          group("static", [
            listed("i-1"),
            listed("i-2"),
            listed("i-1", { port: 9090, state: "draining", invalid: true }),
          ]),
        ],
      },
      [termination({}, naming("static"))],
    );
    expect(asked).to.deep.equal(["targetGroups.describe static", "targetGroups.targets arn:static"]);
    const plain = target({ id: "arn:static" });
    expect(results).to.deep.equal([
      {
        registrations: [plain, { ...plain, port: 9090, pointsAt: [9090], state: "draining", invalid: true }],
        targetGroups: [staticAsked],
        unread: undefined,
      },
    ]);
  });

  it("is asked for once with the others of its batch, and once where a group is named by name and by ARN", async () => {
    const { asked, results } = await play(
      { targetGroups: [group("static", [listed("i-1"), listed("i-2")])] },
      [
        termination({}, naming("static", "arn:static")),
        termination({}, { instanceId: "i-2", ...naming("static") }),
      ],
    );
    expect(asked).to.deep.equal([
      "targetGroups.describe static",
      "targetGroups.describe arn:static",
      "targetGroups.targets arn:static",
    ]);
    expect(results.map(({ registrations }) => registrations.map((each) => each.target))).to.deep.equal([
      ["i-1"],
      ["i-2"],
    ]);
  });

  it("is looked for only where its own settings, or its own services, name the group", async () => {
    const { results } = await play({ targetGroups: [group("static", [listed("i-1"), listed("i-2")])] }, [
      termination({}, naming("static")),
      termination({}, { instanceId: "i-2" }),
    ]);
    expect(results.map(({ registrations }) => registrations.length)).to.deep.equal([1, 0]);
  });

  it("tells of a Network Load Balancer's group", async () => {
    const { results } = await play({ targetGroups: [group("static", [listed("i-1")], { network: true })] }, [
      termination({}, naming("static")),
    ]);
    expect(results[0]?.registrations.map((each) => each.networkLoadBalancer)).to.deep.equal([true]);
  });

  it("is managed by ECS where a service with a task on it names the group, or lately did", async () => {
    const shown = { targetGroups: [group("web", [listed("i-1")])] };
    const of = termination();
    const now = await play(shown, [of], new Map([[of, withService("arn:web")]]));
    const registrations = ({ results }: typeof now) =>
      results[0]?.registrations.map(({ managed, services }) => [managed, services]);
    expect(registrations(now)).to.deep.equal([[true, ["web"]]]);
    expect(
      registrations(await play(shown, [termination({ managedTargetGroups: ["arn:web"] })])),
    ).to.deep.equal([[true, []]]);
    expect(registrations(await play(shown, [termination({}, naming("arn:web"))]))).to.deep.equal([
      [false, []],
    ]);
  });

  it("that is gone by the time it is asked for its targets holds nothing", async () => {
    const { results, run } = await play({ targetGroups: [group("static", undefined)] }, [
      termination({}, naming("static")),
    ]);
    expect(results).to.deep.equal([{ registrations: [], targetGroups: [staticAsked], unread: undefined }]);
    expect(run.hasFailures).to.equal(false);
  });

  it("is described once a run, found or not", async () => {
    const { run, asked } = showing({ targetGroups: [group("static", [listed("i-1")])] });
    const of = termination({ managedTargetGroups: ["arn:none"] }, naming("static"));
    await observeRegistrations(run, [of], new Map());
    await observeRegistrations(run, [of], new Map());
    expect(asked).to.deep.equal([
      "targetGroups.describe static",
      "targetGroups.describe arn:none",
      "targetGroups.targets arn:static",
      "targetGroups.targets arn:static",
    ]);
  });
});

describe("a target group that cannot be used", () => {
  it("is told of where the input names it, and not where a service does", async () => {
    const named = await play({}, [termination({}, naming("none"))]);
    expect(named.lines).to.deep.equal([
      ["error", "cannot be used", { name: "none", reason: "there is no such target group" }],
    ]);
    expect(named.results).to.deep.equal([{ registrations: [], targetGroups: [], unread: undefined }]);
    expect((await play({}, [termination({ managedTargetGroups: ["arn:none"] })])).lines).to.deep.equal([]);
  });

  it("is one of another type than instance or ip", async () => {
    const lines = async (targetType: string, of = termination({}, naming("odd"))) =>
      (await play({ targetGroups: [group("odd", [], { targetType })] }, [of])).lines.map(
        ([, , { reason }]) => reason,
      );
    expect(await lines("lambda")).to.deep.equal([
      "expected a target group of type instance or ip, found type lambda",
    ]);
    expect(await lines("instance")).to.deep.equal([]);
    expect(await lines("ip")).to.deep.equal([]);
    expect(await lines("lambda", termination({ managedTargetGroups: ["arn:odd"] }))).to.deep.equal([]);
  });
});

describe("a target group that cannot be read", () => {
  const two = [termination({}, naming("static")), termination({}, { instanceId: "i-2", ...naming("other") })];
  const targetGroups = [group("static", [listed("i-1")]), group("other", [listed("i-2")])];
  for (const call of ["targetGroups.describe static", "targetGroups.targets arn:static"]) {
    it(`leaves those unread that may be in it, and no others: ${call}`, async () => {
      const { results, run } = await play({ targetGroups, fails: { [call]: "throttled" } }, two);
      expect(results.map(({ registrations, unread }) => [registrations.length, unread])).to.deep.equal([
        [0, `${call.split(" ")[0]} to be answered (throttled)`],
        [1, undefined],
      ]);
      expect(run.hasFailures).to.equal(true);
    });
  }

  it("does not hide what its others show", async () => {
    const { results } = await play({ targetGroups, fails: { "targetGroups.targets arn:static": "denied" } }, [
      termination({}, { instanceId: "i-2", ...naming("static", "other") }),
    ]);
    expect(results.map(({ registrations, unread }) => [registrations.length, unread])).to.deep.equal([
      [1, "targetGroups.targets to be answered (denied)"],
    ]);
  });

  it("is asked for again at the next look", async () => {
    const { run, asked } = showing({ fails: { "targetGroups.describe": "throttled" } });
    const of = termination({}, naming("static"));
    await observeRegistrations(run, [of], new Map());
    await observeRegistrations(run, [of], new Map());
    expect(asked).to.have.lengthOf(2);
  });
});
