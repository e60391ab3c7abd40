// Protects which lists of tasks are asked for: no task may be missed, however the reads lag, and no list is without need.
import { expect } from "chai";
import type { Task } from "../../shared/aws/ecs.ts";
import { observeTasks } from "../../shared/observe-tasks.ts";
import type { Ports } from "../../shared/ports.ts";
import type { Memory } from "../../shared/termination.ts";
import { memberOf, task, termination } from "./decide/builders.ts";
import { untouchablePorts } from "./ports.ts";

const NOW = 1_000_000;

/** Looks at one container instance, which counts so many tasks that are to run. */
async function play(memory: Partial<Memory>, wantedTasks: number, tasks: readonly Task[]) {
  const { ports: untouchable } = untouchablePorts();
  const asked: string[] = [];
  const list = (what: string, isWanted: boolean) => async () => {
    asked.push(what);
    return tasks.filter(({ wanted }) => wanted === isWanted).map(({ arn }) => arn);
  };
  const ports: Ports = {
    ...untouchable,
    now: () => NOW,
    ecs: {
      ...untouchable.ecs,
      listWanted: list("wanted", true),
      listUnwanted: list("unwanted", false),
      describeTasks: async (_, arns) => tasks.filter(({ arn }) => arns.includes(arn)),
    },
  };
  const watched = termination(memory);
  const { containerInstance } = memberOf({ status: "DRAINING", wantedTasks });
  const found = await observeTasks(ports, "main", [watched], new Map([["i-1", [containerInstance]]]));
  const [member] = found.get(watched) ?? [];
  return { asked, listed: member?.listed, tasks: member?.tasks.map(({ arn }) => arn) };
}

const running = task("RUNNING", { arn: "a" });
const stopping = task("STOPPING", { arn: "b" });
const stopped = task("STOPPED", { arn: "c" });

describe("the lists of tasks", () => {
  it("are both asked for at a first look", async () => {
    const all = ["wanted", "unwanted"];
    expect(await play({}, 1, [running, stopping])).to.deep.equal({
      asked: all,
      listed: true,
      tasks: ["a", "b"],
    });
    expect((await play({}, 0, [])).asked).to.deep.equal(all);
  });

  it("are not asked for while the count is of those that are known, and one has not STOPPED", async () => {
    const known = ["a", "b", "c"];
    expect(await play({ tasks: known }, 1, [running, stopping, stopped])).to.deep.equal({
      asked: [],
      listed: false,
      tasks: known,
    });
  });

  it("are both asked for where the count is of others too", async () => {
    const { asked, tasks } = await play({ tasks: ["b"] }, 1, [running, stopping]);
    expect([asked, tasks]).to.deep.equal([
      ["wanted", "unwanted"],
      ["b", "a"],
    ]);
  });

  it("are both asked for once all are STOPPED, where none was counted too lately for that to be certain", async () => {
    const of = async (noWantedSince: number | undefined) =>
      (await play({ tasks: ["c"], noWantedSince }, 0, [stopped])).asked;
    expect(await of(undefined)).to.deep.equal(["wanted", "unwanted"]);
    expect(await of(NOW - 9_999)).to.deep.equal(["wanted", "unwanted"]);
  });

  it("are spared those that are to run where none has been counted for ten seconds", async () => {
    const { asked, listed, tasks } = await play({ tasks: ["c"], noWantedSince: NOW - 10_000 }, 0, [
      stopped,
      stopping,
    ]);
    expect([asked, listed, tasks]).to.deep.equal([["unwanted"], true, ["c", "b"]]);
  });

  it("are not asked for again once it is certain that none is left", async () => {
    expect((await play({ tasks: ["c"], noTasksAt: NOW }, 0, [stopped])).asked).to.deep.equal([]);
  });
});
