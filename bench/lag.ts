import { type Figure, type Part, rounded } from "./figure.ts";
import { lagOf, type Measured, measure, percentile, sum } from "./measure.ts";
import { type BenchOptions, timings } from "./options.ts";
import type { Fleet } from "./world.ts";

const LIMIT_SECONDS = 8;
/** A drain that is ready only long after two ticks: its lag is what passes and the hand-over take. */
const LONG_DRAIN_SECONDS = 300;
/** How soon a drain is to begin where its message itself invokes deregister. */
const BEGUN_LIMIT_SECONDS = 2;

/** How long after an instance could be completed it is, and how long after its message its drain begins. */
export async function lag(options: BenchOptions): Promise<Part> {
  const scheduled = await few(options, {});
  const mapped = await few(options, { atOnce: true });
  const long = await few(options, { drainSeconds: LONG_DRAIN_SECONDS });
  const rows = [...scheduled.rows, ...mapped.rows, ...long.rows];
  const figures: Figure[] = [
    {
      name: `completed after the later of ready and ${scheduled.leastSeconds} s after the message, p99, N up to 40`,
      value: scheduled.lag,
      limit: LIMIT_SECONDS,
      unit: "s",
    },
    {
      name: `completed after the later of ready and ${mapped.leastSeconds} s after the message with the mapping, p99, N up to 40`,
      value: mapped.lag,
      limit: LIMIT_SECONDS,
      unit: "s",
    },
    {
      name: `completed after ready, D=${LONG_DRAIN_SECONDS} s, p99, N up to 40`,
      value: long.lag,
      limit: LIMIT_SECONDS,
      unit: "s",
    },
    {
      name: "drain begun after the message, p99, N up to 40",
      value: scheduled.begun,
      unit: "s",
    },
    {
      name: "drain begun after the message with the mapping, p99, N up to 40",
      value: mapped.begun,
      limit: BEGUN_LIMIT_SECONDS,
      unit: "s",
    },
    { name: "calls per instance, N up to 40", value: scheduled.calls, unit: "calls" },
    { name: "calls per instance with the mapping, N up to 40", value: mapped.calls, unit: "calls" },
  ];
  return {
    figures,
    tables: [
      { title: "Seconds after each could be completed", head: ["fleet", "median", "p99", "most"], rows },
    ],
  };
}

// Some fleets at all timings, by the schedule alone or with an event source mapping.
async function few(options: BenchOptions, how: Pick<Fleet, "atOnce" | "drainSeconds">) {
  const byFleet: Measured[][] = [];
  const rows: string[][] = [];
  for (const terminations of options.quick ? [1, 20] : [1, 5, 20, 40]) {
    const measured: Measured[] = [];
    for (const timing of timings(options))
      measured.push(await measure({ terminations, instances: 100, ...how, ...timing }));
    byFleet.push(measured);
    const name = `N=${terminations}${how.atOnce ? ", with the mapping" : ""}${how.drainSeconds ? `, D=${how.drainSeconds} s` : ""}`;
    rows.push([name, ...lagTexts(measured.flatMap(({ lags }) => lags))]);
  }
  const all = byFleet.flat();
  return {
    rows,
    leastSeconds: Math.max(...all.map(({ leastSeconds }) => leastSeconds)),
    // Of the fleet that fares worst: all together would hide what the few of a small one go through.
    lag: Math.max(...byFleet.map((fleet) => lagOf(fleet.flatMap(({ lags }) => lags)))),
    begun: Math.max(...byFleet.map((fleet) => lagOf(fleet.flatMap(({ begun }) => begun)))),
    calls: rounded(sum(all.map(({ calls }) => calls)) / sum(all.map((each) => each.terminations)), 2),
  };
}

function lagTexts(lags: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((share) => String(rounded(percentile(lags, share))));
}
