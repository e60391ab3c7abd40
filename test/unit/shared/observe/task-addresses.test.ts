// Protects which addresses in a target group are an instance's: those of its tasks, until another task has them.
import { expect } from "chai";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { Task } from "../../../../shared/model/tasks.ts";
import type { InstanceInClusters } from "../../../../shared/observe/cluster.ts";
import { observeRegistrations, type Registrations } from "../../../../shared/observe/load-balancers.ts";
import { clusterInstanceOf, SINCE, task, termination } from "../rules/builders.ts";
import { type Shown, showing } from "./shown.ts";

const ADDRESS = "10.0.0.7";
const live = task("RUNNING", { arn: "live", addresses: [ADDRESS] });
const stopped = task("STOPPED", { arn: "stopped", addresses: [ADDRESS], stoppedAt: SINCE });
const listed = (state: RegisteredTarget["state"], id = ADDRESS): RegisteredTarget => ({
  id,
  port: 80,
  state,
  invalid: false,
});
const memberWith = (...tasks: Task[]): InstanceInClusters => ({
  clusterInstances: [clusterInstanceOf({}, tasks)],
  targetGroups: [],
  elbNames: [],
  managedDraining: undefined,
  protections: [],
  unread: undefined,
});
const groups = (targets: readonly RegisteredTarget[], ...names: string[]) =>
  names.map((name) => ({ arn: `arn:${name}`, name, targetType: "ip", network: false, targets }));

/** Plays a look at a group of addresses with the tasks that the instance has, and the others of the cluster. */
async function play(
  tasks: readonly Task[],
  targets: readonly RegisteredTarget[],
  { others = [], named = ["ip"], fails = {} }: { others?: Task[]; named?: string[]; fails?: Shown["fails"] },
) {
  const { run, asked } = showing({
    targetGroups: groups(targets, ...named),
    clusters: { main: { tasks: others } },
    fails,
  });
  const of = termination({}, { settings: { targetGroups: named } });
  const found = await observeRegistrations(run, [of], new Map([[of, memberWith(...tasks)]]));
  const { registrations, unread } = found.get(of) as Registrations;
  const held = registrations.map((each) => [each.target, each.state, each.addressTask?.arn]);
  return { asked, held, registrations, unread };
}

describe("an address in a target group", () => {
  it("is the instance's while its task has not STOPPED; it points at none of the instance's ports", async () => {
    const { asked, registrations } = await play(
      [live],
      [listed("registered"), listed("registered", "10.0.0.8")],
      {},
    );
    expect(registrations).to.deep.equal([
      {
        kind: "target",
        id: "arn:ip",
        name: "ip",
        target: ADDRESS,
        port: 80,
        pointsAt: [],
        state: "registered",
        invalid: false,
        managed: false,
        services: [],
        networkLoadBalancer: false,
        addressTask: live,
      },
    ]);
    expect(asked.filter((each) => each.startsWith("ecs."))).to.deep.equal([]);
    expect((await play([live], [listed("draining")], {})).held).to.deep.equal([
      [ADDRESS, "draining", "live"],
    ]);
  });

  it("is nobody's here where no task of the instance has it, not even by the instance's id", async () => {
    expect(
      (await play([task("RUNNING")], [listed("registered"), listed("registered", "i-1")], {})).held,
    ).to.deep.equal([]);
  });

  it("is its own still once the task has STOPPED, where no other has it by now", async () => {
    const { asked, held } = await play([stopped], [listed("registered")], {});
    expect(held).to.deep.equal([[ADDRESS, "registered", "stopped"]]);
    expect(asked.slice(-1)).to.deep.equal(["ecs.listAllWanted main"]);
  });

  it("is another's where a task that is to run has it by now", async () => {
    const other = task("RUNNING", { arn: "other", addresses: [ADDRESS] });
    expect((await play([stopped], [listed("registered")], { others: [other] })).held).to.deep.equal([]);
    const wantedItself = { ...stopped, shouldRun: true };
    expect((await play([stopped], [listed("registered")], { others: [wantedItself] })).held).to.deep.equal([
      [ADDRESS, "registered", "stopped"],
    ]);
  });

  it("of a task that has STOPPED is left alone while it drains: somebody takes it out", async () => {
    const { asked, held } = await play([stopped], [listed("draining")], {});
    expect(held).to.deep.equal([]);
    expect(asked).to.not.include("ecs.listAllWanted main");
  });

  it("of a task that had STOPPED before the drain, or nobody knows when, is not looked at", async () => {
    for (const stoppedAt of [SINCE - 1, undefined]) {
      expect((await play([{ ...stopped, stoppedAt }], [listed("registered")], {})).held).to.deep.equal([]);
    }
  });

  it("that one task had and another has on the same instance is the live one's", async () => {
    for (const tasks of [
      [live, stopped],
      [stopped, live],
    ]) {
      expect((await play(tasks, [listed("registered")], {})).held).to.deep.equal([
        [ADDRESS, "registered", "live"],
      ]);
    }
  });

  it("is checked against a cluster's tasks read once a look, however many groups it is in", async () => {
    const { asked, held } = await play([stopped], [listed("registered")], { named: ["ip", "ip2"] });
    expect(held).to.have.lengthOf(2);
    expect(asked.filter((each) => each === "ecs.listAllWanted main")).to.have.lengthOf(1);
  });

  it("leaves the registrations unread where the cluster's tasks cannot be read", async () => {
    const { held, unread } = await play([stopped], [listed("registered")], {
      fails: { "ecs.listAllWanted": "throttled" },
    });
    expect(held).to.deep.equal([]);
    expect(unread).to.equal("ecs.listAllWanted to be answered (throttled)");
  });
});
