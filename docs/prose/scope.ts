import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FORMER_PHRASES } from "../../shared/base/log.ts";

/** What `npm run check` covers: pages, and the comments and texts in these folders' code. To cover a folder, add it here. */
export const CHECKED = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "docs",
  "shared",
  "functions",
  "simulator",
  "cli",
  "bench",
  "deploy",
];

/** Texts in the code that have to be as they are: old names, which stand in the log for one release. */
export const OLD_NAMES: readonly string[] = Object.values(FORMER_PHRASES);

/** A sentence of more words than this is an error. */
export const MOST_WORDS = 30;
/** Most sentences have fewer words than this: those above are counted. */
export const GOOD_WORDS = 25;

const READABLE = /\.(md|ts|cjs|mjs)$/;
/** What others wrote: a folder of test/ may have packages of its own. */
const FOREIGN = /(^|\/)node_modules\//;

/** All pages and sources under these files and folders, in the order of their names. */
export function filesUnder(paths: readonly string[]): string[] {
  return paths
    .flatMap((path) =>
      statSync(path).isFile()
        ? [path]
        : readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name)),
    )
    .filter((path) => READABLE.test(path) && !FOREIGN.test(path))
    .sort();
}
