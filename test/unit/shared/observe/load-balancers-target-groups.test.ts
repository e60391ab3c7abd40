// Protects where an instance counts as registered: in which target groups, by which port or address, and by whose doing.
import { expect } from "chai";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeRegistrations } from "../../../../shared/observe/load-balancers.ts";
import type { Clustered, InClusters } from "../../../../shared/observe/records.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { clusterInstanceOf, service, target, task, termination } from "../rules/builders.ts";
import { clustered } from "./records.ts";
import { type Shown, type ShownTargetGroup, showing } from "./shown.ts";

type Listed = Omit<RegisteredTarget, "pointsAt">;
const listed = (id: string, change: Partial<Listed> = {}): Listed => ({
  id,
  port: 8080,
  state: "registered",
  invalid: false,
  ...change,
});
const group = (
  name: string,
  targets: readonly Listed[] | undefined,
  change: Partial<ShownTargetGroup> = {},
): ShownTargetGroup => ({
  arn: `arn:${name}`,
  name,
  targetType: "instance",
  network: false,
  ...(targets ? { targets } : {}),
  ...change,
});
/** Nothing was searched. */
const NOTHING = { unnamed: [], missing: [], doubtful: [], others: [], asked: [] };
/** What is to be remembered of the group that was asked for by its name. */
const staticAsked = {
  asked: "static",
  found: { kind: "target", id: "arn:static", name: "static", targetType: "instance", network: false },
};
const naming = (...targetGroups: string[]) => ({ settings: { targetGroups } });
const managedBy = (...ids: string[]) => ({ managed: ids.map((id) => ({ kind: "target", id })) });
/** What its clusters show of an instance whose service registers its tasks with these. */
const withService = (...ids: string[]): Partial<InClusters> => {
  const loadBalancers = ids.map((id) => ({ kind: "target", id }));
  const services = [service("web", { loadBalancers }), service("batch")];
  return { instances: [clusterInstanceOf({}, [task("RUNNING")], services)], managed: loadBalancers };
};

async function play(shown: Shown, terminations: readonly Termination[], clusters: Partial<InClusters> = {}) {
  return playRecords(
    shown,
    terminations.map((each) => clustered(each, clusters)),
  );
}

async function playRecords(shown: Shown, records: readonly Clustered[]) {
  const { run, asked, lines } = showing(shown);
  const found = await observeRegistrations(run, records, questions);
  return { asked, lines, run, results: found.map(({ registered }) => registered) };
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
        loadBalancers: [staticAsked],
        unread: undefined,
        ...NOTHING,
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
    const now = await play(shown, [termination()], withService("arn:web"));
    const registrations = ({ results }: typeof now) =>
      results[0]?.registrations.map(({ managed, services }) => [managed, services]);
    expect(registrations(now)).to.deep.equal([[true, ["web"]]]);
    expect(registrations(await play(shown, [termination(managedBy("arn:web"))]))).to.deep.equal([[true, []]]);
    expect(registrations(await play(shown, [termination({}, naming("arn:web"))]))).to.deep.equal([
      [false, []],
    ]);
  });

  it("that is gone by the time it is asked for its targets holds nothing", async () => {
    const { results, run } = await play({ targetGroups: [group("static", undefined)] }, [
      termination({}, naming("static")),
    ]);
    expect(results).to.deep.equal([
      { registrations: [], loadBalancers: [staticAsked], unread: undefined, ...NOTHING },
    ]);
    expect(run.hasFailures).to.equal(false);
  });

  it("is no mistake of the input, which named one that there was, by its name or its ARN", async () => {
    const { lines, results } = await play({ targetGroups: [group("static", undefined)] }, [
      termination({}, naming("arn:static")),
    ]);
    expect(results.map(({ registrations }) => registrations)).to.deep.equal([[]]);
    expect(lines).to.deep.equal([]);
  });

  it("that nobody asks about is remembered with what it was", async () => {
    const { asked, results } = await playRecords({}, [
      { ...clustered(termination({ loadBalancers: [staticAsked] }, naming("static"))), isObserved: false },
    ]);
    expect(asked).to.deep.equal([]);
    expect(results).to.deep.equal([
      { registrations: [], loadBalancers: [staticAsked], unread: undefined, ...NOTHING },
    ]);
  });

  it("is described once a run, found or not", async () => {
    const { run, asked } = showing({ targetGroups: [group("static", [listed("i-1")])] });
    const records = [clustered(termination(managedBy("arn:none"), naming("static")))];
    await observeRegistrations(run, records, questions);
    await observeRegistrations(run, records, questions);
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
    const unread = { call: "elasticloadbalancing:DescribeTargetGroups", why: "gone" };
    expect(named.results).to.deep.equal([{ registrations: [], loadBalancers: [], unread, ...NOTHING }]);
    expect((await play({}, [termination(managedBy("arn:none"))])).lines).to.deep.equal([]);
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
    expect(await lines("lambda", termination(managedBy("arn:odd")))).to.deep.equal([]);
  });
});

describe("a target group that cannot be read", () => {
  const two = [termination({}, naming("static")), termination({}, { instanceId: "i-2", ...naming("other") })];
  const targetGroups = [group("static", [listed("i-1")]), group("other", [listed("i-2")])];
  for (const call of ["targetGroups.describe static", "targetGroups.targets arn:static"]) {
    it(`leaves those unread that may be in it, and no others: ${call}`, async () => {
      const { results, run } = await play({ targetGroups, fails: { [call]: "throttled" } }, two);
      expect(results.map(({ registrations, unread }) => [registrations.length, unread])).to.deep.equal([
        [0, { call: call.split(" ")[0], why: "throttled" }],
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
      [1, { call: "targetGroups.targets", why: "denied" }],
    ]);
  });

  it("is asked for again in the next pass", async () => {
    const { run, asked } = showing({ fails: { "targetGroups.describe": "throttled" } });
    const records = [clustered(termination({}, naming("static")))];
    await observeRegistrations(run, records, questions);
    await observeRegistrations(run, records, questions);
    expect(asked).to.have.lengthOf(2);
  });
});
