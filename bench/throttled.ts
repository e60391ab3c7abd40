import type { Simulation } from "../simulator/cloud/simulation.ts";
import { TokenBuckets } from "../simulator/faults/token-buckets.ts";
import { type Figure, type Part, rounded } from "./figure.ts";
import { lagOf, type Measured, measure } from "./measure.ts";
import { type BenchOptions, timings } from "./options.ts";

/** How much longer than half of Auto Scaling's bucket allows many completions may take. */
const SLACK = 1.2;
/** From how many on their completions take longer than what else there is to wait for. */
const MANY = 100;

/** Fleets that go at once, each ten times the one before. */
const SIZES = [10, 100, 1_000, 10_000];
/** The same where their messages invoke deregister: in batches of ten, each a run of its own, which takes longest to play. */
const MAPPED_SIZES = [100, 1_000];
/** With `--quick` those up to this one. */
const QUICK_SIZE = 100;

/** Ever more terminations at once, with half of AWS's buckets: what they cost, and how that grows. */
export async function throttled(options: BenchOptions): Promise<Part> {
  const scheduled = await measureSizes(SIZES, false, options);
  const mapped = await measureSizes(MAPPED_SIZES, true, options);
  return {
    figures: [...scheduled.figures, ...mapped.figures],
    tables: [
      {
        title: "At once, with half of the buckets; in brackets against ten times fewer",
        head: ["fleet", "calls", "refused", "Lambda seconds", "p99 of the lag, s", "failed runs"],
        rows: [...scheduled.rows, ...mapped.rows],
      },
    ],
  };
}

async function measureSizes(
  sizes: readonly number[],
  atOnce: boolean,
  options: BenchOptions,
): Promise<{ figures: Figure[]; rows: string[][] }> {
  const [timing] = timings(options);
  const figures: Figure[] = [];
  const rows: string[][] = [];
  let before: Cost | undefined;
  for (const terminations of sizes.filter((each) => !options.quick || each <= QUICK_SIZE)) {
    const measured = await measure(
      {
        terminations,
        instances: terminations,
        throttling: true,
        endsAfterSeconds: 14_400,
        atOnce,
        ...timing,
      },
      (simulation) => shareBuckets(simulation, options),
    );
    const cost = costOf(measured);
    const name = `N=${terminations}${atOnce ? ", with the mapping" : ""}`;
    figures.push(...figuresOf(name, measured, cost, options));
    const text = (what: keyof Cost) =>
      before && before[what] > 0
        ? `${cost[what]} (x ${rounded(cost[what] / before[what])})`
        : `${cost[what]}`;
    rows.push([
      name,
      text("calls"),
      text("refused"),
      text("lambdaSeconds"),
      text("lag"),
      String(measured.failedRuns),
    ]);
    before = cost;
  }
  return { figures, rows };
}

type Cost = {
  readonly calls: number;
  readonly refused: number;
  readonly lambdaSeconds: number;
  readonly lag: number;
};

function costOf({ calls, refused, lambdaSeconds, lags }: Measured): Cost {
  return { calls, refused, lambdaSeconds: rounded(lambdaSeconds), lag: lagOf(lags) };
}

function figuresOf(name: string, measured: Measured, cost: Cost, options: BenchOptions): Figure[] {
  const { terminations, leastSeconds } = measured;
  const limit = (SLACK * terminations) / (options.autoScaling.perSecond / 2);
  const of = (what: string) => `${what} with half of the buckets, ${name}`;
  return [
    {
      name: of(`completed after the later of ready and ${leastSeconds} s after the message, p99,`),
      value: cost.lag,
      ...(terminations >= MANY ? { limit: rounded(limit) } : {}),
      unit: "s",
    },
    { name: of("calls per instance"), value: rounded(cost.calls / terminations, 2), unit: "calls" },
    {
      name: of("calls refused of a hundred"),
      value: rounded((100 * cost.refused) / cost.calls),
      unit: "calls",
    },
    { name: of("Lambda seconds"), value: cost.lambdaSeconds, unit: "s" },
    { name: of("runs that failed"), value: measured.failedRuns, unit: "runs" },
  ];
}

/** Leaves half of each of AWS's buckets: a deployment takes the other one. */
export function shareBuckets(simulation: Simulation, { autoScaling }: BenchOptions): void {
  simulation.faults.buckets = new TokenBuckets({ autoScaling, share: 0.5 });
}
