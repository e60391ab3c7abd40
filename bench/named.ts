import type { Figure, Part } from "./figure.ts";
import { measure } from "./measure.ts";
import { type BenchOptions, MINUTE, some } from "./options.ts";
import { playWorlds, type World } from "./worlds.ts";

/**
 * With `discover: named` and without sweeps. Who names all there is pays no more than before the functions found it by
 * themselves: these limits are older than that.
 */
const NAMED: readonly World[] = [
  {
    name: "1 of 10",
    fleet: { terminations: 1, instances: 10 },
    timings: MINUTE,
    limits: { "calls per instance": 60, "lag p99": 8 },
    also: ["Lambda seconds"],
  },
  {
    name: "20 of 250",
    fleet: { terminations: 20, instances: 250 },
    timings: MINUTE,
    limits: { "calls per instance": 4.8, "Lambda seconds": 150, "lag p99": 8 },
  },
  {
    name: "1,000 of 1,000",
    fleet: { terminations: 1_000, instances: 1_000 },
    timings: MINUTE.slice(4, 6),
    limits: { "calls per instance": 2.6 },
    also: ["Lambda seconds", "lag p99"],
  },
  {
    name: "40 of 100, with the mapping",
    fleet: { terminations: 40, instances: 100, atOnce: true },
    timings: some(MINUTE, 10),
    limits: { "begun p99": 2 },
    also: ["calls per instance", "Lambda seconds"],
  },
];
/** Cluster sizes that one drain is measured in, to see whether its calls grow with them. */
const SIZES = [10, 250, 1_000];

/** Calls and Lambda seconds of drains of 60 s, where the input names what there is. */
export async function named({ quick }: BenchOptions): Promise<Part> {
  const worlds = quick
    ? NAMED.slice(0, 2).map((world) => ({ ...world, timings: some(world.timings, 3) }))
    : NAMED;
  const { figures, tables = [] } = await playWorlds(worlds);
  return { figures: [...figures, await growth(quick ? SIZES.slice(0, 2) : SIZES)], tables };
}

async function growth(sizes: readonly number[]): Promise<Figure> {
  const counts: number[] = [];
  for (const instances of sizes) {
    counts.push((await measure({ terminations: 1, instances, ...MINUTE[0] })).calls);
  }
  return {
    of: `1 of ${sizes.map((each) => each.toLocaleString("en")).join(", ")}`,
    what: "growth of the calls with the cluster",
    value: Math.max(...counts) - Math.min(...counts),
    limit: 0,
    unit: "calls",
  };
}
