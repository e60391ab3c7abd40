// Protects which addresses in a target group are an instance's: those of its tasks, until another task has them.
import { expect } from "chai";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { Task } from "../../../../shared/model/tasks.ts";
import { observeRegistrations } from "../../../../shared/observe/load-balancers.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { clusterInstanceOf, SINCE, task, termination } from "../rules/builders.ts";
import { clustered } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const ADDRESS = "10.0.0.7";
const live = task("RUNNING", { arn: "live", addresses: [ADDRESS] });
const stopped = task("STOPPED", { arn: "stopped", addresses: [ADDRESS], stoppedAt: SINCE });
type Listed = Omit<RegisteredTarget, "pointsAt">;
const listed = (state: RegisteredTarget["state"], id = ADDRESS): Listed => ({
  id,
  port: 80,
  state,
  invalid: false,
});
const groups = (targets: readonly Listed[], ...names: string[]) =>
  names.map((name) => ({ arn: `arn:${name}`, name, targetType: "ip", network: false, targets }));

/** Reads a group of addresses with the tasks that the instance has, and the others of the cluster. */
async function play(
  tasks: readonly Task[],
  targets: readonly Listed[],
  { others = [], named = ["ip"], fails = {} }: { others?: Task[]; named?: string[]; fails?: Shown["fails"] },
) {
  const { run, asked } = showing({
    targetGroups: groups(targets, ...named),
    clusters: { main: { tasks: others } },
    fails,
  });
  const of = termination({}, { settings: { targetGroups: named } });
  const records = [clustered(of, { instances: [clusterInstanceOf({}, tasks)] })];
  const [found] = await observeRegistrations(run, records, questions);
  const { registrations = [], unread } = found?.registered ?? {};
  const own = registrations.map((each) => [each.target, each.state, each.addressTask?.arn]);
  return { asked, own, registrations, unread };
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
        unnamed: false,
        services: [],
        canRecheckRegistered: true,
        networkLoadBalancer: false,
        addressTask: live,
      },
    ]);
    expect(asked.filter((each) => each.startsWith("ecs."))).to.deep.equal([]);
    expect((await play([live], [listed("draining")], {})).own).to.deep.equal([[ADDRESS, "draining", "live"]]);
  });

  it("is nobody's here where no task of the instance has it, not even by the instance's id", async () => {
    expect(
      (await play([task("RUNNING")], [listed("registered"), listed("registered", "i-1")], {})).own,
    ).to.deep.equal([]);
  });

  it("is its own still once the task has STOPPED, where no other has it by now", async () => {
    const { asked, own } = await play([stopped], [listed("registered")], {});
    expect(own).to.deep.equal([[ADDRESS, "registered", "stopped"]]);
    expect(asked.slice(-1)).to.deep.equal(["ecs.listAllTasksToRun main"]);
  });

  it("is another's where a task that is to run has it by now", async () => {
    const other = task("RUNNING", { arn: "other", addresses: [ADDRESS] });
    expect((await play([stopped], [listed("registered")], { others: [other] })).own).to.deep.equal([]);
    const toRunItself = { ...stopped, shouldRun: true };
    expect((await play([stopped], [listed("registered")], { others: [toRunItself] })).own).to.deep.equal([
      [ADDRESS, "registered", "stopped"],
    ]);
  });

  it("of a task that has STOPPED is left alone while it drains: somebody takes it out", async () => {
    const { asked, own } = await play([stopped], [listed("draining")], {});
    expect(own).to.deep.equal([]);
    expect(asked).to.not.include("ecs.listAllTasksToRun main");
  });

  it("of a task that had STOPPED before the drain, or nobody knows when, is not the instance's", async () => {
    for (const stoppedAt of [SINCE - 1, undefined]) {
      expect((await play([{ ...stopped, stoppedAt }], [listed("registered")], {})).own).to.deep.equal([]);
    }
  });

  it("that one task had and another has on the same instance is the live one's", async () => {
    for (const tasks of [
      [live, stopped],
      [stopped, live],
    ]) {
      expect((await play(tasks, [listed("registered")], {})).own).to.deep.equal([
        [ADDRESS, "registered", "live"],
      ]);
    }
  });

  it("is checked against a cluster's tasks read once a pass, however many groups it is in", async () => {
    const { asked, own } = await play([stopped], [listed("registered")], { named: ["ip", "ip2"] });
    expect(own).to.have.lengthOf(2);
    expect(asked.filter((each) => each === "ecs.listAllTasksToRun main")).to.have.lengthOf(1);
  });

  it("leaves the registrations unread where the cluster's tasks cannot be read", async () => {
    const { own, unread } = await play([stopped], [listed("registered")], {
      fails: { "ecs.listAllTasksToRun": "throttled" },
    });
    expect(own).to.deep.equal([]);
    expect(unread).to.deep.equal({ call: "ecs.listAllTasksToRun", why: "throttled" });
  });
});
