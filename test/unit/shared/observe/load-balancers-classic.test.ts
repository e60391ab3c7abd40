// Protects where an instance counts as registered with a classic load balancer, which lists no more what it drains.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import type { InstanceInClusters } from "../../../../shared/observe/cluster.ts";
import { observeRegistrations, type Registrations } from "../../../../shared/observe/load-balancers.ts";
import { classic, clusterInstanceOf, service, termination } from "../rules/builders.ts";
import { type Shown, showing } from "./shown.ts";

const elb = (name: string, instanceIds: readonly string[], draining: readonly string[] = []) => ({
  name,
  instancePorts: [8080, 8443],
  instanceIds: new Set(instanceIds),
  draining,
});
const naming = (...elbNames: string[]) => ({ settings: { elbNames } });

async function play(
  shown: Shown,
  terminations: Termination[],
  clusterInstances = new Map<Termination, InstanceInClusters>(),
) {
  const { run, asked, lines } = showing(shown);
  const found = await observeRegistrations(run, terminations, clusterInstances);
  return { asked, lines, run, results: terminations.map((each) => found.get(each) as Registrations) };
}

describe("an instance behind a classic load balancer", () => {
  it("is registered where it is listed, and points at the ports of all its listeners", async () => {
    const { asked, results } = await play({ classic: [elb("elb", ["i-1", "i-9"])] }, [
      termination({}, naming("elb")),
    ]);
    expect(asked).to.deep.equal(["classic.describe elb"]);
    expect(results).to.deep.equal([
      { registrations: [classic({ pointsAt: [8080, 8443] })], targetGroups: [], unread: undefined },
    ]);
  });

  it("is draining where it is not listed, and is said to drain; else it is out", async () => {
    const { asked, results } = await play({ classic: [elb("elb", ["i-1"], ["i-1", "i-2"])] }, [
      termination({}, naming("elb")),
      termination({}, { instanceId: "i-2", ...naming("elb") }),
      termination({}, { instanceId: "i-2", hook: "other", ...naming("elb") }),
      termination({}, { instanceId: "i-3", ...naming("elb") }),
    ]);
    expect(asked).to.deep.equal(["classic.describe elb", "classic.draining elb i-2 i-3"]);
    expect(results.map(({ registrations }) => registrations.map(({ state }) => state))).to.deep.equal([
      ["registered"],
      ["draining"],
      ["draining"],
      [],
    ]);
  });

  it("is looked for only where its own settings, or its own services, name the load balancer", async () => {
    const { results } = await play({ classic: [elb("elb", ["i-1", "i-2"])] }, [
      termination({}, naming("elb")),
      termination({}, { instanceId: "i-2" }),
    ]);
    expect(results.map(({ registrations }) => registrations.length)).to.deep.equal([1, 0]);
  });

  it("is managed by ECS where a service with a task on it names the load balancer, or lately did", async () => {
    const shown = { classic: [elb("elb", ["i-1"])] };
    const of = termination();
    const withService: InstanceInClusters = {
      clusterInstances: [
        clusterInstanceOf({}, [], [service("web", { elbNames: ["elb"] }), service("batch")]),
      ],
      targetGroups: [],
      elbNames: ["elb"],
      managedDraining: undefined,
      protections: [],
      unread: undefined,
    };
    const managed = async (
      termination: Termination,
      clusterInstances?: Map<Termination, InstanceInClusters>,
    ) =>
      (await play(shown, [termination], clusterInstances)).results[0]?.registrations.map((each) => [
        each.managed,
        each.services,
      ]);
    expect(await managed(of, new Map([[of, withService]]))).to.deep.equal([[true, ["web"]]]);
    expect(await managed(termination({ managedElbNames: ["elb"] }))).to.deep.equal([[true, []]]);
    expect(await managed(termination({}, naming("elb")))).to.deep.equal([[false, []]]);
  });
});

describe("a classic load balancer", () => {
  it("that does not exist is told of where the input names it, and not where a service does", async () => {
    const { lines, results } = await play({}, [termination({}, naming("none"))]);
    expect(lines).to.deep.equal([
      ["error", "cannot be used", { name: "none", reason: "there is no such classic load balancer" }],
    ]);
    expect(results).to.deep.equal([{ registrations: [], targetGroups: [], unread: undefined }]);
    expect((await play({}, [termination({ managedElbNames: ["none"] })])).lines).to.deep.equal([]);
  });

  for (const call of ["classic.describe elb", "classic.draining elb"]) {
    it(`that cannot be read leaves those unread that may be in it, and no others: ${call}`, async () => {
      const { results, run } = await play(
        { classic: [elb("elb", []), elb("other", ["i-2"])], fails: { [call]: "throttled" } },
        [termination({}, naming("elb")), termination({}, { instanceId: "i-2", ...naming("other") })],
      );
      expect(results.map(({ registrations, unread }) => [registrations.length, unread])).to.deep.equal([
        [0, `${call.split(" ")[0]} to be answered (throttled)`],
        [1, undefined],
      ]);
      expect(run.hasFailures).to.equal(true);
    });
  }
});
