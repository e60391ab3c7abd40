// Protects what is asked of ECS only where it explains something: managed draining, and protected tasks.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { ContainerInstance } from "../../../../shared/model/tasks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeClusters } from "../../../../shared/observe/cluster.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { MINUTE, SECOND, SINCE, task, termination } from "../rules/builders.ts";
import { observable } from "./records.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

async function play(shown: Shown, ...terminations: Termination[]) {
  const { run, asked } = showing(shown);
  const found = await observeClusters(run, observable(...terminations), questions);
  return { asked, found: found.map(({ clusters }) => clusters), run };
}

describe("whether ECS drains an instance itself", () => {
  const managed = async (
    change: Partial<ContainerInstance>,
    memory: Partial<Memory> = {},
    more: Partial<Shown> = {},
    managesDraining = true,
  ) => {
    const { asked, found } = await play(
      {
        clusters: { main: { containerInstances: [containerInstance(1, change)], managesDraining } },
        ...more,
      },
      termination(memory),
    );
    return [asked.includes("ecs.managesDraining main"), found[0]?.managedDraining];
  };
  const theirs = { status: "DRAINING", capacityProvider: "spot" };

  it("is asked of one that drains though not by us, and came by a capacity provider", async () => {
    expect(await managed(theirs)).to.deep.equal([true, true]);
    expect(await managed(theirs, {}, {}, false)).to.deep.equal([true, false]);
    expect(await managed(theirs, { drained: [{ what: "ci-9", at: SINCE }] })).to.deep.equal([true, true]);
  });

  it("is not asked of one that we drain, that is ACTIVE, or that registered by itself", async () => {
    expect(await managed(theirs, { drained: [{ what: "ci-1", at: SINCE }] })).to.deep.equal([
      false,
      undefined,
    ]);
    expect(await managed({ ...theirs, status: "ACTIVE" })).to.deep.equal([false, undefined]);
    expect(await managed({ ...theirs, capacityProvider: undefined })).to.deep.equal([false, undefined]);
  });

  it("stays unknown where it cannot be read", async () => {
    expect(await managed(theirs, {}, { fails: { "ecs.managesDraining": "denied" } })).to.deep.equal([
      true,
      undefined,
    ]);
  });

  it("holds for those that it drains alone, and is asked once a run", async () => {
    const { asked, found } = await play(
      {
        clusters: {
          main: {
            containerInstances: [
              containerInstance(1, theirs),
              containerInstance(2, theirs),
              containerInstance(3),
            ],
            managesDraining: true,
          },
        },
      },
      termination(),
      termination({}, { instanceId: "i-2" }),
      termination({}, { instanceId: "i-3" }),
    );
    expect(found.map(({ managedDraining }) => managedDraining)).to.deep.equal([true, true, undefined]);
    expect(asked.filter((each) => each === "ecs.managesDraining main")).to.have.lengthOf(1);
  });

  it("holds where one of two clusters does", async () => {
    const inIt = { containerInstances: [containerInstance(1, theirs)] };
    const { found } = await play(
      { clusters: { main: { ...inIt, managesDraining: true }, other: inIt } },
      termination({}, { settings: { clusterNames: ["main", "other"] } }),
    );
    expect(found.map(({ managedDraining }) => managedDraining)).to.deep.equal([true]);
  });
});

describe("the protection of tasks", () => {
  const until = SINCE + 60 * MINUTE;
  const stalled = { changedAt: SINCE };
  const shown = (change: Partial<ContainerInstance> = { status: "DRAINING" }, more: Partial<Shown> = {}) => ({
    now: 2 * MINUTE,
    clusters: {
      main: {
        containerInstances: [containerInstance(1, change)],
        tasks: [
          task("RUNNING", { arn: "a" }),
          task("RUNNING", { arn: "alone", service: undefined }),
          task("RUNNING", { arn: "b" }),
          task("STOPPING", { arn: "stopping" }),
          task("STOPPED", { arn: "stopped" }),
        ],
        protections: [
          { task: "b", until: undefined },
          { task: "a", until },
        ],
      },
    },
    ...more,
  });
  const asksOf = (asked: readonly string[]) => asked.filter((each) => each.startsWith("ecs.protections"));

  it("is asked where nothing has moved for two minutes, for the services' tasks that are to run", async () => {
    const { asked, found } = await play(shown(), termination(stalled));
    expect(asksOf(asked)).to.deep.equal(["ecs.protections main a b"]);
    expect(found.map(({ protections }) => protections)).to.deep.equal([
      [
        { task: "a", until },
        { task: "b", until: undefined },
      ],
    ]);
  });

  it("is not asked sooner, nor where the instance is not DRAINING", async () => {
    const sooner = await play({ ...shown(), now: 2 * MINUTE - SECOND }, termination(stalled));
    expect(asksOf(sooner.asked)).to.deep.equal([]);
    expect(sooner.found.map(({ protections }) => protections)).to.deep.equal([[]]);
    expect(asksOf((await play(shown({ status: "ACTIVE" }), termination(stalled))).asked)).to.deep.equal([]);
  });

  it("is asked once a run, of those that are not protected too", async () => {
    const none = shown();
    const { run, asked } = showing({
      ...none,
      clusters: { main: { ...none.clusters.main, protections: [] } },
    });
    const records = observable(termination(stalled));
    await observeClusters(run, records, questions);
    const again = await observeClusters(run, records, questions);
    expect(asksOf(asked)).to.deep.equal(["ecs.protections main a b"]);
    expect(again.map(({ clusters }) => clusters.protections)).to.deep.equal([[]]);
  });

  it("that cannot be read keeps nothing: the rest is read, and the failure noted", async () => {
    const { found, run } = await play(
      shown(undefined, { fails: { "ecs.protections": "denied" } }),
      termination(stalled),
    );
    expect(found.map(({ protections, unread }) => [protections, unread])).to.deep.equal([[[], undefined]]);
    expect(run.hasFailures).to.equal(true);
  });

  it("is asked of each cluster for its own tasks", async () => {
    const { asked } = await play(
      {
        now: 2 * MINUTE,
        clusters: {
          main: {
            containerInstances: [containerInstance(1, { status: "DRAINING" })],
            tasks: [task("RUNNING", { arn: "a" })],
          },
          other: {
            containerInstances: [containerInstance(1, { arn: "ci-other", status: "DRAINING" })],
            tasks: [task("RUNNING", { arn: "b", containerInstance: "ci-other" })],
          },
        },
      },
      termination(stalled, { settings: { clusterNames: ["main", "other"] } }),
    );
    expect(asksOf(asked)).to.have.members(["ecs.protections main a", "ecs.protections other b"]);
  });
});
