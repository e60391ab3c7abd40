// Protects how instances are found in their clusters, and what is unread where a cluster cannot be read.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeClusters } from "../../../../shared/observe/cluster.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { thrownBy } from "../../thrown.ts";
import { task, termination } from "../rules/builders.ts";
import { observable } from "./records.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

const known = {
  containerInstances: [{ cluster: "main", arn: "ci-1" }],
  tasks: [],
  noTasksVersions: [{ arn: "ci-1", version: 1 }],
};

async function play(shown: Shown, ...terminations: Termination[]) {
  const { run, asked, lines } = showing(shown);
  const observed = await observeClusters(run, observable(...terminations), questions);
  const found = observed.map(({ clusters }) => clusters);
  const arns = found.map(({ instances }) => instances.map(({ containerInstance: { arn } }) => arn));
  return { asked, lines, found, arns, run };
}

describe("an instance in its cluster", () => {
  const one = { clusters: { main: { containerInstances: [containerInstance(1)] } } };

  it("that was not seen yet is looked for by its id", async () => {
    const { asked, found } = await play(one, termination());
    expect(asked).to.deep.equal([
      "ecs.findContainerInstances main i-1",
      "ecs.describeContainerInstances main ci-1",
      "ecs.listTasksToRun main ci-1",
      "ecs.listStoppingTasks main ci-1",
    ]);
    expect(found).to.deep.equal([
      {
        instances: [
          {
            cluster: "main",
            containerInstance: containerInstance(1),
            tasks: [],
            listed: true,
            permitted: true,
            services: [],
          },
        ],
        managed: [],
        managedDraining: undefined,
        protections: [],
        unread: undefined,
        unnamed: [],
        missing: [],
        searchUnread: undefined,
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
    it(`${what} is looked for as well: it may have registered again`, async () => {
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
    const { found, run } = await play({ fails: { "ecs.findContainerInstances": "denied" } }, termination());
    expect(found.map(({ unread, instances }) => [unread, instances])).to.deep.equal([
      [{ call: "ecs.findContainerInstances", why: "denied" }, []],
    ]);
    expect(run.hasFailures).to.equal(true);
  });

  it("does so when its tasks cannot, and nothing else is asked of it", async () => {
    const { found, asked } = await play(
      {
        clusters: { main: { containerInstances: [containerInstance(1)], tasks: [task("RUNNING")] } },
        fails: { "ecs.describeTasks": "throttled" },
      },
      termination(),
    );
    expect(found.map(({ unread }) => unread)).to.deep.equal([
      { call: "ecs.describeTasks", why: "throttled" },
    ]);
    expect(asked).to.not.include("ecs.services main web");
  });

  it("does not keep those in another from being read", async () => {
    const other = termination({}, { instanceId: "i-2", settings: { clusterNames: ["other"] } });
    const { arns, found } = await play(
      {
        clusters: { other: { containerInstances: [containerInstance(2)] } },
        fails: { "ecs.findContainerInstances main": "unavailable" },
      },
      termination(),
      other,
    );
    expect(arns).to.deep.equal([[], ["ci-2"]]);
    expect(found.map(({ unread }) => unread)).to.deep.equal([
      { call: "ecs.findContainerInstances", why: "unavailable" },
      undefined,
    ]);
  });

  it("because it does not exist is unread, with a wrong name; it is gone where something was seen in it", async () => {
    const gone: Shown = {
      fails: { "ecs.findContainerInstances": "gone", "ecs.describeContainerInstances": "gone" },
    };
    const { lines, found } = await play(gone, termination());
    expect(found.map(({ unread, instances }) => [unread, instances])).to.deep.equal([
      [{ call: "ecs:ListContainerInstances", why: "gone" }, []],
    ]);
    expect(lines).to.deep.equal([
      ["error", "cannot be used", { name: "main", reason: "there is no such ECS cluster" }],
    ]);
    const before = await play(gone, termination(known));
    expect(before.found.map(({ unread, instances }) => [unread, instances])).to.deep.equal([[undefined, []]]);
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

describe("a search of all clusters", () => {
  it("tells every drain of the instance, though it is made once", async () => {
    const { run, asked } = showing({ clusters: { shop: { containerInstances: [containerInstance(1)] } } });
    const settings = { discover: "all", clusterNames: [] } as const;
    const found = async (hook: string) => {
      const [one] = await observeClusters(run, observable(termination({}, { hook, settings })), questions);
      return one?.clusters.instances.map(({ cluster }) => cluster);
    };
    expect(await found("drain")).to.deep.equal(["shop"]);
    expect(await found("second")).to.deep.equal(["shop"]);
    expect(asked.filter((each) => each === "ecs.clusters")).to.have.lengthOf(1);
  });
});
