import { DISCOVERIES_A_SECOND } from "../shared/aws/pace.ts";
import type { Part } from "./figure.ts";
import { type BenchOptions, MINUTE } from "./options.ts";
import { playWorlds, type World } from "./worlds.ts";

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
export function discovery({ quick }: BenchOptions): Promise<Part> {
  const groups = quick ? UNNAMED.slice(0, 2) : UNNAMED;
  const fleets = quick ? FLEETS.slice(0, 2) : FLEETS;
  return playWorlds(groups.flatMap((count) => fleets.map((fleet) => worldOf(fleet, count))));
}

function worldOf(fleet: (typeof FLEETS)[number], groups: number): World {
  const minutes = groups / DISCOVERIES_A_SECOND.terminate / 60;
  const waiting = CALLS_A_MINUTE * fleet.terminations * minutes;
  const size = [fleet.terminations, fleet.instances].map((each) => each.toLocaleString("en")).join(" of ");
  return {
    name: `${size}, ${groups.toLocaleString("en")} unnamed target groups`,
    fleet: { ...fleet, unnamedGroups: groups },
    timings: MINUTE.slice(0, 1),
    limits: {
      calls: (PLAIN_CALLS[fleet.terminations] ?? 0) + Math.ceil(CALLS_A_GROUP * groups + waiting),
      "held p99": PLAIN_SECONDS + Math.ceil((1.3 * groups) / DISCOVERIES_A_SECOND.terminate),
    },
  };
}
