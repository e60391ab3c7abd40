// Protects drains that take their time: over many runs, and whenever in the minute the functions are invoked.
import { expect } from "chai";
import { expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(3);
const terminate = [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }];
const ecs = (task: Record<string, unknown>) => ({
  functions: functions({ cluster_name: "main" }),
  clusters: [{ name: "main", services: [{ name: "worker", desired_count: 3, task }] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  timeline: terminate,
});

describe("scenarios: long drains", () => {
  it("a task that takes four minutes to stop is waited for", async () => {
    const outcome = await play(ecs({ stop_seconds: 240, stop_timeout_seconds: 300 }));
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    const [completed] = linesOf(outcome, "lifecycle action completed");
    expect(completed?.held_seconds).to.be.at.least(240);
  });

  it("a drain of 40 minutes goes on over many runs, and its message never ages", async () => {
    const outcome = await play({
      ...ecs({}),
      tasks: [{ cluster: "main", family: "batch", instance_ids: [ids[0]], task: { run_seconds: 3_000 } }],
    });
    // It ran ten minutes before the start, so 40 are left. Nothing changes for a quarter of an hour: passes are 30 s apart.
    expectDrained(outcome, { count: 1, withinSeconds: 35 });
    expectQuiet(outcome);
    expect(outcome.terminations[0]?.readyAt).to.be.at.least(outcome.startedAt + 2_390_000);
    expect(linesOf(outcome, "handed over", ids[0])).to.have.lengthOf.at.least(20);
    const waits = linesOf(outcome, "waiting", ids[0]).map((line) => line.waiting_for);
    expect(new Set(waits).size, "each wait is told once").to.equal(waits.length);
  });

  for (const offsets of [
    [0, 0],
    [0, 3],
    [30, 29],
    [59, 1],
    [1, 59],
    [10, 55],
  ] as const) {
    it(`the functions' ticks may fall ${offsets[0]} and ${offsets[1]} s after the minute`, async () => {
      const outcome = await play({
        ...ecs({ stop_seconds: 30 }),
        functions: functions({ cluster_name: "main" }, offsets),
      });
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
    });
  }

  it("a task that is already stopping at the first pass is waited for", async () => {
    const outcome = await play({
      ...ecs({}),
      clusters: [{ name: "main" }],
      tasks: [
        {
          cluster: "main",
          family: "batch",
          instance_ids: [ids[0]],
          task: { stop_seconds: 240, stop_timeout_seconds: 300 },
        },
      ],
      timeline: [...terminate, { at_seconds: 10, stop_tasks: { cluster: "main", family: "batch" } }],
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(outcome.terminations[0]?.readyAt).to.be.at.least(outcome.startedAt + 240_000);
  });
});
