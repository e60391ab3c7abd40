import { actionTable, type Figure, type Part, type Table } from "./figure.ts";
import type { Fleet } from "./fleet.ts";
import { type Measured, measure, type Prepare } from "./measure.ts";
import { mean, percentile, rounded, sum } from "./numbers.ts";
import type { Timing } from "./options.ts";

/** What can be measured of a world: how, its unit, and with how many decimals. Each world is played at some timings. */
const WHATS = {
  "calls per instance": { unit: "calls", decimals: 2, of: (runs) => mean(runs.map(perInstance)) },
  calls: { unit: "calls", decimals: 0, of: (runs) => mean(runs.map(({ calls }) => calls)) },
  "calls refused of a hundred": {
    unit: "calls",
    decimals: 1,
    of: (runs) => (100 * sum(runs.map(({ refused }) => refused))) / sum(runs.map(({ calls }) => calls)),
  },
  "Lambda seconds per instance": {
    unit: "s",
    decimals: 2,
    of: (runs) => mean(runs.map(({ lambdaSeconds, terminations }) => lambdaSeconds / terminations)),
  },
  "Lambda seconds": { unit: "s", decimals: 1, of: (runs) => mean(runs.map((each) => each.lambdaSeconds)) },
  "lag p50": ofAll("lags", 0.5),
  "lag p99": ofAll("lags", 0.99),
  "lag most": ofAll("lags", 1),
  "begun p50": ofAll("begun", 0.5),
  "begun p99": ofAll("begun", 0.99),
  "begun most": ofAll("begun", 1),
  "held p99": ofAll("held", 0.99),
  "failed runs": { unit: "runs", decimals: 0, of: (runs) => sum(runs.map(({ failedRuns }) => failedRuns)) },
} satisfies Record<string, { unit: string; decimals: number; of: (runs: readonly Measured[]) => number }>;

/** What is measured: a lag is from ready to completed, and a drain has begun when its instance is DRAINING. */
export type What = keyof typeof WHATS;

/** A world to measure, with what its figures may be at the most. */
export type World = {
  readonly name: string;
  readonly fleet: Fleet;
  readonly limits: Readonly<Partial<Record<What, number>>>;
  /** What else is measured of it, without a limit. */
  readonly also?: readonly What[];
  readonly timings: readonly Timing[];
  readonly prepare?: Prepare;
};

/** Plays worlds, each at all of its timings: figures of calls and Lambda seconds are means, the others are of all instances. */
export async function playWorlds(worlds: readonly World[]): Promise<Part> {
  const figures: Figure[] = [];
  const tables: Table[] = [];
  for (const world of worlds) {
    const runs: Measured[] = [];
    for (const timing of world.timings)
      runs.push(await measure({ ...world.fleet, ...timing }, world.prepare));
    figures.push(...figuresOf(world, runs));
    tables.push(byAction(world, runs));
  }
  return { figures, tables };
}

function figuresOf({ name, limits, also = [] }: World, runs: readonly Measured[]): Figure[] {
  const whats = Object.keys(WHATS) as What[];
  return whats
    .filter((what) => what in limits || also.includes(what))
    .map((what) => {
      const { unit, decimals, of } = WHATS[what];
      const limit = limits[what];
      const value = rounded(of(runs), decimals);
      return { of: name, what, value, ...(limit === undefined ? {} : { limit }), unit };
    });
}

/** How many calls of each action the runs made, as a mean, below the least and the most of all. */
function byAction({ name }: World, runs: readonly Measured[]): Table {
  const actions = new Set(runs.flatMap((run) => [...run.callsByAction.keys()]));
  const means = [...actions].map((action): [string, number] => [
    action,
    mean(runs.map((run) => run.callsByAction.get(action) ?? 0)),
  ]);
  const each = runs.map(perInstance);
  const [least, most] = [Math.min(...each), Math.max(...each)].map((one) => rounded(one, 2));
  return actionTable(`Calls by action, ${name}, mean; ${least} to ${most} an instance`, means);
}

function perInstance({ calls, terminations }: Measured): number {
  return calls / terminations;
}

function ofAll(which: "lags" | "begun" | "held", share: number) {
  return {
    unit: "s",
    decimals: 1,
    of: (runs: readonly Measured[]) =>
      percentile(
        runs.flatMap((run) => run[which]),
        share,
      ),
  };
}
