// Protects instances whose agent joins a cluster after a round has searched it: they are searched for once more, before a completion
// and before anything is taken out. Rule 17.
import { expect } from "chai";
import type { AutoScalingView } from "../../../../shared/model/observation.ts";
import { observe } from "../../../../shared/observe/observe.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { hook, SINCE, task, termination } from "../rules/builders.ts";
import { inPass } from "./records.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

const held: AutoScalingView = {
  groupInstance: { group: "fleet", state: "Terminating:Wait" },
  hooks: [hook()],
  owner: "ours",
  retains: undefined,
  activity: undefined,
  interruption: undefined,
  areSendersKnown: true,
  unread: {},
};
const joined = { containerInstances: [containerInstance(1)], tasks: [task("RUNNING")] };
const asksFor = (cluster: string) => `ecs.findContainerInstances ${cluster} i-1`;
/** A drain whose round was whole a minute ago, before the agent joined. */
const searched = (clusterNames: readonly string[] = []) =>
  termination({ roundAt: SINCE }, { settings: { discover: "all", clusterNames } });

async function play(shown: Shown, of = searched()) {
  const { run, asked, lines } = showing(shown);
  const passes = inPass(of).map((each) => ({ ...each, view: held }));
  const look = async () => (await observe(run, passes, questions))[0]?.observation;
  return { look, observed: await look(), asked, lines };
}

describe("an instance that was in no cluster", () => {
  it("is searched for once more where nothing is left, and is seen with its tasks where its agent has joined one", async () => {
    const { observed, asked } = await play({ clusters: { other: {}, shop: joined } });
    expect(observed?.clusterInstances.map(({ cluster, tasks }) => [cluster, tasks.length])).to.deep.equal([
      ["shop", 1],
    ]);
    expect(observed?.discovery?.unnamed).to.deep.equal([{ kind: "cluster", name: "shop" }]);
    expect(asked).to.include("ecs.clusters").and.not.include(asksFor("other"));
  });

  it("is seen before its registration counts as ours", async () => {
    const instanceIds = new Set(["i-1"]);
    const { observed } = await play(
      { clusters: { shop: joined }, classic: [{ name: "elb", instancePorts: [80], instanceIds }] },
      termination({ roundAt: SINCE }, { settings: { discover: "all", clusterNames: [], elbNames: ["elb"] } }),
    );
    expect(observed?.clusterInstances).to.have.lengthOf(1);
  });

  it("costs two calls, and one for each cluster with instances that nobody named", async () => {
    const others = { containerInstances: [containerInstance(2)] };
    const { observed, asked } = await play({ clusters: { main: others, shop: others } }, searched(["main"]));
    expect(asked).to.deep.equal([asksFor("main"), "ecs.clusters", asksFor("shop")]);
    expect(observed?.discovery?.isWhole).to.equal(true);
  });

  it("is not searched for again where its clusters cannot be listed or read: the round is not whole then", async () => {
    for (const call of ["ecs.clusters", "ecs.findContainerInstances shop"]) {
      const { observed } = await play({ clusters: { shop: joined }, fails: { [call]: "throttled" } });
      expect(observed?.unread.discovery?.why).to.equal("throttled");
      expect(observed?.discovery).to.include({ isWhole: false, wasWhole: true, wholeAt: SINCE });
    }
  });

  it("is searched for once in the pass that makes a round, and again in the next one", async () => {
    const never = termination({}, { settings: { discover: "all", clusterNames: [] } });
    const networks = { "i-1": { vpc: "vpc-1", addresses: [] } };
    const others = { containerInstances: [containerInstance(2)] };
    const { look, asked } = await play({ clusters: { shop: others }, networks }, never);
    const count = () => asked.filter((each) => each === asksFor("shop")).length;
    expect(count()).to.equal(1);
    expect((await look())?.discovery?.isWhole).to.equal(true);
    expect(count()).to.equal(2);
  });

  it("in a cluster that is gone by now is in none", async () => {
    const { observed } = await play({
      clusters: { shop: joined },
      fails: { "ecs.findContainerInstances shop": "gone" },
    });
    expect(observed).to.deep.include({ clusterInstances: [], unread: {} });
  });
});
