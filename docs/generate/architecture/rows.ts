import type { Measures } from "./measure.ts";

/** One measure as the page shows it. */
export type Row = {
  readonly name: string;
  /** What is aimed at, in words; empty where it is counted only to be seen. */
  readonly aim: string;
  readonly textOf: (of: Measures) => string;
  readonly isMet: (of: Measures) => boolean;
  /** Why the code may be better with another number than the aim. Without a reason the aim must be met. */
  readonly why?: string;
};

const longShare = ({ longFunctions, functions }: Measures) => (100 * longFunctions) / functions;
const castsInThousand = ({ casts, lines }: Measures) => (1000 * casts) / lines;

/** The measures in the page's order. */
export const ROWS: readonly Row[] = [
  {
    name: "files in `shared/` itself, in none of its folders",
    aim: "1 to 3",
    textOf: ({ flatFiles }) => String(flatFiles),
    isMet: ({ flatFiles }) => flatFiles >= 1 && flatFiles <= 3,
    why: "The pass was to stay in `shared/` itself. It became a folder, `shared/reconcile`, when its heartbeats, its end, the sweep and the terminations of a run each got a file.",
  },
  {
    name: "imports between the folders of `shared/`",
    aim: "",
    textOf: ({ imports }) => String(imports),
    isMet: () => true,
  },
  {
    name: "pairs of these folders that import each other",
    aim: "0",
    textOf: ({ twoWay }) => String(twoWay),
    isMet: ({ twoWay }) => twoWay === 0,
  },
  {
    name: "functions with five or more parameters",
    aim: "5",
    textOf: ({ manyParameters }) => String(manyParameters),
    isMet: ({ manyParameters }) => manyParameters <= 5,
  },
  {
    name: "functions of more than 40 lines",
    aim: "2 %",
    textOf: (of) => `${of.longFunctions} (${longShare(of).toFixed(1)} %)`,
    isMet: (of) => Number(longShare(of).toFixed(1)) <= 2,
  },
  {
    name: "lines in `functions/`",
    aim: "700",
    textOf: ({ handlerLines }) => String(handlerLines),
    isMet: ({ handlerLines }) => handlerLines <= 700,
  },
  {
    name: "joins by object identity",
    aim: "0",
    textOf: ({ joins }) => String(joins),
    isMet: ({ joins }) => joins === 0,
  },
  {
    name: "casts in a thousand lines",
    aim: "2",
    textOf: (of) => castsInThousand(of).toFixed(1),
    isMet: (of) => Number(castsInThousand(of).toFixed(1)) <= 2,
  },
];

/** Why aims are missed, as a list. Throws an Error for one that is missed without a reason. */
export function missedText(measures: Measures, rows: readonly Row[] = ROWS): string {
  const missed = rows.filter(({ isMet }) => !isMet(measures));
  return missed
    .map(({ name, why, aim, textOf }) => {
      if (why === undefined)
        throw new Error(
          `docs/generate/architecture/rows.ts: ${name}: ${textOf(measures)}, the aim is ${aim}, and no reason is given`,
        );
      return `- ${name.charAt(0).toUpperCase()}${name.slice(1)}: ${why}`;
    })
    .join("\n");
}
