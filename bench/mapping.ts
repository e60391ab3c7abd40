import type { Part } from "./figure.ts";
import { type BenchOptions, SWEEP, some } from "./options.ts";
import { playWorlds, type World } from "./worlds.ts";

/** As the template deploys it with `deregister_at_once`. */
const MAPPED: readonly Omit<World, "timings">[] = [
  {
    name: "1 of 100",
    fleet: { terminations: 1, instances: 100 },
    limits: {
      "calls per instance": 58.28,
      "Lambda seconds per instance": 44.87,
      "lag p50": 0.5,
      "lag p99": 0.5,
      "begun p50": 4.6,
      "begun p99": 4.7,
    },
  },
  {
    name: "20 of 100",
    fleet: { terminations: 20, instances: 100 },
    limits: {
      "calls per instance": 10.13,
      "Lambda seconds per instance": 3.2,
      "lag p50": 1.3,
      "lag p99": 1.5,
      "begun p50": 8.9,
      "begun p99": 9.5,
    },
  },
  {
    name: "40 of 100",
    fleet: { terminations: 40, instances: 100 },
    limits: {
      "calls per instance": 8.91,
      "Lambda seconds per instance": 2.68,
      "lag p50": 1.2,
      "lag p99": 1.6,
      "begun p50": 9.4,
      "begun p99": 47,
    },
  },
];

/** What it costs, and how soon a drain begins, where the message itself invokes deregister. */
export function mapping({ quick }: BenchOptions): Promise<Part> {
  return playWorlds(
    (quick ? MAPPED.slice(0, 2) : MAPPED).map((world) => ({
      ...world,
      fleet: { ...world.fleet, asDeployed: true, atOnce: true },
      timings: some(SWEEP, quick ? 2 : 10),
    })),
  );
}
