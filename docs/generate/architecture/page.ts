import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { markdownTable } from "../tables.ts";
import { BEFORE, BEFORE_AT } from "./before.ts";
import { arrowsBetween, type Measures, measure, placeOf } from "./measure.ts";
import { FOLDERS, type Source, workingTree } from "./source.ts";
import { WALK, type WalkStep } from "./walk.ts";

/** How one measure is called, how a value of it is written, and what is aimed at. */
type Row = readonly [name: string, aim: string, textOf: (of: Measures) => string];

const ROWS: readonly Row[] = [
  ["files in `shared/` itself, in none of its folders", "1 to 3", ({ flatFiles }) => String(flatFiles)],
  ["imports between the folders of `shared/`", "", ({ imports }) => String(imports)],
  ["pairs of these folders that import each other", "0", ({ twoWay }) => String(twoWay)],
  ["functions with five or more parameters", "5", ({ manyParameters }) => String(manyParameters)],
  [
    "functions of more than 40 lines",
    "2 %",
    ({ longFunctions, functions }) =>
      `${longFunctions} (${((100 * longFunctions) / functions).toFixed(1)} %)`,
  ],
  ["lines in `functions/`", "700", ({ handlerLines }) => String(handlerLines)],
  ["joins by object identity", "0", ({ joins }) => String(joins)],
  ["casts in a thousand lines", "2", ({ casts, lines }) => ((1000 * casts) / lines).toFixed(1)],
];

/** A table of measures, a column for each that is given. */
export function measuresTable(columns: readonly (readonly [head: string, measures: Measures])[]): string {
  return markdownTable(
    ["", ...columns.map(([head]) => head), "aim"],
    ROWS.map(([name, aim, textOf]) => [name, ...columns.map(([, measures]) => textOf(measures)), aim]),
  );
}

/** The page on how the code is built. Throws an Error for a step whose file is not there. */
export function architecturePage(): string {
  const sources = workingTree(FOLDERS);
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
  ["after", measure(sources)],
])}

\`npm run architecture\` prints the last column for the working tree, and \`npm run architecture -- --at ${BEFORE_AT}\` for any revision. How it counts, in
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
