// Protects the looks at an instance after its drain: few calls, in an order in which each is only made if it matters, and a word
// in the log when it is followed and when that ends.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import { reconcile } from "../../../../shared/reconcile/reconcile.ts";
import { Run } from "../../../../shared/run/run.ts";
import { containerInstance, type Shown, showing } from "../observe/shown.ts";
import { MINUTE, OURS, SINCE, seen, termination } from "../rules/builders.ts";

const silent = containerInstance(1, { status: "DRAINING", agentConnected: false });
const shown: Shown = {
  groupInstances: { "i-1": { group: "fleet", state: "Terminating:Proceed" } },
  clusters: { main: { containerInstances: [silent] } },
  instances: { "i-1": "shutting-down" },
};
const told = { ...shown, instances: { "i-1": "terminated" } } as const;
const FIND = [
  "autoScaling.terminatingHooks fleet",
  "ecs.describeContainerInstances main ci-1",
  "ecs.findContainerInstances main i-1",
];

/** One look at an instance that is followed. */
async function look(
  shows: Shown,
  { memory = {}, dryRun = false }: { memory?: Partial<Memory>; dryRun?: boolean } = {},
) {
  const { ports, asked, lines } = showing(shows);
  const deregister = async (cluster: string, arn: string, force: boolean) => {
    asked.push(`ecs.deregister ${cluster} ${arn}${force ? " by force" : ""}`);
  };
  const run = new Run({ ...ports, ecs: { ...ports.ecs, deregister } }, Number.POSITIVE_INFINITY);
  const of = termination({ ...seen, followedSince: SINCE, ...memory });
  const options = { mayComplete: true, dryRun, ours: OURS, keys: undefined, until: Number.POSITIVE_INFINITY };
  const [after] = await reconcile(run, [of], options);
  return { asked, lines, after, phrases: lines.map(([level, phrase]) => `${level}: ${phrase}`) };
}

describe("a look at an instance that is followed", () => {
  it("asks for its container instances, for EC2's word, and then for Auto Scaling's", async () => {
    const { asked, after, phrases } = await look(shown);
    expect(asked).to.deep.equal([...FIND, "ec2.states i-1", "autoScaling.describeInstances i-1"]);
    expect(after?.ending).to.equal("waiting");
    expect(phrases).to.deep.equal(["info: container instance followed"]);
  });

  it("tells once that it is followed", async () => {
    const { after } = await look(shown);
    const { phrases } = await look(shown, { memory: after?.termination.memory ?? {} });
    expect(phrases).to.deep.equal([]);
  });

  it("takes it out once it is terminated, by the names that ECS has, and is then over", async () => {
    const { asked, after, phrases } = await look(told);
    expect(asked).to.deep.equal([...FIND, "ec2.states i-1", "ecs.deregister main ci-1 by force"]);
    expect(after?.ending).to.equal("followed to its end");
    expect(phrases).to.deep.equal([
      "info: container instance followed",
      "info: container instance deregistered",
    ]);
  });

  it("asks nobody else where no container instance is silent, and says nothing: nobody was told of it", async () => {
    const back = containerInstance(1, { status: "DRAINING" });
    const { asked, after, phrases } = await look({
      ...told,
      clusters: { main: { containerInstances: [back] } },
    });
    expect(asked).to.deep.equal(FIND.slice(0, 2));
    expect(after?.ending).to.equal("followed to its end");
    expect(phrases).to.deep.equal([]);
  });

  it("says that it is over where it was told that it is followed", async () => {
    const { phrases } = await look(
      { ...told, clusters: { main: {} } },
      { memory: { logged: ["container instance followed"] } },
    );
    expect(phrases).to.deep.equal(["info: followed no further"]);
  });

  it("warns of what is left behind, with its names", async () => {
    const { after, lines } = await look(shown, { memory: { followedSince: SINCE - 60 * MINUTE } });
    expect(after?.ending).to.equal("followed to its end");
    const [level, phrase, fields] = lines.at(-1) ?? [];
    expect([level, phrase]).to.deep.equal(["warn", "container instance left behind"]);
    expect(fields).to.deep.include({
      clusters: ["main"],
      container_instances: ["ci-1"],
      followed_seconds: 3_660,
    });
    expect(String(fields?.reason)).to.include("it is shutting-down");
  });

  it("on a dry run says what would be done, and is over", async () => {
    const { asked, after, phrases } = await look(told, { dryRun: true });
    expect(asked.filter((each) => each.startsWith("ecs.deregister"))).to.deep.equal([]);
    expect(after?.ending).to.equal("followed to its end");
    expect(phrases).to.include("info: dry run");
  });

  for (const call of ["ecs.describeContainerInstances", "ec2.states", "autoScaling.describeInstances"]) {
    it(`goes on following where ${call} is denied`, async () => {
      const { after, asked } = await look({ ...shown, fails: { [call]: "denied" } });
      expect(after?.ending).to.equal("waiting");
      expect(asked.some((each) => each.startsWith("ecs.deregister"))).to.equal(false);
    });
  }
});
