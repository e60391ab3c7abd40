import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { shareBuckets } from "./at-once.ts";
import type { Part } from "./figure.ts";
import type { Fleet } from "./fleet.ts";
import { type Measured, measure, type Prepare } from "./measure.ts";
import { percentile } from "./numbers.ts";
import { type BenchOptions, SWEEP } from "./options.ts";

const WIDTH = 420;
const HEIGHT = 260;
const MARGIN = { left: 60, right: 20, top: 40, bottom: 45 };
const FILE = fileURLToPath(new URL("calls-and-lag.svg", import.meta.url));

type Point = { readonly x: number; readonly y: number };
type Panel = {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly Point[];
};

/** Draws calls and lag against the number of terminations and of instances, as bench/calls-and-lag.svg. */
export async function picture(options: BenchOptions): Promise<Part> {
  const [timing] = SWEEP;
  const byN = await measureAll(
    [1, 5, 20, 40, 100, ...(options.quick ? [] : [300, 1_000])],
    (terminations) => ({
      terminations,
      instances: Math.max(terminations, 250),
      throttling: true,
      asDeployed: true,
      ...timing,
    }),
    (simulation) => shareBuckets(simulation, options),
  );
  const byC = await measureAll([10, 50, 250, ...(options.quick ? [] : [1_000])], (instances) => ({
    terminations: 1,
    instances,
    asDeployed: true,
    ...timing,
  }));
  const panels: Panel[] = [
    {
      title: "Calls an instance against N, half of the buckets",
      x: "N, terminations at once",
      y: "calls",
      points: byN.map(perInstance),
    },
    {
      title: "Lag against N, p99, half of the buckets",
      x: "N, terminations at once",
      y: "seconds",
      points: byN.map(lagPoint),
    },
    {
      title: "Calls against C, N=1",
      x: "C, instances in the cluster",
      y: "calls",
      points: byC.map(perInstance),
    },
    {
      title: "Lag against C, N=1",
      x: "C, instances in the cluster",
      y: "seconds",
      points: byC.map(lagPoint),
    },
  ];
  // A part of the points would stand there as if it were all.
  if (!options.quick) writeFileSync(FILE, svg(panels));
  return { figures: [] };
}

type Sample = { readonly x: number; readonly measured: Measured };

async function measureAll(
  xs: readonly number[],
  fleetOf: (x: number) => Fleet,
  prepare?: Prepare,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const x of xs) samples.push({ x, measured: await measure(fleetOf(x), prepare) });
  return samples;
}

function perInstance({ x, measured }: Sample): Point {
  return { x, y: measured.calls / measured.terminations };
}

function lagPoint({ x, measured }: Sample): Point {
  return { x, y: percentile(measured.lags, 0.99) };
}

function svg(panels: readonly Panel[]): string {
  const drawn = panels.map(
    (each, i) =>
      `<g transform="translate(${(i % 2) * WIDTH} ${Math.floor(i / 2) * HEIGHT})">\n${panel(each)}\n</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH} ${2 * HEIGHT}" font-family="system-ui, sans-serif" font-size="12">`,
    "<title>What a drain costs, against how many instances go at once and how many there are</title>",
    `<rect width="${2 * WIDTH}" height="${2 * HEIGHT}" fill="#ffffff"/>`,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

// Sizes grow by factors, so the axis below is logarithmic; the one on the left begins at nothing.
function panel({ title, x, y, points }: Panel): string {
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const most = Math.max(1, ...points.map((each) => each.y));
  const [first = 1, last = 10] = [points[0]?.x, points.at(-1)?.x];
  const xOf = (value: number) =>
    MARGIN.left + ((right - MARGIN.left) * Math.log(value / first)) / Math.log(last / first);
  const yOf = (value: number) => bottom - ((bottom - MARGIN.top) * value) / most;
  const at = (each: Point) => `${xOf(each.x).toFixed(1)},${yOf(each.y).toFixed(1)}`;
  const text = (dx: number, dy: number, anchor: string, content: string) =>
    `<text x="${dx.toFixed(1)}" y="${dy.toFixed(1)}" text-anchor="${anchor}" fill="#333333">${content}</text>`;
  return [
    `<text x="${MARGIN.left}" y="22" font-weight="bold" fill="#333333">${title}</text>`,
    `<path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}" fill="none" stroke="#999999"/>`,
    ...[0, most / 2, most].map((value) => text(MARGIN.left - 6, yOf(value) + 4, "end", numberText(value))),
    ...points.map((each) => text(xOf(each.x), bottom + 16, "middle", numberText(each.x))),
    text((MARGIN.left + right) / 2, bottom + 34, "middle", x),
    text(MARGIN.left, MARGIN.top - 6, "middle", y),
    `<polyline points="${points.map(at).join(" ")}" fill="none" stroke="#4c6f9f" stroke-width="2"/>`,
    ...points.map(
      (each) =>
        `<circle cx="${xOf(each.x).toFixed(1)}" cy="${yOf(each.y).toFixed(1)}" r="3" fill="#4c6f9f"/>`,
    ),
  ].join("\n");
}

function numberText(value: number): string {
  return value >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}
