import { TokenBuckets } from "../simulator/buckets.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { type Figure, type Part, rounded } from "./figure.ts";
import { lagOf, type Measured, measure } from "./measure.ts";
import { type BenchOptions, timings } from "./options.ts";

/** How much longer than half of Auto Scaling's bucket allows many completions may take. */
const SLACK = 1.2;
/** From how many on their completions take longer than what else there is to wait for. */
const MANY = 100;

/** Ten times as many terminations at once, and ten times as many again, with half of AWS's buckets: what they cost, and how that grows. */
export async function throttled(options: BenchOptions): Promise<Part> {
  const sizes = [10, 100, ...(options.quick ? [] : [1_000]), ...(options.tenThousand ? [10_000] : [])];
  const [timing] = timings(options);
  const figures: Figure[] = [];
  const rows: string[][] = [];
  let before: Cost | undefined;
  for (const terminations of sizes) {
    const measured = await measure(
      { terminations, instances: terminations, throttling: true, endsAfterSeconds: 14_400, ...timing },
      (simulation) => shareBuckets(simulation, options),
    );
    const cost = costOf(measured);
    figures.push(...figuresOf(terminations, measured, cost, options));
    const text = (name: keyof Cost) =>
      before && before[name] > 0
        ? `${cost[name]} (x ${rounded(cost[name] / before[name])})`
        : `${cost[name]}`;
    rows.push([
      `N=${terminations}`,
      text("calls"),
      text("refused"),
      text("lambdaSeconds"),
      text("lag"),
      String(measured.failedRuns),
    ]);
    before = cost;
  }
  return {
    figures,
    tables: [
      {
        title: "At once, with half of the buckets; in brackets against ten times fewer",
        head: ["fleet", "calls", "refused", "Lambda seconds", "p99 of the lag, s", "failed runs"],
        rows,
      },
    ],
  };
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

function figuresOf(terminations: number, measured: Measured, cost: Cost, options: BenchOptions): Figure[] {
  const limit = (SLACK * terminations) / (options.autoScaling.perSecond / 2);
  const of = (what: string) => `${what} with half of the buckets, N=${terminations}`;
  return [
    {
      name: of("completed after the later of ready and 130 s after the message, p99,"),
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
