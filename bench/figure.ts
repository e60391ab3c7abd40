import { rounded } from "./numbers.ts";

/** One number that was measured, with what it may be at the most. */
export type Figure = {
  /** What it was measured of: a world, a bundle, another drainer in a world. */
  readonly of: string;
  /** Which drainer, if it was not the functions as deployed. */
  readonly by?: string;
  readonly what: string;
  readonly value: number;
  /** What it may be at the most; 0 means none, and left out that there is no limit. */
  readonly limit?: number;
  readonly unit: string;
};

/** A table of what was measured, for people. */
export type Table = {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** What a part of the bench has measured. */
export type Part = { readonly figures: readonly Figure[]; readonly tables?: readonly Table[] };

/** Whether a figure is over its limit. */
export function isOver({ value, limit }: Figure): boolean {
  return limit !== undefined && !(value <= limit);
}

/** Calls by action, the most frequent first. */
export function actionTable(title: string, counts: Iterable<readonly [string, number]>): Table {
  return {
    title,
    head: ["action", "calls"],
    rows: [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([action, count]) => [action, String(rounded(count))]),
  };
}

/** The figures as a table. */
export function figureTable(title: string, figures: readonly Figure[]): Table {
  return {
    title,
    head: ["of", "figure", "value", "at most", "unit", ""],
    rows: figures.map((each) => [
      each.by === undefined ? each.of : `${each.of}: ${each.by}`,
      each.what,
      String(each.value),
      each.limit === undefined ? "" : each.limit === 0 ? "none" : String(each.limit),
      each.unit,
      each.limit === undefined ? "" : isOver(each) ? "OVER" : "ok",
    ]),
  };
}

/** A table as text, its columns aligned. */
export function tableText({ title, head, rows }: Table): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [title, "", line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line), ""].join(
    "\n",
  );
}
