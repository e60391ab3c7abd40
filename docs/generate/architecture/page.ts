import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { markdownTable } from "../tables.ts";
import { BEFORE, BEFORE_AT } from "./before.ts";
import { arrowsBetween, type Measures, measure, placeOf } from "./measure.ts";
import { missedText, ROWS } from "./rows.ts";
import { FOLDERS, type Source, workingTree } from "./source.ts";
import { WALK, type WalkStep } from "./walk.ts";

/** A table of measures, a column for each that is given. */
export function measuresTable(columns: readonly (readonly [head: string, measures: Measures])[]): string {
  return markdownTable(
    ["", ...columns.map(([head]) => head), "aim"],
    ROWS.map(({ name, aim, textOf }) => [name, ...columns.map(([, measures]) => textOf(measures)), aim]),
  );
}

/**
 * The page on how the code is built. Throws an Error for a step whose file is not there, and for an aim that is missed without
 * a reason.
 */
export function architecturePage(): string {
  const sources = workingTree(FOLDERS);
  const measures = measure(sources);
  return `# Architecture

<!-- Made from the sources by \`npm run docs\`: docs/generate/architecture. -->

## The plan

Each box is a folder. An arrow says how many imports go from one folder to another; imports of types count. Imports go down only: which
folder may import which is a table in [test/unit/structure.test.ts](../../test/unit/structure.test.ts).

### What runs in Lambda

${diagram(sources, /^(functions|shared)\b/)}

### The simulated AWS

${diagram(sources, /^simulator\b/)}

## One termination, a file a step

${walkText(WALK)}

## Before and after

${measuresTable([
  [`before (${BEFORE_AT})`, BEFORE],
  ["after", measures],
])}

Why the number is not the aim:

${missedText(measures)}

There are more imports between folders than before because there are more folders. Before, most files were in \`shared/\` itself, and imports
between those were not counted.

\`npm run architecture\` prints the column *after* for the working tree, and \`npm run architecture -- --at ${BEFORE_AT}\` for any revision. How it counts, in
\`shared/\` and \`functions/\`:

- A function is a declaration or a method. Arrow functions count for their parameters alone. A parameter that is taken apart is one.
- An import counts once for each file and statement. The files in none of the folders count as a folder of their own.
- A join by object identity is a Map or Set, named as a type or made, whose key is an object type: \`Map<Termination, ...>\`. Such a map finds
  that object alone, and none that is equal to it.
- A cast is \`as\` with a type. \`as const\` is none.
`;
}

function diagram(sources: readonly Source[], which: RegExp): string {
  const arrows = arrowsBetween(sources, placeOf).filter(({ from, to }) => which.test(from) && which.test(to));
  const places = [...new Set(sources.map(({ path }) => placeOf(path)))]
    .filter((place) => which.test(place))
    .sort();
  const idOf = (place: string) => place.replaceAll(/\W/g, "_");
  return [
    "```mermaid",
    "flowchart TD",
    ...places.map((place) => `  ${idOf(place)}["${place}"]`),
    ...arrows.map(({ from, to, count }) => `  ${idOf(from)} -->|${count}| ${idOf(to)}`),
    "```",
  ].join("\n");
}

/** A way through the code as a list. Throws an Error for a step whose file is not there. */
export function walkText(steps: readonly WalkStep[]): string {
  return steps
    .map(({ file, what }, index) => {
      if (!existsSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url))))
        throw new Error(`docs/generate/architecture/walk.ts: there is no ${file}`);
      return `${index + 1}. [${file}](../../${file}) ${what}`;
    })
    .join("\n");
}
