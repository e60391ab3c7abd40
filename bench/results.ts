import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Figure } from "./figure.ts";

/** The figures of each part, as they were last measured in full. */
export type Results = Readonly<Record<string, readonly Figure[]>>;

/** Where they are kept. */
const RESULTS = fileURLToPath(new URL("results.json", import.meta.url));

/** Reads figures that were measured before. */
export function readResults(path = RESULTS): Results {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Puts the figures of a part in the place of those that were measured before. */
export function keepResults(part: string, figures: readonly Figure[], path = RESULTS): void {
  writeFileSync(path, `${JSON.stringify({ ...readResults(path), [part]: figures }, null, 2)}\n`);
}
