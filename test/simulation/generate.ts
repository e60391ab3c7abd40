import { randomSource } from "../../simulator/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { some } from "./draw.ts";
import { disturbanceOf, faultsOf, skewOf } from "./faults.ts";
import { happeningsOf } from "./happenings.ts";
import { drainKeys, nameKeys } from "./policy.ts";
import { namesIn, worldOf } from "./world.ts";

/** When it is given up at the latest, in seconds: longer than any drain with all that may delay it. */
const ENDS_AFTER = 7_200;

/** The functions' queues, as the template makes them. */
export const queues = [
  { name: "lifecycle-dead-letters", retention_seconds: 1_209_600 },
  { name: "monitor-dead-letters", retention_seconds: 1_209_600 },
  ...["lifecycle", "monitor"].map((name) => ({
    name,
    visibility_timeout_seconds: 120,
    dead_letter_queue: `${name}-dead-letters`,
    max_receive_count: 240,
  })),
];

/**
 * The scenario of a seed: a world, what happens to it, what goes wrong, and how the functions are told to drain it. It is
 * a scenario file as any other, so that a failure can be printed, played again and made smaller.
 */
export function scenarioOf(seed: number): ScenarioInput {
  const source = randomSource(seed);
  const place = worldOf(source("world"));
  const names = namesIn(place);
  const random = source("policy");
  const keys = { ...nameKeys(names), ...drainKeys(random, names, 0.5) };
  const notices = {
    ...some(random, 0.6, { on_spot_interruption: random.pick(["drain", "drain", "ignore"]) }),
    ...some(random, 0.5, { on_rebalance: random.pick(["replace", "ignore"]) }),
    ...some(random, 0.5, { on_maintenance: random.pick(["replace", "ignore"]) }),
  };
  const faults = source("faults");
  const disturbance = disturbanceOf(faults);
  const timeline = [...happeningsOf(source("happenings"), place), ...faultsOf(faults, disturbance)];
  return {
    name: `seed ${seed}`,
    seed,
    ends_after_seconds: ENDS_AFTER,
    ...disturbance,
    functions: {
      deregister: {
        input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", ...keys, ...notices },
        first_after_seconds: random.whole(1, 59),
        clock_skew_seconds: skewOf(faults),
        // From a source of its own, so that a seed without it is what it was before there were any.
        ...some(source("mapping"), 0.25, { event_source_mapping: {} }),
      },
      terminate: {
        input: {
          queue_name: "monitor",
          lifecycle_queue_name: "lifecycle",
          auto_scaling_groups: place.auto_scaling_groups.map(({ name }) => name),
          sweep_minutes: random.pick([1, 2, 5]),
          ...keys,
        },
        first_after_seconds: random.whole(1, 59),
        clock_skew_seconds: skewOf(faults),
      },
    },
    queues,
    ...some(random, 0.7, { event_rules: [{ queue: "lifecycle" }] }),
    ...place,
    timeline: timeline.sort((a, b) => a.at_seconds - b.at_seconds),
  };
}
