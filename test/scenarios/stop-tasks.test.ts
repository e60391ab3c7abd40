// Protects what is done about tasks that do not leave by themselves: stopped where the input says so, once nothing else is
// left; else they hold the instance, and the log says that they do.
import { expect } from "chai";
import { calls, expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(2);
const [leaving] = ids as [string];
const fleet = (
  keys: Record<string, unknown>,
  tasks: Record<string, unknown>[],
  services: Record<string, unknown>[] = [],
) => ({
  functions: functions({ cluster_name: "main", ...keys }),
  clusters: [
    {
      name: "main",
      services: [{ name: "worker", desired_count: 2, task: { stop_seconds: 20 } }, ...services],
    },
  ],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  tasks: tasks.map((task) => ({ cluster: "main", instance_ids: [leaving], ...task })),
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }],
});
const bootTask = { family: "logs", started_by: leaving };
const batch = { family: "batch" };
const DAEMON = { name: "agent", scheduling_strategy: "DAEMON", task: { stop_seconds: 5 } };

describe("scenarios: tasks that do not leave by themselves", () => {
  it("what the instance itself started is stopped once nothing else is left", async () => {
    const outcome = await play(fleet({}, [bootTask]));
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    const [stopped] = linesOf(outcome, "task stopped", leaving);
    expect(stopped?.of).to.equal(leaving);
    const workers = outcome.simulation.world.story.lines.filter(
      (line) => line.kind === "task" && line.service === "worker" && line.status === "STOPPED",
    );
    expect(new Date(String(stopped?.time)).getTime(), "not before the others have STOPPED").to.be.at.least(
      workers[0]?.at ?? Number.POSITIVE_INFINITY,
    );
  });

  it("other standalone tasks hold the instance until the deadline", async () => {
    const outcome = await play(fleet({ drain_timeout_seconds: 300 }, [batch, bootTask]));
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations[0]?.reason).to.include("task");
    expect(calls(outcome, "ecs:StopTask"), "none is stopped while another holds it").to.equal(0);
  });

  it("stop_tasks all: they are stopped too", async () => {
    const outcome = await play(fleet({ stop_tasks: "all" }, [batch, bootTask]));
    expectDrained(outcome, { count: 1 });
    expect(calls(outcome, "ecs:StopTask")).to.equal(2);
  });

  it("stop_tasks none: even the instance's own hold it", async () => {
    const outcome = await play(fleet({ stop_tasks: "none", drain_timeout_seconds: 300 }, [bootTask]));
    expect(outcome.terminations[0]?.reason).to.include("a task");
    expect(calls(outcome, "ecs:StopTask")).to.equal(0);
  });

  it("a daemon service's task leaves after all others, whoever stops it", async () => {
    const outcome = await play(fleet({}, [], [DAEMON]));
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
  });
});
