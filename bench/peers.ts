import type { Figure, Part } from "./figure.ts";
import type { Fleet } from "./fleet.ts";
import { measure } from "./measure.ts";
import { mean, percentile, rounded } from "./numbers.ts";
import { type BenchOptions, SWEEP, some } from "./options.ts";
import { FIRST_HUNDRED, PEERS } from "./peers/all.ts";
import { listInOrder } from "./peers/bare.ts";
import type { Peer } from "./peers/peer.ts";
import { besideReal, reasons } from "./peers/real.ts";
import { type PeerRun, runPeer } from "./peers/run.ts";

/** A world without load balancers, in which each drainer can try. */
type PeerWorld = { readonly name: string; readonly fleet: Fleet };

const WORLDS: readonly PeerWorld[] = [
  { name: "1 of 10", fleet: { terminations: 1, instances: 10 } },
  { name: "20 of 250", fleet: { terminations: 20, instances: 250 } },
  {
    name: "100 of 100, one each 23 s",
    fleet: { terminations: 100, instances: 100, oneEachSeconds: 23 },
  },
  {
    name: "20 of 100, whose tasks end over 20 minutes",
    fleet: { terminations: 20, instances: 100, endEachSeconds: 61 },
  },
  {
    name: "200 of 200, refreshed 20 at a time",
    fleet: { terminations: 200, instances: 200, isRefreshed: true },
  },
  { name: "20 of 250, in five clusters", fleet: { terminations: 20, instances: 250, clusters: 5 } },
];
/** What the first instances of a cluster's list are to those that read one page of it. */
const PAGE = 100;
/** One that takes a message a minute takes hours for some of these worlds. */
const ENDS_AFTER_SECONDS = 14_400;

/**
 * Other drainers beside this one, in worlds without load balancers: each instance has three tasks, which end 60 s after it is
 * DRAINING. Those that were run for real are played again as they were measured, and held to that.
 */
export async function peers({ quick }: BenchOptions): Promise<Part> {
  const figures: Figure[] = [];
  for (const world of quick ? WORLDS.slice(0, 2) : WORLDS) {
    figures.push(...(await ours(world, quick)));
    for (const peer of PEERS) figures.push(...(await theirs(peer, world)));
  }
  const real = await besideReal();
  return { figures: [...figures, ...real.figures], tables: [real.table, reasons()] };
}

/** As the template deploys it, at some timings: the others begin with the event, whatever the minute. */
async function ours({ name, fleet }: PeerWorld, quick: boolean): Promise<Figure[]> {
  const runs: PeerRun[] = [];
  for (const timing of some(SWEEP, quick ? 1 : 5)) {
    const measured = await measure({ ...fleet, bare: true, asDeployed: true, ...timing }, (simulation) =>
      listInOrder(simulation, "any"),
    );
    runs.push({ ...measured, lost: 0 });
  }
  return costs(name, "asg-drain", fleet, runs);
}

// Those that read one page of a cluster's list get a cluster of a hundred, if that is enough.
async function theirs(peer: Peer, { name, fleet }: PeerWorld): Promise<Figure[]> {
  const { clusters = 1, terminations } = fleet;
  const known = FIRST_HUNDRED.includes(peer) ? Math.min(PAGE * clusters, fleet.instances) : fleet.instances;
  if (known < terminations) return [lostOf(name, peer.name, terminations)];
  const conditions = { order: "any" } as const;
  const run = await runPeer(
    peer,
    { ...fleet, instances: known, endsAfterSeconds: ENDS_AFTER_SECONDS },
    conditions,
  );
  return costs(name, peer.name, fleet, [run]);
}

// Without a lag where an instance was completed before it was ready.
function costs(of: string, by: string, { terminations }: Fleet, runs: readonly PeerRun[]): Figure[] {
  const lags = runs.flatMap((run) => run.lags);
  const known = lags.filter((each) => each !== undefined);
  const lost = Math.max(...runs.map((run) => run.lost));
  const figure = (what: string, value: number, unit: string): Figure => ({ of, by, what, value, unit });
  const isPrompt = known.length === lags.length && lost === 0;
  return [
    figure("calls per instance", rounded(mean(runs.map((run) => run.calls / terminations)), 2), "calls"),
    figure(
      "Lambda seconds per instance",
      rounded(mean(runs.map((run) => run.lambdaSeconds / terminations)), 2),
      "s",
    ),
    ...(isPrompt
      ? [
          figure("lag p50", rounded(percentile(known, 0.5)), "s"),
          figure("lag p99", rounded(percentile(known, 0.99)), "s"),
        ]
      : []),
    ...(lost > 0 ? [lostOf(of, by, lost)] : []),
    ...(known.length < lags.length
      ? [figure("completed with tasks running", lags.length - known.length, "instances")]
      : []),
  ];
}

function lostOf(of: string, by: string, value: number): Figure {
  return { of, by, what: "never completed", value, unit: "instances" };
}
