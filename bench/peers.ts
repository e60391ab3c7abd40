import type { Simulation } from "../simulator/cloud/simulation.ts";
import { type Figure, type Part, rounded, type Table } from "./figure.ts";
import { measure } from "./measure.ts";
import { angstwad } from "./peers/angstwad.ts";
import { awsSamples } from "./peers/aws-samples.ts";
import { lagsAfterReady, prepareBare } from "./peers/bare.ts";
import { dwolla } from "./peers/dwolla.ts";
import { getsocial } from "./peers/getsocial.ts";
import { kayac } from "./peers/kayac.ts";
import { NOT_MODELLED } from "./peers/not-modelled.ts";
import { original } from "./peers/original.ts";
import type { Peer, RealFigure } from "./peers/peer.ts";
import { callSecondsOf, type PeerRun, runPeer } from "./peers/run.ts";

const PEERS = [getsocial, kayac, awsSamples, angstwad, dwolla, original];
/** These two know the first hundred container instances of a cluster only. */
const FIRST_HUNDRED: readonly Peer[] = [kayac, angstwad];
/** What the others call depends on how soon AWS answers: at N=20 they are not held to what was measured. */
const HELD_AT_TWENTY: readonly Peer[] = [getsocial, kayac];
/** What the tables' rows begin with. */
const SIZE = ["drainer", "N", "C"];
/** By how much a model may differ from what was measured, in percent. */
const MOST_PERCENT = 10;

type Size = { readonly terminations: number; readonly instances: number };

/**
 * Other drainers beside this one, on a world without load balancers: each instance has three tasks, which end 60 s after it
 * is DRAINING. Those that were run for real are played a second time as they were measured, and held to that.
 */
export async function peers(): Promise<Part> {
  const rows: string[][] = [];
  const slowRows: string[][] = [];
  const figures: Figure[] = [];
  for (const size of [
    { terminations: 1, instances: 10 },
    { terminations: 20, instances: 250 },
  ]) {
    const own = await ours(size);
    rows.push(["asg-drain", ...cells(size, own), "", ""]);
    figures.push(...costs("asg-drain", size, own));
    for (const peer of PEERS) {
      const known = FIRST_HUNDRED.includes(peer) ? Math.min(100, size.instances) : size.instances;
      const fleet = { ...size, instances: known };
      const run = await runPeer(peer, fleet, { order: "any" });
      figures.push(...costs(peer.name, fleet, run));
      const real = realOf(peer, size);
      rows.push([
        peer.name,
        ...cells(fleet, run),
        ...(real ? beside(run.calls, real.calls) : ["not run", ""]),
      ]);
      if (!real) continue;
      const slow = await runPeer(peer, real, { order: "going last", callSeconds: callSecondsOf(real) });
      slowRows.push([peer.name, ...slowCells(real, slow)]);
      figures.push(...realFigures(peer.name, real), ...differences(peer, real, run, slow));
    }
    for (const { name, measured } of NOT_MODELLED) {
      const real = realOf({ measured }, size);
      if (!real) continue;
      rows.push([name, ...sizes(real), "", "", "", "", String(real.calls), "not modelled"]);
      figures.push(realCalls(name, real));
    }
  }
  return { figures, tables: [sideBySide(rows), asMeasured(slowRows), reasons()] };
}

async function ours(size: Size): Promise<PeerRun> {
  let simulation: Simulation | undefined;
  const { calls, lambdaSeconds } = await measure({ ...size, bare: true, phase: 30 }, (made) => {
    prepareBare(made, "any");
    simulation = made;
  });
  return { calls, lambdaSeconds, lags: lagsAfterReady(simulation?.world.story.lines ?? []) };
}

function realOf<R extends Size>(
  { measured }: { readonly measured: readonly R[] },
  { terminations }: Size,
): R | undefined {
  return measured.find((each) => each.terminations === terminations);
}

// Without a lag where an instance was completed before it was ready.
function costs(name: string, size: Size, { calls, lambdaSeconds, lags }: PeerRun): Figure[] {
  const of = (what: string) => `${name}: ${what} without load balancers, ${text(size)}`;
  const known = lags.filter((each) => each !== undefined);
  return [
    { name: of("calls per instance"), value: rounded(calls / size.terminations, 2), unit: "calls" },
    { name: of("Lambda seconds"), value: rounded(lambdaSeconds), unit: "s" },
    ...(known.length < lags.length
      ? []
      : [{ name: of("longest lag"), value: rounded(Math.max(...known)), unit: "s" }]),
  ];
}

function realFigures(name: string, real: RealFigure): Figure[] {
  const { lambdaSeconds } = real;
  return [
    realCalls(name, real),
    { name: `${name}, measured: Lambda seconds, ${text(real)}`, value: lambdaSeconds, unit: "s" },
  ];
}

function realCalls(name: string, { calls, ...size }: Size & { readonly calls: number }): Figure {
  return { name: `${name}, measured: calls, ${text(size)}`, value: calls, unit: "calls" };
}

/** By how much a model differs, in percent up or down: its calls, and what it took where its calls were as slow. */
function differences(peer: Peer, real: RealFigure, run: PeerRun, slow: PeerRun): Figure[] {
  const isHeld = real.terminations === 1 || HELD_AT_TWENTY.includes(peer);
  const differing = {
    calls: percent(run.calls, real.calls),
    "calls as slow as measured": percent(slow.calls, real.calls),
    "Lambda seconds, calls as slow as measured": percent(slow.lambdaSeconds, real.lambdaSeconds),
  };
  return Object.entries(differing).map(([what, value]) => ({
    name: `${peer.name}, difference from measured: ${what}, ${text(real)}`,
    value: Math.abs(value),
    ...(isHeld ? { limit: MOST_PERCENT } : {}),
    unit: "%",
  }));
}

function sideBySide(rows: readonly string[][]): Table {
  return {
    title: "Without load balancers, D=60 s: models of other drainers, and what was measured of the real ones",
    head: [...SIZE, "calls", "an instance", "Lambda s", "lag s", "measured calls", "difference"],
    rows,
  };
}

function asMeasured(rows: readonly string[][]): Table {
  const compared = ["calls", "Lambda s"].flatMap((each) => [each, "measured", "difference"]);
  return {
    title:
      "The models as the real ones were measured: each call as slow, and what goes on the last page of the cluster's list",
    head: [...SIZE, "a call s", ...compared, "lag s", "measured"],
    rows,
  };
}

function reasons(): Table {
  return {
    title: "Why a model differs from the real one",
    head: ["drainer", "why"],
    rows: [
      ...PEERS.flatMap(({ name, differs }) => (differs ? [[name, differs]] : [])),
      ...NOT_MODELLED.map(({ name, why }) => [name, why]),
    ],
  };
}

function cells(size: Size, { calls, lambdaSeconds, lags }: PeerRun): string[] {
  const numbers = [calls, calls / size.terminations, lambdaSeconds];
  return [...sizes(size), ...numbers.map((each) => String(rounded(each))), lagText(lags)];
}

function slowCells(real: RealFigure, { calls, lambdaSeconds, lags }: PeerRun): string[] {
  const [least, most] = real.lagSeconds;
  return [
    ...sizes(real),
    String(rounded(callSecondsOf(real), 2)),
    String(calls),
    ...beside(calls, real.calls),
    String(rounded(lambdaSeconds)),
    ...beside(lambdaSeconds, real.lambdaSeconds),
    lagText(lags),
    least === most ? String(most) : `${least} to ${most}`,
  ];
}

function beside(value: number, measured: number): string[] {
  return [String(measured), `${percent(value, measured)} %`];
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

function sizes({ terminations, instances }: Size): string[] {
  return [String(terminations), String(instances)];
}

function text({ terminations, instances }: Size): string {
  return `N=${terminations}, C=${instances}`;
}
