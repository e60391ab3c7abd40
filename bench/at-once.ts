import type { Simulation } from "../simulator/cloud/simulation.ts";
import { TokenBuckets } from "../simulator/faults/token-buckets.ts";
import type { Part } from "./figure.ts";
import { type BenchOptions, MINUTE } from "./options.ts";
import { playWorlds, type What, type World } from "./worlds.ts";

/** How much longer than half of Auto Scaling's bucket allows many completions may take. */
const SLACK = 1.2;
/** From how many on their completions take longer than what else there is to wait for. */
const MANY = 1_000;

const ALSO: readonly What[] = [
  "calls per instance",
  "calls refused of a hundred",
  "Lambda seconds",
  "lag p50",
  "lag p99",
  "failed runs",
];

/** Ever more terminations at once, with half of AWS's buckets: what they cost, and how that grows. */
export function atOnce(options: BenchOptions): Promise<Part> {
  const sizes = options.quick ? [10, 100] : [10, 100, 1_000];
  // In batches of ten, each a run of its own, which takes longest to play.
  const mapped = options.quick ? [100] : [100, 1_000];
  return playWorlds([
    ...sizes.map((size) => worldOf(size, options, false)),
    ...mapped.map((size) => worldOf(size, options, true)),
  ]);
}

/** Ten thousand: it takes many minutes to play, so it is only measured by itself. */
export function tenThousand(options: BenchOptions): Promise<Part> {
  return playWorlds([worldOf(10_000, options, false)]);
}

function worldOf(size: number, options: BenchOptions, isMapped: boolean): World {
  const limit = Math.round((SLACK * size) / (options.autoScaling.perSecond / 2));
  return {
    name: `${size.toLocaleString("en")} at once${isMapped ? ", with the mapping" : ""}`,
    fleet: {
      terminations: size,
      instances: size,
      throttling: true,
      endsAfterSeconds: 14_400,
      atOnce: isMapped,
    },
    timings: MINUTE.slice(0, 1),
    limits: size >= MANY ? { "lag p99": limit } : {},
    also: ALSO,
    prepare: (simulation) => shareBuckets(simulation, options),
  };
}

/** Leaves half of each of AWS's buckets: a deployment takes the other one. */
export function shareBuckets(simulation: Simulation, { autoScaling }: BenchOptions): void {
  simulation.faults.buckets = new TokenBuckets({ autoScaling, share: 0.5 });
}
