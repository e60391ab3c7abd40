// Protects what is asked of the services of an instance's tasks, and that each is asked for once a run.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeClusters } from "../../../../shared/observe/cluster.ts";
import type { InClusters } from "../../../../shared/observe/records.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { SINCE, service, task, termination } from "../rules/builders.ts";
import { observable } from "./records.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

const ofTarget = (name: string) => ({ kind: "target", id: `arn:${name}` });

async function play(shown: Shown, ...terminations: Termination[]) {
  const { run, asked } = showing(shown);
  const observed = await observeClusters(run, observable(...terminations), questions);
  return { asked, found: observed.map(({ clusters }) => clusters) };
}

describe("the services of an instance's tasks", () => {
  const web = service("web", { loadBalancers: [ofTarget("web"), { kind: "classic", id: "classic-web" }] });
  const batch = service("batch", { loadBalancers: [ofTarget("batch")] });
  const cluster = (...tasks: ReturnType<typeof task>[]) => ({
    containerInstances: [containerInstance(1), containerInstance(2)],
    tasks,
    services: [web, batch],
  });
  const main = (...tasks: ReturnType<typeof task>[]) => ({ clusters: { main: cluster(...tasks) } });
  const servicesOf = ({ instances }: InClusters) =>
    instances.map(({ services }) => services.map(({ name }) => name));

  it("are asked for once each, and so are known what they register their tasks with", async () => {
    const { asked, found } = await play(
      main(
        task("RUNNING", { arn: "a" }),
        task("RUNNING", { arn: "b" }),
        task("PENDING", { arn: "c", service: "batch" }),
        task("RUNNING", { arn: "d", service: undefined }),
      ),
      termination(),
    );
    expect(asked.slice(-1)).to.deep.equal(["ecs.services main web batch"]);
    expect(found.map(servicesOf)).to.deep.equal([[["web", "batch"]]]);
    expect(found.map(({ managed }) => managed)).to.deep.equal([
      [ofTarget("web"), { kind: "classic", id: "classic-web" }, ofTarget("batch")],
    ]);
  });

  it("count while a task of theirs has STOPPED in this drain, and not by one that did before", async () => {
    const at = async (stoppedAt: number | undefined) =>
      (await play(main(task("STOPPED", { stoppedAt })), termination())).found.map(servicesOf);
    expect(await at(SINCE)).to.deep.equal([[["web"]]]);
    expect(await at(SINCE - 1)).to.deep.equal([[[]]]);
    expect(await at(undefined)).to.deep.equal([[[]]]);
  });

  it("are each instance's own", async () => {
    const { found } = await play(
      main(task("RUNNING"), task("RUNNING", { arn: "b", service: "batch", containerInstance: "ci-2" })),
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(found.map(servicesOf)).to.deep.equal([[["web"]], [["batch"]]]);
    expect(found.map(({ managed }) => managed.filter(({ kind }) => kind === "target"))).to.deep.equal([
      [ofTarget("web")],
      [ofTarget("batch")],
    ]);
  });

  it("that are gone are no services, and are not asked for again in the run", async () => {
    const { run, asked } = showing(main(task("RUNNING", { service: "gone" }), task("RUNNING", { arn: "b" })));
    const records = observable(termination());
    const passes = [
      await observeClusters(run, records, questions),
      await observeClusters(run, records, questions),
    ];
    expect(passes.flat().map(({ clusters }) => servicesOf(clusters))).to.deep.equal([[["web"]], [["web"]]]);
    expect(asked.filter((each) => each.startsWith("ecs.services"))).to.deep.equal([
      "ecs.services main gone web",
    ]);
  });

  it("are asked for again where a task of theirs came since: they may name other load balancers by now", async () => {
    const shown = main(task("RUNNING", { arn: "a" }), task("RUNNING", { arn: "d", service: "batch" }));
    const { run, asked } = showing(shown);
    const records = observable(termination());
    await observeClusters(run, records, questions);
    const read = run.now();
    const placed = async (createdAt: number | undefined) => {
      asked.length = 0;
      shown.clusters.main.tasks = [task("RUNNING", { arn: "e", createdAt })];
      shown.clusters.main.services = [{ ...web, loadBalancers: [ofTarget("other")] }];
      const [found] = await observeClusters(run, records, questions);
      const again = asked.filter((each) => each.startsWith("ecs.services"));
      return [again, found?.clusters.managed.some(({ id }) => id === "arn:other")];
    };
    expect(await placed(undefined)).to.deep.equal([[], false]);
    expect(await placed(read - 15_000)).to.deep.equal([[], false]);
    // Reads lag, and clocks differ.
    expect(await placed(read - 14_999)).to.deep.equal([["ecs.services main web"], true]);
  });

  it("of one name in two clusters are two", async () => {
    const other = { ...cluster(task("RUNNING")), services: [{ ...web, loadBalancers: [ofTarget("other")] }] };
    const { found } = await play(
      { clusters: { main: cluster(task("RUNNING")), other } },
      termination({}, { settings: { clusterNames: ["main", "other"] } }),
    );
    expect(found.map(({ managed }) => managed.map(({ id }) => id))).to.deep.equal([
      ["arn:web", "classic-web", "arn:other"],
    ]);
  });

  it("that cannot be read leave the instances unread that have a task of theirs, and no other", async () => {
    const { found } = await play(
      { ...main(task("RUNNING")), fails: { "ecs.services": "denied" } },
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(found.map(({ unread }) => unread)).to.deep.equal([
      { call: "ecs.services", why: "denied" },
      undefined,
    ]);
    expect(found.map(servicesOf)).to.deep.equal([[[]], [[]]]);
  });
});
