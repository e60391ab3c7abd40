// Protects the minute's seams: a run hands over to the next one without a gap between passes, also when that one
// is busy with a termination of its own.
import { expectDrained, expectQuiet, functions, HOOK, instanceIds, play } from "./fixture.ts";

const ids = instanceIds(4);
/** When the instances' tasks end by themselves, counted from the termination: later than the 130 s that it may take. */
const TASKS_END_AFTER = [142, 144, 146];

describe("scenarios: hand-over", () => {
  for (const offset of [0, 3, 7, 13, 20, 26, 33, 40, 47, 53]) {
    it(`three terminations a minute apart, the first ${offset} s after the minute`, async () => {
      const terminations = ids.slice(0, 3).map((id, i) => ({
        id,
        at: 60 + offset + 60 * i,
        taskEndsAfter: TASKS_END_AFTER[i] as number,
      }));
      const outcome = await play({
        functions: functions({ cluster_name: "main" }),
        clusters: [{ name: "main" }],
        auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
        timeline: terminations.flatMap(({ id, at, taskEndsAfter }) => [
          {
            at_seconds: 1,
            run_tasks: {
              cluster: "main",
              family: `batch-${at}`,
              instance_ids: [id],
              task: { run_seconds: at - 1 + taskEndsAfter },
            },
          },
          { at_seconds: at, terminate: { instance_ids: [id] } },
        ]),
      });
      expectDrained(outcome, { count: 3 });
      expectQuiet(outcome);
    });
  }
});
