// Tells the scores of a mutation run, and the mutants of the rules that survived without a reason.
import { readFileSync } from "node:fs";
import { EQUIVALENTS } from "./equivalents.ts";

type Position = { readonly line: number; readonly column: number };
type Mutant = {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Position; readonly end: Position };
};
type Report = {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
};

/** What the score of shared/ must be, in percent. */
const SCORE_AT_LEAST = 85;
const RULES = "shared/rules/";

const { files } = JSON.parse(readFileSync("reports/mutation.json", "utf8")) as Report;
const mutants = Object.entries(files).flatMap(([file, { source, mutants }]) =>
  mutants.map((mutant) => ({
    file,
    mutant,
    original: between(source, mutant.location),
    isKilled: mutant.status === "Killed" || mutant.status === "Timeout",
    survives: mutant.status === "Survived" || mutant.status === "NoCoverage",
  })),
);
const named = EQUIVALENTS.flatMap(([, each]) => each);
const ofRules = mutants.filter(({ file }) => file.startsWith(RULES));
const survivors = ofRules.filter(({ survives }) => survives);
const unnamed = survivors.filter(
  ({ file, original, mutant }) =>
    !named.some(
      ([name, text, replacement]) =>
        file === `${RULES}${name}` && original.startsWith(text) && mutant.replacement === replacement,
    ),
);
for (const { file, mutant, original } of unnamed) {
  const { line, column } = mutant.location.start;
  process.stdout.write(`SURVIVED ${file}:${line}:${column}\n  ${original}\n  ${mutant.replacement}\n`);
}
const score = scoreOf(mutants);
process.stdout.write(
  `${mutants.length} mutants, score ${score.toFixed(2)} %\n` +
    `${ofRules.length} of them of the rules, score ${scoreOf(ofRules).toFixed(2)} %: ` +
    `${survivors.length - unnamed.length} equivalent, ${unnamed.length} survived\n`,
);
process.exitCode = unnamed.length > 0 || score < SCORE_AT_LEAST ? 1 : 0;

// Those that do not compile, or that were left out, prove nothing either way.
function scoreOf(some: typeof mutants): number {
  const killed = some.filter(({ isKilled }) => isKilled).length;
  const valid = some.filter(({ isKilled, survives }) => isKilled || survives).length;
  return (100 * killed) / Math.max(1, valid);
}

function between(source: string, { start, end }: Mutant["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? "").slice(0, end.column - 1);
  lines[0] = (lines[0] ?? "").slice(start.column - 1);
  return lines.join("\n");
}
