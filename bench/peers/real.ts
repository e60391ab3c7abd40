import type { Figure, Table } from "../figure.ts";
import type { Fleet } from "../fleet.ts";
import { rounded } from "../numbers.ts";
import { FIRST_HUNDRED, HELD_AT_TWENTY, PEERS } from "./all.ts";
import { NOT_MODELLED } from "./not-modelled.ts";
import type { Peer, RealFigure } from "./peer.ts";
import { callSecondsOf, type PeerRun, runPeer } from "./run.ts";

/** By how much a model may differ from what was measured, in percent. */
const MOST_PERCENT = 10;

type Size = Pick<Fleet, "terminations" | "instances">;

/** The figures of the models beside those that were measured of the real ones, and a table of both. */
export async function besideReal(): Promise<{ figures: Figure[]; table: Table }> {
  const figures: Figure[] = [];
  const rows: string[][] = [];
  for (const peer of PEERS) {
    for (const real of peer.measured) {
      const known = FIRST_HUNDRED.includes(peer) ? Math.min(100, real.instances) : real.instances;
      const run = await runPeer(peer, { ...real, instances: known }, { order: "any" });
      const slow = await runPeer(peer, real, { order: "going last", callSeconds: callSecondsOf(real) });
      figures.push(...realFigures(peer.name, real), ...differences(peer, real, { run, slow }));
      rows.push(cells(peer.name, real, { run, slow }));
    }
  }
  for (const { name, measured } of NOT_MODELLED)
    figures.push(...measured.map((real) => figureOf(name, real, "real one: calls", real.calls)));
  return { figures, table: tableOf(rows) };
}

/** Why a model differs from the real one, or why there is none. */
export function reasons(): Table {
  return {
    title: "Why a model differs from the real one",
    head: ["drainer", "why"],
    rows: [
      ...PEERS.flatMap(({ name, differs }) => (differs ? [[name, differs]] : [])),
      ...NOT_MODELLED.map(({ name, why }) => [name, why]),
    ],
  };
}

function realFigures(name: string, real: RealFigure): Figure[] {
  return [
    figureOf(name, real, "real one: calls", real.calls),
    { ...figureOf(name, real, "real one: Lambda seconds", real.lambdaSeconds), unit: "s" },
  ];
}

/** By how much a model differs, in percent up or down: its calls, and what it took where its calls were as slow. */
function differences(peer: Peer, real: RealFigure, { run, slow }: Runs): Figure[] {
  const isHeld = real.terminations === 1 || HELD_AT_TWENTY.includes(peer);
  const differing = {
    calls: percent(run.calls, real.calls),
    "calls as slow as measured": percent(slow.calls, real.calls),
    "Lambda seconds, calls as slow as measured": percent(slow.lambdaSeconds, real.lambdaSeconds),
  };
  return Object.entries(differing).map(([what, value]) => ({
    ...figureOf(peer.name, real, `model's difference: ${what}`, Math.abs(value)),
    ...(isHeld ? { limit: MOST_PERCENT } : {}),
    unit: "%",
  }));
}

function figureOf(name: string, { terminations, instances }: Size, what: string, value: number): Figure {
  return { of: `${terminations} of ${instances}`, by: name, what, value, unit: "calls" };
}

type Runs = { readonly run: PeerRun; readonly slow: PeerRun };

function cells(name: string, real: RealFigure, { run, slow }: Runs): string[] {
  const [least, most] = real.lagSeconds;
  return [
    name,
    `${real.terminations} of ${real.instances}`,
    String(rounded(callSecondsOf(real), 2)),
    ...[run.calls, slow.calls].map((calls) => `${calls}, ${percent(calls, real.calls)} %`),
    String(real.calls),
    `${rounded(slow.lambdaSeconds)}, ${percent(slow.lambdaSeconds, real.lambdaSeconds)} %`,
    String(real.lambdaSeconds),
    lagText(slow.lags),
    least === most ? String(most) : `${least} to ${most}`,
  ];
}

function tableOf(rows: readonly string[][]): Table {
  return {
    title:
      "The models beside the real ones: as fast as AWS, and with each call as slow as measured and what goes on the list's last page",
    head: [
      "drainer",
      "fleet",
      "a call s",
      "calls",
      "slow: calls",
      "real: calls",
      "slow: Lambda s",
      "real: Lambda s",
      "slow: lag s",
      "real: lag s",
    ],
    rows,
  };
}

function percent(value: number, measured: number): number {
  return rounded((100 * value) / measured - 100);
}

/** The least and the most, or that some were completed before they were ready. */
function lagText(lags: PeerRun["lags"]): string {
  const known = lags.filter((each) => each !== undefined);
  if (known.length < lags.length) return "tasks still run";
  const [least, most] = [Math.min(...known), Math.max(...known)].map((each) => rounded(each));
  return least === most ? String(most) : `${least} to ${most}`;
}
