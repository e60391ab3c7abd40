import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Figure } from "../../bench/figure.ts";
import { performanceText } from "./performance-text.ts";
import { markdownTable } from "./tables.ts";

const RESULTS = fileURLToPath(new URL("../../bench/results.json", import.meta.url));
const OF_PEERS = /without load balancers|, measured: |difference from measured/;
const HALF = " with half of the buckets, ";
const MEASURED = /^(?<who>.*), measured: calls, (?<size>N=.*)$/;
const COST = /^(?<who>.*): calls per instance without load balancers, (?<size>N=.*)$/;

/** The page on what a drain costs: what is measured stands in the bench's results, and nowhere else. */
export function performancePage(): string {
  const { figures } = JSON.parse(readFileSync(RESULTS, "utf8")) as { figures: Figure[] };
  return performanceText({
    ours: oursTable(figures),
    atOnce: atOnceTable(figures),
    peers: peersTable(figures),
  });
}

function oursTable(figures: readonly Figure[]): string {
  const rows = figures
    .filter(({ name }) => !OF_PEERS.test(name) && !name.includes(HALF))
    .map(({ name, value, limit, unit }) => [
      name,
      numberText(value, unit),
      limit === undefined ? "" : numberText(limit, unit),
    ]);
  return markdownTable(["figure", "value", "at most"], rows);
}

function atOnceTable(figures: readonly Figure[]): string {
  const half = figures.filter(({ name }) => name.includes(HALF));
  const fleets = [...new Set(half.map(({ name }) => name.slice(name.indexOf(HALF) + HALF.length)))];
  const rows = fleets.map((fleet) => {
    const of = (what: string) =>
      half.find(({ name }) => name.startsWith(what) && name.endsWith(`${HALF}${fleet}`));
    const lag = of("completed after");
    return [
      fleet,
      ...["calls per instance", "calls refused of a hundred", "Lambda seconds", "runs that failed"].map(
        (what) => valueText(of(what)),
      ),
      valueText(lag),
      lag?.limit === undefined ? "" : numberText(lag.limit, lag.unit),
    ];
  });
  const head = [
    "fleet",
    "calls per instance",
    "refused, of a hundred calls",
    "Lambda seconds",
    "failed runs",
  ];
  return markdownTable([...head, "p99 of the lag", "at most"], rows);
}

function peersTable(figures: readonly Figure[]): string {
  const value = (name: string) => valueText(figures.find((each) => each.name === name));
  const rows = figures.flatMap(({ name }) => {
    const { who, size } = COST.exec(name)?.groups ?? {};
    if (who === undefined || size === undefined) return [];
    return [
      [
        who,
        size,
        value(name),
        value(`${who}: Lambda seconds without load balancers, ${size}`),
        value(`${who}: longest lag without load balancers, ${size}`) || "tasks still run",
        value(`${who}, measured: calls, ${size}`),
        value(`${who}, measured: Lambda seconds, ${size}`),
      ],
    ];
  });
  const notModelled = figures.flatMap(({ name }) => {
    const { who, size } = MEASURED.exec(name)?.groups ?? {};
    if (who === undefined || size === undefined || rows.some(([each]) => each === who)) return [];
    return [[who, size, "not modelled", "", "", value(name), ""]];
  });
  const head = ["drainer", "fleet", "calls per instance", "Lambda seconds", "longest lag"];
  return markdownTable([...head, "real one: calls", "real one: Lambda seconds"], [...rows, ...notModelled]);
}

function valueText(figure: Figure | undefined): string {
  return figure === undefined ? "" : numberText(figure.value, figure.unit);
}

// A count needs no unit beside a heading that names it.
function numberText(value: number, unit: string): string {
  const text = value.toLocaleString("en");
  return ["s", "KB", "MB"].includes(unit) ? `${text} ${unit}` : text;
}
