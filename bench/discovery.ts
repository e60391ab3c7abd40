import { DISCOVERIES_A_SECOND } from "../shared/aws/pace.ts";
import { type Figure, type Part, rounded } from "./figure.ts";
import { measure, percentile } from "./measure.ts";
import { type BenchOptions, timings } from "./options.ts";

/** How many target groups the Region has besides those that are named. */
const UNNAMED = [10, 100, 1_000];
/** How many instances terminate at once, and how many there are. */
const FLEETS = [
  { terminations: 1, instances: 10 },
  { terminations: 20, instances: 250 },
  { terminations: 1_000, instances: 1_000 },
];
/** A drain without unnamed groups may take so many calls in all, and be completed so many seconds after its message. */
const PLAIN_CALLS: Readonly<Record<number, number>> = { 1: 110, 20: 160, 1000: 3_600 };
const PLAIN_SECONDS = 240;
/** A round asks each group once. Each run that goes on with it lists what there is again: a few calls. */
const CALLS_A_GROUP = 1.3;
/** So many calls an instance takes for each minute of a round: its message is handed over, and it has a pass. */
const CALLS_A_MINUTE = 0.4;

/** What discovery costs: all calls of the drains together, and how long an instance is held. One timing. */
export async function discovery(options: BenchOptions): Promise<Part> {
  const [timing] = timings(options);
  const figures: Figure[] = [];
  for (const groups of options.quick ? UNNAMED.slice(0, 2) : UNNAMED) {
    for (const fleet of options.quick ? FLEETS.slice(0, 2) : FLEETS) {
      const run = await measure({ ...fleet, ...timing, unnamedGroups: groups });
      const minutes = groups / DISCOVERIES_A_SECOND.terminate / 60;
      const waiting = CALLS_A_MINUTE * fleet.terminations * minutes;
      const name = `${groups} unnamed target groups, N=${fleet.terminations}, C=${fleet.instances}, D=60 s`;
      figures.push(
        {
          name: `calls, ${name}`,
          value: run.calls,
          limit: (PLAIN_CALLS[fleet.terminations] ?? 0) + Math.ceil(CALLS_A_GROUP * groups + waiting),
          unit: "calls",
        },
        {
          name: `held, p99, ${name}`,
          value: rounded(percentile(run.held, 0.99)),
          limit: PLAIN_SECONDS + Math.ceil((1.3 * groups) / DISCOVERIES_A_SECOND.terminate),
          unit: "s",
        },
      );
    }
  }
  return { figures };
}
