import type { Part } from "./figure.ts";
import { type BenchOptions, SWEEP, some } from "./options.ts";
import { playWorlds, type World } from "./worlds.ts";

/** What the template's own input costs, with sweeps, discovery and the template's memory. A limit is 5 % above what was measured. */
const DEPLOYED: readonly World[] = [
  {
    name: "1 of 10",
    fleet: { terminations: 1, instances: 10 },
    timings: SWEEP,
    limits: {
      "calls per instance": 65.05,
      "Lambda seconds per instance": 49.56,
      "lag p50": 0.5,
      "lag p99": 3,
      "lag most": 3,
      "begun p50": 33.2,
      "begun p99": 64,
      "begun most": 64,
    },
  },
  {
    name: "20 of 250",
    fleet: { terminations: 20, instances: 250 },
    timings: SWEEP,
    limits: {
      "calls per instance": 5.6,
      "Lambda seconds per instance": 2.55,
      "lag p50": 0.6,
      "lag p99": 3.5,
      "lag most": 3.6,
      "begun p50": 34.3,
      "begun p99": 64.8,
      "begun most": 64.9,
    },
  },
  {
    name: "1,000 of 1,000",
    fleet: { terminations: 1_000, instances: 1_000 },
    timings: some(SWEEP, 5),
    limits: {
      "calls per instance": 2.9,
      "Lambda seconds per instance": 0.11,
      "lag p50": 16.7,
      "lag p99": 31,
      "lag most": 31.7,
      "begun p50": 36.7,
      "begun p99": 77.6,
      "begun most": 77.9,
    },
  },
  {
    name: "1,000 of 1,000, where runs meet badly",
    fleet: { terminations: 1_000, instances: 1_000 },
    timings: SWEEP.slice(10, 11),
    limits: {
      "calls per instance": 2.35,
      "Lambda seconds per instance": 0.11,
      "lag p50": 14.1,
      "lag p99": 86.4,
      "lag most": 86.6,
      "begun p50": 36.7,
      "begun p99": 37.8,
      "begun most": 37.8,
    },
  },
  {
    name: "100 of 250, one each 23 s",
    fleet: { terminations: 100, instances: 250, oneEachSeconds: 23 },
    timings: some(SWEEP, 5),
    limits: {
      "calls per instance": 30.22,
      "Lambda seconds per instance": 18.69,
      "lag p50": 0.6,
      "lag p99": 2.8,
      "lag most": 3.2,
      "begun p50": 29.1,
      "begun p99": 64.1,
      "begun most": 65,
    },
  },
  {
    name: "20 of 250, whose tasks end over 20 minutes",
    fleet: { terminations: 20, instances: 250, endEachSeconds: 61 },
    timings: some(SWEEP, 5),
    limits: {
      "calls per instance": 42.26,
      "Lambda seconds per instance": 62.49,
      "lag p50": 4.2,
      "lag p99": 27.2,
      "lag most": 27.9,
      "begun p50": 24.3,
      "begun p99": 64.5,
      "begun most": 64.6,
    },
  },
  {
    name: "200 of 200, refreshed 20 at a time",
    fleet: { terminations: 200, instances: 200, isRefreshed: true },
    timings: some(SWEEP, 5),
    limits: {
      "calls per instance": 4.91,
      "Lambda seconds per instance": 1.65,
      "lag p50": 1.3,
      "lag p99": 3.9,
      "lag most": 4,
      "begun p50": 29.2,
      "begun p99": 65.6,
      "begun most": 66,
    },
  },
  {
    name: "20 of 250, in five clusters",
    fleet: { terminations: 20, instances: 250, clusters: 5 },
    timings: SWEEP,
    limits: {
      "calls per instance": 25.72,
      "Lambda seconds per instance": 4.64,
      "lag p50": 0.8,
      "lag p99": 4.7,
      "lag most": 4.8,
      "begun p50": 75,
      "begun p99": 130.6,
      "begun most": 131.4,
    },
  },
];

/** The worlds of a deployment as the template has it. */
export function deployed({ quick }: BenchOptions): Promise<Part> {
  const worlds = quick ? DEPLOYED.filter(({ fleet }) => fleet.terminations < 100) : DEPLOYED;
  return playWorlds(
    worlds.map((world) => ({
      ...world,
      fleet: { ...world.fleet, asDeployed: true },
      timings: quick ? some(world.timings, 2) : world.timings,
    })),
  );
}
