// Protects which tasks are read: those known are described again, and listed only where there may be others.
import { expect } from "chai";
import { apart, isRead } from "../../../../shared/base/errors.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { observeTasks } from "../../../../shared/observe/tasks.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { MINUTE, SINCE, task, termination } from "../rules/builders.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

const running = task("RUNNING", { arn: "task-1" });
const stopped = task("STOPPED", { arn: "task-2" });

async function play(
  memory: Partial<Memory>,
  tasks: readonly (typeof running)[],
  tasksToRun = tasks.filter(({ shouldRun }) => shouldRun).length,
  fails: Shown["fails"] = {},
) {
  const { run, asked } = showing({ clusters: { main: { tasks } }, fails });
  const hosted = {
    termination: termination(memory),
    containerInstance: containerInstance(1, { tasksToRun }),
  };
  const found = await observeTasks(run, "main", [hosted], questions);
  const clusterInstances = apart(found.map(({ clusterInstance }) => clusterInstance)).read;
  return { asked, clusterInstances, arns: clusterInstances.map((each) => each.tasks.map(({ arn }) => arn)) };
}

describe("the tasks of an instance", () => {
  it("are listed where they never were, and described", async () => {
    const { asked, clusterInstances } = await play({}, [running]);
    expect(asked).to.deep.equal([
      "ecs.listTasksToRun main ci-1",
      "ecs.listStoppingTasks main ci-1",
      "ecs.describeTasks main task-1",
    ]);
    expect(clusterInstances).to.deep.equal([
      {
        cluster: "main",
        containerInstance: containerInstance(1, { tasksToRun: 1 }),
        tasks: [running],
        listed: true,
        permitted: true,
        services: [],
      },
    ]);
  });

  it("that are known, and all that the container instance counts, are described and not listed", async () => {
    const { asked, clusterInstances } = await play({ tasks: ["task-1"] }, [running]);
    expect(asked).to.deep.equal(["ecs.describeTasks main task-1"]);
    expect(clusterInstances.map(({ listed, tasks }) => [listed, tasks])).to.deep.equal([[false, [running]]]);
  });

  it("are listed where the container instance counts more than are known: the new ones alone are described", async () => {
    const other = task("RUNNING", { arn: "task-3" });
    const { asked, clusterInstances, arns } = await play({ tasks: ["task-1"] }, [running, other]);
    expect(asked).to.deep.equal([
      "ecs.describeTasks main task-1",
      "ecs.listTasksToRun main ci-1",
      "ecs.listStoppingTasks main ci-1",
      "ecs.describeTasks main task-3",
    ]);
    expect(arns).to.deep.equal([["task-1", "task-3"]]);
    expect(clusterInstances.map(({ listed }) => listed)).to.deep.equal([true]);
  });

  it("are listed where it counts fewer: one that is stopping is no longer counted", async () => {
    const { asked } = await play({ tasks: ["task-1"] }, [running], 0);
    expect(asked.slice(1)).to.deep.equal(["ecs.listTasksToRun main ci-1", "ecs.listStoppingTasks main ci-1"]);
  });

  it("that stop are not counted by the container instance, and it is right without them", async () => {
    const stopping = task("STOPPING", { arn: "task-1" });
    expect((await play({ tasks: ["task-1"] }, [stopping])).asked).to.deep.equal([
      "ecs.describeTasks main task-1",
    ]);
  });

  it("are listed once more when all have STOPPED, and no more once that was believed", async () => {
    expect((await play({ tasks: ["task-2"] }, [stopped])).asked).to.deep.equal([
      "ecs.describeTasks main task-2",
      "ecs.listTasksToRun main ci-1",
      "ecs.listStoppingTasks main ci-1",
    ]);
    const noTasksVersions = [{ arn: "ci-1", version: 1 }];
    expect((await play({ tasks: [], noTasksVersions }, [])).asked).to.deep.equal([]);
  });

  it("are listed once more when all have STOPPED, where its version is another one since: a task may have started", async () => {
    for (const each of [
      { arn: "ci-1", version: 2 },
      { arn: "ci-2", version: 1 },
    ]) {
      const { asked } = await play({ tasks: [], noTasksVersions: [each] }, []);
      expect(asked).to.deep.equal(["ecs.listTasksToRun main ci-1", "ecs.listStoppingTasks main ci-1"]);
    }
  });

  it("are listed without those that are to run where none of these has been counted for ten seconds", async () => {
    const of = async (noTasksToRunSince: number) => {
      const { asked, clusterInstances } = await play({ tasks: ["task-2"], noTasksToRunSince }, [stopped]);
      return [asked.slice(1), clusterInstances.map(({ listed }) => listed)];
    };
    expect(await of(SINCE + MINUTE - 10_000)).to.deep.equal([["ecs.listStoppingTasks main ci-1"], [true]]);
    expect(await of(SINCE + MINUTE - 9_999)).to.deep.equal([
      ["ecs.listTasksToRun main ci-1", "ecs.listStoppingTasks main ci-1"],
      [true],
    ]);
  });

  it("are listed where none is known and none was ever believed to be the last", async () => {
    expect((await play({ tasks: [] }, [])).asked).to.deep.equal([
      "ecs.listTasksToRun main ci-1",
      "ecs.listStoppingTasks main ci-1",
    ]);
  });

  it("that ECS does not know any more, and does not list after that, are gone", async () => {
    const { asked, arns } = await play({ tasks: ["task-1", "task-9"] }, [running]);
    expect(arns).to.deep.equal([["task-1"]]);
    expect(asked).to.deep.equal([
      "ecs.describeTasks main task-1 task-9",
      "ecs.listTasksToRun main ci-1",
      "ecs.listStoppingTasks main ci-1",
    ]);
  });

  it("belong to the container instance that they are on, in a batch of many, each asked for once", async () => {
    const theirs = task("RUNNING", { arn: "task-3", containerInstance: "ci-2" });
    const { run, asked } = showing({ clusters: { main: { tasks: [running, theirs] } } });
    const known = { tasks: ["task-1"] };
    const [one, again] = [termination(known), termination(known, { hook: "other" })];
    const two = termination({}, { instanceId: "i-2" });
    const counted = { tasksToRun: 1 };
    const hosted = [one, again, two].map((termination, i) => ({
      termination,
      containerInstance: containerInstance(i < 2 ? 1 : 2, counted),
    }));
    const found = await observeTasks(run, "main", hosted, questions);
    expect(asked).to.deep.equal([
      "ecs.describeTasks main task-1",
      "ecs.listTasksToRun main ci-2",
      "ecs.listStoppingTasks main ci-2",
      "ecs.describeTasks main task-3",
    ]);
    const listing = found.map(({ termination: { instanceId, hook }, clusterInstance }) => [
      `${instanceId} ${hook}`,
      ...(isRead(clusterInstance)
        ? [clusterInstance.tasks.map(({ arn }) => arn), clusterInstance.listed]
        : [clusterInstance]),
    ]);
    expect(listing).to.deep.equal([
      ["i-1 drain", ["task-1"], false],
      ["i-1 other", ["task-1"], false],
      ["i-2 drain", ["task-3"], true],
    ]);
  });

  it("of an instance that registered again are those of each of its container instances", async () => {
    const { run } = showing({
      clusters: { main: { tasks: [running, { ...stopped, containerInstance: "ci-1b" }] } },
    });
    const both = [containerInstance(1, { status: "INACTIVE" }), containerInstance(1, { arn: "ci-1b" })];
    const hosted = both.map((each) => ({ termination: termination(), containerInstance: each }));
    const found = await observeTasks(run, "main", hosted, questions);
    const tasksOn = apart(found.map(({ clusterInstance }) => clusterInstance)).read.map(
      ({ containerInstance: on, tasks }) => [on.arn, tasks.map(({ arn }) => arn)],
    );
    expect(tasksOn).to.deep.equal([
      ["ci-1", ["task-1"]],
      ["ci-1b", ["task-2"]],
    ]);
  });
});
