// Protects how instances are found in their clusters, and what is asked of the services of their tasks.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import { type InstanceInClusters, observeClusters } from "../../../../shared/observe/cluster.ts";
import { thrownBy } from "../../thrown.ts";
import { SINCE, service, task, termination } from "../rules/builders.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

const known = {
  containerInstances: [{ cluster: "main", arn: "ci-1" }],
  tasks: [],
  noTasksVersions: [{ arn: "ci-1", version: 1 }],
};

async function play(shown: Shown, ...terminations: Termination[]) {
  const { run, asked, lines } = showing(shown);
  const found = await observeClusters(run, terminations);
  const clusterInstances = terminations.map((each) => found.get(each) as InstanceInClusters);
  const arns = clusterInstances.map((each) =>
    each.clusterInstances.map(({ containerInstance: { arn } }) => arn),
  );
  return { asked, lines, clusterInstances, arns, run };
}

describe("an instance in its cluster", () => {
  const one = { clusters: { main: { containerInstances: [containerInstance(1)] } } };

  it("that was not seen yet is looked for by its id", async () => {
    const { asked, clusterInstances } = await play(one, termination());
    expect(asked).to.deep.equal([
      "ecs.findContainerInstances main i-1",
      "ecs.describeContainerInstances main ci-1",
      "ecs.listWanted main ci-1",
      "ecs.listUnwanted main ci-1",
    ]);
    expect(clusterInstances).to.deep.equal([
      {
        clusterInstances: [
          { cluster: "main", containerInstance: containerInstance(1), tasks: [], listed: true, services: [] },
        ],
        targetGroups: [],
        elbNames: [],
        managedDraining: undefined,
        protections: [],
        unread: undefined,
      },
    ]);
  });

  it("that was seen before is described, and not looked for", async () => {
    const { asked, arns } = await play(one, termination(known));
    expect(asked).to.deep.equal(["ecs.describeContainerInstances main ci-1"]);
    expect(arns).to.deep.equal([["ci-1"]]);
  });

  for (const [what, change] of [
    ["whose agent is silent", { agentConnected: false }],
    ["that is INACTIVE by now", { status: "INACTIVE" }],
  ] as const) {
    it(`${what} is looked for as well: it may have registered anew`, async () => {
      const { asked, arns } = await play(
        {
          clusters: {
            main: {
              containerInstances: [containerInstance(1, change), containerInstance(1, { arn: "ci-1b" })],
            },
          },
        },
        termination(known),
      );
      expect(asked.slice(0, 3)).to.deep.equal([
        "ecs.describeContainerInstances main ci-1",
        "ecs.findContainerInstances main i-1",
        "ecs.describeContainerInstances main ci-1b",
      ]);
      expect(arns).to.deep.equal([["ci-1", "ci-1b"]]);
    });
  }

  it("that no cluster holds is in none, and nothing is described", async () => {
    const { asked, arns } = await play({ clusters: { main: {} } }, termination());
    expect(asked).to.deep.equal(["ecs.findContainerInstances main i-1"]);
    expect(arns).to.deep.equal([[]]);
  });

  it("that was seen in one cluster is not looked for in another", async () => {
    const elsewhere = termination(known, { settings: { clusterNames: ["other", "main"] } });
    expect((await play(one, elsewhere)).asked).to.deep.equal(["ecs.describeContainerInstances main ci-1"]);
  });

  it("is still followed in a cluster that the settings no longer name", async () => {
    const { arns } = await play(one, termination(known, { settings: { clusterNames: [] } }));
    expect(arns).to.deep.equal([["ci-1"]]);
  });

  it("is looked for in each cluster that is named", async () => {
    const { asked, arns } = await play(
      { clusters: { other: { containerInstances: [containerInstance(1)] } } },
      termination({}, { settings: { clusterNames: ["main", "other"] } }),
    );
    expect(asked).to.include.members([
      "ecs.findContainerInstances main i-1",
      "ecs.findContainerInstances other i-1",
    ]);
    expect(arns).to.deep.equal([["ci-1"]]);
  });

  it("is asked for once with the others of its batch, however many hooks hold it", async () => {
    const both = { clusters: { main: { containerInstances: [containerInstance(1), containerInstance(2)] } } };
    const seen = await play(both, termination(known), termination(known, { hook: "other" }));
    expect(seen.asked).to.deep.equal(["ecs.describeContainerInstances main ci-1"]);
    const { asked, arns } = await play(
      both,
      termination(),
      termination({}, { hook: "other" }),
      termination({}, { instanceId: "i-2" }),
    );
    expect(asked.slice(0, 2)).to.deep.equal([
      "ecs.findContainerInstances main i-1 i-2",
      "ecs.describeContainerInstances main ci-1 ci-2",
    ]);
    expect(arns).to.deep.equal([["ci-1"], ["ci-1"], ["ci-2"]]);
  });

  it("keeps its own cluster: nobody else's is asked for it", async () => {
    const { asked } = await play(
      {},
      termination({}, { settings: { clusterNames: ["main"] } }),
      termination({}, { instanceId: "i-2", settings: { clusterNames: ["other"] } }),
    );
    expect(asked).to.have.members([
      "ecs.findContainerInstances main i-1",
      "ecs.findContainerInstances other i-2",
    ]);
  });
});

describe("a cluster that cannot be read", () => {
  it("leaves what is on its instances unread, and is noted", async () => {
    const { clusterInstances, run } = await play(
      { fails: { "ecs.findContainerInstances": "denied" } },
      termination(),
    );
    expect(clusterInstances.map(({ unread, clusterInstances: found }) => [unread, found])).to.deep.equal([
      ["ecs.findContainerInstances to be answered (denied)", []],
    ]);
    expect(run.hasFailures).to.equal(true);
  });

  it("does so when its tasks cannot, and nothing else is asked of it", async () => {
    const { clusterInstances, asked } = await play(
      {
        clusters: { main: { containerInstances: [containerInstance(1)], tasks: [task("RUNNING")] } },
        fails: { "ecs.describeTasks": "throttled" },
      },
      termination(),
    );
    expect(clusterInstances.map(({ unread }) => unread)).to.deep.equal([
      "ecs.describeTasks to be answered (throttled)",
    ]);
    expect(asked).to.not.include("ecs.services main web");
  });

  it("does not keep those in another from being read", async () => {
    const other = termination({}, { instanceId: "i-2", settings: { clusterNames: ["other"] } });
    const { arns, clusterInstances } = await play(
      {
        clusters: { other: { containerInstances: [containerInstance(2)] } },
        fails: { "ecs.findContainerInstances main": "unavailable" },
      },
      termination(),
      other,
    );
    expect(arns).to.deep.equal([[], ["ci-2"]]);
    expect(clusterInstances.map(({ unread }) => unread)).to.deep.equal([
      "ecs.findContainerInstances to be answered (unavailable)",
      undefined,
    ]);
  });

  it("because it does not exist holds nothing; its name is wrong where nothing was ever seen in it", async () => {
    const gone: Shown = {
      fails: { "ecs.findContainerInstances": "gone", "ecs.describeContainerInstances": "gone" },
    };
    const { lines, clusterInstances } = await play(gone, termination());
    expect(clusterInstances.map(({ unread, clusterInstances: found }) => [unread, found])).to.deep.equal([
      [undefined, []],
    ]);
    expect(lines).to.deep.equal([
      ["error", "cannot be used", { name: "main", reason: "there is no such ECS cluster" }],
    ]);
    const before = await play(gone, termination(known));
    expect(
      before.clusterInstances.map(({ unread, clusterInstances: found }) => [unread, found]),
    ).to.deep.equal([[undefined, []]]);
    expect(before.lines).to.deep.equal([]);
  });

  it("because it does not exist is told of unless one of the batch was seen in it", async () => {
    const gone: Shown = {
      fails: { "ecs.findContainerInstances main": "gone", "ecs.describeContainerInstances main": "gone" },
    };
    const elsewhere = termination(
      { containerInstances: [{ cluster: "other", arn: "ci-9" }] },
      { hook: "other" },
    );
    expect((await play(gone, termination(), termination(known, { hook: "other" }))).lines).to.deep.equal([]);
    expect((await play(gone, termination(), elsewhere)).lines.map(([, , { name }]) => name)).to.deep.equal([
      "main",
    ]);
  });

  it("because of a fault of ours is not hidden", async () => {
    const fails = { "ecs.findContainerInstances": "fault of ours" } as const;
    expect(await thrownBy(() => play({ fails }, termination()))).to.equal("Error: a fault");
  });
});

describe("the services of an instance's tasks", () => {
  const web = service("web", { targetGroups: ["arn:web"], elbNames: ["classic-web"] });
  const batch = service("batch", { targetGroups: ["arn:batch"] });
  const cluster = (...tasks: ReturnType<typeof task>[]) => ({
    containerInstances: [containerInstance(1), containerInstance(2)],
    tasks,
    services: [web, batch],
  });
  const main = (...tasks: ReturnType<typeof task>[]) => ({ clusters: { main: cluster(...tasks) } });
  const servicesOf = ({ clusterInstances }: InstanceInClusters) =>
    clusterInstances.map(({ services }) => services.map(({ name }) => name));

  it("are asked for once each, and so are known what they register their tasks with", async () => {
    const { asked, clusterInstances } = await play(
      main(
        task("RUNNING", { arn: "a" }),
        task("RUNNING", { arn: "b" }),
        task("PENDING", { arn: "c", service: "batch" }),
        task("RUNNING", { arn: "d", service: undefined }),
      ),
      termination(),
    );
    expect(asked.slice(-1)).to.deep.equal(["ecs.services main web batch"]);
    expect(clusterInstances.map(servicesOf)).to.deep.equal([[["web", "batch"]]]);
    expect(clusterInstances.map(({ targetGroups, elbNames }) => [targetGroups, elbNames])).to.deep.equal([
      [["arn:web", "arn:batch"], ["classic-web"]],
    ]);
  });

  it("count while a task of theirs has STOPPED in this drain, and not by one that did before", async () => {
    const at = async (stoppedAt: number | undefined) =>
      (await play(main(task("STOPPED", { stoppedAt })), termination())).clusterInstances.map(servicesOf);
    expect(await at(SINCE)).to.deep.equal([[["web"]]]);
    expect(await at(SINCE - 1)).to.deep.equal([[[]]]);
    expect(await at(undefined)).to.deep.equal([[[]]]);
  });

  it("are each instance's own", async () => {
    const { clusterInstances } = await play(
      main(task("RUNNING"), task("RUNNING", { arn: "b", service: "batch", containerInstance: "ci-2" })),
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(clusterInstances.map(servicesOf)).to.deep.equal([[["web"]], [["batch"]]]);
    expect(clusterInstances.map(({ targetGroups }) => targetGroups)).to.deep.equal([
      ["arn:web"],
      ["arn:batch"],
    ]);
  });

  it("that are gone are no services, and are not asked for again in the run", async () => {
    const { run, asked } = showing(main(task("RUNNING", { service: "gone" }), task("RUNNING", { arn: "b" })));
    const of = termination();
    const looks = [await observeClusters(run, [of]), await observeClusters(run, [of])];
    expect(looks.map((found) => servicesOf(found.get(of) as InstanceInClusters))).to.deep.equal([
      [["web"]],
      [["web"]],
    ]);
    expect(asked.filter((each) => each.startsWith("ecs.services"))).to.deep.equal([
      "ecs.services main gone web",
    ]);
  });

  it("of one name in two clusters are two", async () => {
    const other = { ...cluster(task("RUNNING")), services: [{ ...web, targetGroups: ["arn:other"] }] };
    const { clusterInstances } = await play(
      { clusters: { main: cluster(task("RUNNING")), other } },
      termination({}, { settings: { clusterNames: ["main", "other"] } }),
    );
    expect(clusterInstances.map(({ targetGroups }) => targetGroups)).to.deep.equal([
      ["arn:web", "arn:other"],
    ]);
  });

  it("that cannot be read leave the instances unread that have a task of theirs, and no other", async () => {
    const { clusterInstances } = await play(
      { ...main(task("RUNNING")), fails: { "ecs.services": "denied" } },
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(clusterInstances.map(({ unread }) => unread)).to.deep.equal([
      "ecs.services to be answered (denied)",
      undefined,
    ]);
    expect(clusterInstances.map(servicesOf)).to.deep.equal([[[]], [[]]]);
  });
});
