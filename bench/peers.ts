import { type Figure, type Part, rounded } from "./figure.ts";
import { measure } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import { angstwad } from "./peers/angstwad.ts";
import { awsSamples } from "./peers/aws-samples.ts";
import { dwolla } from "./peers/dwolla.ts";
import { getsocial } from "./peers/getsocial.ts";
import { kayac } from "./peers/kayac.ts";
import { original } from "./peers/original.ts";
import { type PeerRun, runPeer, stopsTasksAfter } from "./peers/run.ts";

const PEERS = [getsocial, kayac, awsSamples, angstwad, dwolla, original];
/** These two know the first hundred container instances of a cluster only. */
const FIRST_HUNDRED: readonly string[] = [kayac.name, angstwad.name];

/**
 * Other drainers beside this one, on a world without load balancers: each instance has three tasks, which end 60 s after it
 * is DRAINING. The real ones' figures stand beside those of their models.
 */
export async function peers(_options: BenchOptions): Promise<Part> {
  const rows: string[][] = [];
  const figures: Figure[] = [];
  for (const [terminations, instances] of [
    [1, 10],
    [20, 250],
  ] as const) {
    const ours = await measure({ terminations, instances, bare: true, phase: 30 }, (simulation) =>
      stopsTasksAfter(simulation, 60),
    );
    const own = { calls: ours.calls, lambdaSeconds: ours.lambdaSeconds, lagSeconds: Math.max(...ours.lags) };
    rows.push(["asg-drain", ...sizes(terminations, instances), ...texts(own, terminations), "", ""]);
    figures.push(figure("asg-drain", terminations, instances, own));
    for (const peer of PEERS) {
      const size = FIRST_HUNDRED.includes(peer.name) ? Math.min(100, instances) : instances;
      const run = await runPeer(peer, { terminations, instances: size });
      const real = peer.measured.find((each) => each.terminations === terminations);
      const difference = real ? `${rounded((100 * run.calls) / real.calls - 100)} %` : "";
      rows.push([
        peer.name,
        ...sizes(terminations, size),
        ...texts(run, terminations),
        real ? String(real.calls) : "not run",
        difference,
      ]);
      figures.push(figure(peer.name, terminations, size, run));
    }
  }
  return {
    figures,
    tables: [
      {
        title:
          "Without load balancers, D=60 s: models of other drainers, and what was measured of the real ones",
        head: ["drainer", "N", "C", "calls", "an instance", "Lambda s", "lag s", "real calls", "difference"],
        rows,
      },
      {
        title: "Why a model differs from the real one",
        head: ["drainer", "why"],
        rows: PEERS.flatMap(({ name, differs }) => (differs ? [[name, differs]] : [])),
      },
    ],
  };
}

function figure(name: string, terminations: number, instances: number, run: PeerRun): Figure {
  return {
    name: `${name}: calls per instance without load balancers, N=${terminations}, C=${instances}`,
    value: rounded(run.calls / terminations, 2),
    unit: "calls",
  };
}

function sizes(terminations: number, instances: number): string[] {
  return [String(terminations), String(instances)];
}

function texts({ calls, lambdaSeconds, lagSeconds }: PeerRun, terminations: number): string[] {
  return [calls, calls / terminations, lambdaSeconds, lagSeconds].map((each) => String(rounded(each)));
}
