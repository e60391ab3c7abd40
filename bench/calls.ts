import { actionTable, type Figure, type Part, rounded, type Table } from "./figure.ts";
import { type Measured, measure, sum } from "./measure.ts";
import { type BenchOptions, timings } from "./options.ts";

/** How many instances go and how many there are, the calls that each may take, and what else is limited. */
const FLEETS = [
  { terminations: 1, instances: 10, limit: 60 },
  { terminations: 20, instances: 250, limit: 4.8, lambdaSeconds: 150 },
  { terminations: 1_000, instances: 1_000, limit: 2.6 },
];
/** Cluster sizes that one drain is measured in, to see whether its calls grow with them. */
const SIZES = [10, 250, 1_000];

/** Calls and Lambda seconds of drains of 60 s, each over all timings: the figure is their mean, the table has the worst too. */
export async function calls(options: BenchOptions): Promise<Part> {
  const figures: Figure[] = [];
  const rows: string[][] = [];
  const byAction: Table[] = [];
  for (const { terminations, instances, limit, lambdaSeconds } of FLEETS) {
    const isLarge = terminations >= 1_000;
    if (isLarge && options.quick) continue;
    const runs: Measured[] = [];
    for (const timing of isLarge ? [...timings(options)].slice(4, 6) : timings(options)) {
      const run = await measure({ terminations, instances, ...timing });
      if (Math.abs(run.drainSeconds - 60) > 1)
        throw new Error(`bench: expected D to be 60 s, found ${run.drainSeconds} s`);
      runs.push(run);
    }
    const each = runs.map((run) => run.calls / terminations);
    const seconds = runs.map((run) => run.lambdaSeconds);
    const name = `N=${terminations}, C=${instances}, D=60 s`;
    figures.push({
      name: `calls per instance, ${name}`,
      value: rounded(mean(each), 2),
      limit,
      unit: "calls",
    });
    figures.push({
      name: `Lambda seconds, ${name}`,
      value: rounded(mean(seconds)),
      ...(lambdaSeconds ? { limit: lambdaSeconds } : {}),
      unit: "s",
    });
    rows.push(
      [name, "calls an instance", ...spread(each)],
      [name, "Lambda seconds", ...spread(seconds)],
      [name, "D, seconds", ...spread(runs.map((run) => run.drainSeconds))],
    );
    byAction.push(meanTable(name, runs));
  }
  const growth = await measureGrowth(options);
  const swept = await measureSwept(options);
  rows.push(...growth.rows);
  return {
    figures: [...figures, growth.figure, swept],
    tables: [{ title: "Calls", head: ["fleet", "what", "least", "mean", "most"], rows }, ...byAction],
  };
}

async function measureGrowth(options: BenchOptions): Promise<{ figure: Figure; rows: string[][] }> {
  const [timing] = timings(options);
  const counts: number[] = [];
  for (const instances of options.quick ? SIZES.slice(0, 2) : SIZES) {
    counts.push((await measure({ terminations: 1, instances, ...timing })).calls);
  }
  return {
    figure: {
      name: "growth of the calls with C, N=1",
      value: Math.max(...counts) - Math.min(...counts),
      limit: 0,
      unit: "calls",
    },
    rows: counts.map((count, i) => [`N=1, C=${SIZES[i]}, one timing`, "calls", "", String(count), ""]),
  };
}

// Where a sweep comes before deregister has taken the messages, it finds their instances, which are then drained from both sides
// until their messages merge. The first message comes in a minute that five divides, in which terminate sweeps.
async function measureSwept(options: BenchOptions): Promise<Figure> {
  const calls: number[] = [];
  for (const timing of timings(options))
    calls.push((await measure({ terminations: 20, instances: 250, swept: true, ...timing })).calls);
  return {
    name: "calls per instance, N=20, C=250, D=60 s, in a minute that begins with a sweep",
    value: rounded(mean(calls) / 20, 2),
    unit: "calls",
  };
}

/** How many calls of each action the runs made, as a mean. */
function meanTable(name: string, runs: readonly Measured[]): Table {
  const actions = new Set(runs.flatMap((run) => [...run.callsByAction.keys()]));
  const means = [...actions].map((action): [string, number] => [
    action,
    mean(runs.map((run) => run.callsByAction.get(action) ?? 0)),
  ]);
  return actionTable(`Calls by action, ${name}, mean`, means);
}

function spread(numbers: readonly number[]): string[] {
  return [Math.min(...numbers), mean(numbers), Math.max(...numbers)].map((each) => String(rounded(each, 2)));
}

function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}
