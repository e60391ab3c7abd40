// Protects where an instance counts as registered with a classic load balancer, which lists no more what it drains.
import { expect } from "chai";
import { observeRegistrations } from "../../../../shared/observe/load-balancers.ts";
import type { Clustered } from "../../../../shared/observe/records.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { classic, clusterInstanceOf, service, termination } from "../rules/builders.ts";
import { clustered } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const elb = (name: string, instanceIds: readonly string[], draining: readonly string[] = []) => ({
  name,
  instancePorts: [8080, 8443],
  instanceIds: new Set(instanceIds),
  draining,
});
const naming = (...elbNames: string[]) => ({ settings: { elbNames } });

const managedBy = (...ids: string[]) => ({ managed: ids.map((id) => ({ kind: "classic", id })) });

/** Nothing was searched. */
const NOTHING = { unnamed: [], missing: [], doubtful: [], others: [], asked: [] };

async function play(shown: Shown, ...records: Clustered[]) {
  const { run, asked, lines } = showing(shown);
  const found = await observeRegistrations(run, records, questions);
  return { asked, lines, run, results: found.map(({ registered }) => registered) };
}

describe("an instance behind a classic load balancer", () => {
  it("is registered where it is listed, and points at the ports of all its listeners", async () => {
    const { asked, results } = await play(
      { classic: [elb("elb", ["i-1", "i-9"])] },
      clustered(termination({}, naming("elb"))),
    );
    expect(asked).to.deep.equal(["classic.describe elb"]);
    expect(results).to.deep.equal([
      {
        registrations: [classic({ pointsAt: [8080, 8443] })],
        loadBalancers: [],
        unread: undefined,
        ...NOTHING,
      },
    ]);
  });

  it("is draining where the round alone has found that, though a drain beside it made this pass ask already", async () => {
    const discover = { settings: { discover: "all" as const } };
    const { results } = await play(
      { classic: [elb("elb", [], ["i-1", "i-2"])] },
      clustered(termination({ registrations: [{ kind: "classic", id: "elb" }] }, discover)),
      clustered(termination({}, { instanceId: "i-2", ...discover })),
    );
    expect(results.map(({ registrations }) => registrations.map(({ state }) => state))).to.deep.equal([
      ["draining"],
      ["draining"],
    ]);
  });

  it("is draining where it is not listed, and its description says that it drains; else it is out", async () => {
    const { asked, results } = await play(
      { classic: [elb("elb", ["i-1"], ["i-1", "i-2"])] },
      clustered(termination({}, naming("elb"))),
      clustered(termination({}, { instanceId: "i-2", ...naming("elb") })),
      clustered(termination({}, { instanceId: "i-2", hook: "other", ...naming("elb") })),
      clustered(termination({}, { instanceId: "i-3", ...naming("elb") })),
    );
    expect(asked).to.deep.equal(["classic.describe elb", "classic.draining elb i-2 i-3"]);
    expect(results.map(({ registrations }) => registrations.map(({ state }) => state))).to.deep.equal([
      ["registered"],
      ["draining"],
      ["draining"],
      [],
    ]);
  });

  it("is looked for only where its own settings, or its own services, name the load balancer", async () => {
    const { results } = await play(
      { classic: [elb("elb", ["i-1", "i-2"])] },
      clustered(termination({}, naming("elb"))),
      clustered(termination({}, { instanceId: "i-2" })),
    );
    expect(results.map(({ registrations }) => registrations.length)).to.deep.equal([1, 0]);
  });

  it("is managed by ECS where a service with a task on it names the load balancer, or lately did", async () => {
    const shown = { classic: [elb("elb", ["i-1"])] };
    const loadBalancers = [
      { kind: "classic", id: "elb" },
      { kind: "target", id: "other" },
    ];
    const services = [service("web", { loadBalancers }), service("batch")];
    const withService = { instances: [clusterInstanceOf({}, [], services)], managed: loadBalancers };
    const managed = async (record: Clustered) =>
      (await play(shown, record)).results[0]?.registrations.map((each) => [each.managed, each.services]);
    expect(await managed(clustered(termination(), withService))).to.deep.equal([[true, ["web"]]]);
    expect(await managed(clustered(termination(managedBy("elb"))))).to.deep.equal([[true, []]]);
    expect(await managed(clustered(termination({}, naming("elb"))))).to.deep.equal([[false, []]]);
  });
});

describe("a classic load balancer", () => {
  it("that does not exist is told of where the input names it, and not where a service does", async () => {
    const { lines, results } = await play({}, clustered(termination({}, naming("none"))));
    expect(lines).to.deep.equal([
      ["error", "cannot be used", { name: "none", reason: "there is no such classic load balancer" }],
    ]);
    const unread = { call: "elasticloadbalancing:DescribeLoadBalancers", why: "gone" };
    expect(results).to.deep.equal([{ registrations: [], loadBalancers: [], unread, ...NOTHING }]);
    expect((await play({}, clustered(termination(managedBy("none"))))).lines).to.deep.equal([]);
  });

  for (const call of ["classic.describe elb", "classic.draining elb"]) {
    it(`that cannot be read leaves those unread that may be in it, and no others: ${call}`, async () => {
      const { results, run } = await play(
        { classic: [elb("elb", []), elb("other", ["i-2"])], fails: { [call]: "throttled" } },
        clustered(termination({}, naming("elb"))),
        clustered(termination({}, { instanceId: "i-2", ...naming("other") })),
      );
      expect(results.map(({ registrations, unread }) => [registrations.length, unread])).to.deep.equal([
        [0, { call: call.split(" ")[0], why: "throttled" }],
        [1, undefined],
      ]);
      expect(run.hasFailures).to.equal(true);
    });
  }
});
