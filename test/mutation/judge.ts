// Judges a mutation run: scores by file, of all and of the rules, and the rules' survivors that nobody has given a reason for.
import { groupBy } from "../../shared/base/batches.ts";

type Position = { readonly line: number; readonly column: number };
type Mutant = {
  readonly status: string;
  /** What kind of change it is, as StrykerJS calls it. */
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: Position; readonly end: Position };
};

/** What StrykerJS's JSON reporter writes, as far as it is judged. */
export type Report = {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
  /** `mutate` has the patterns of what was mutated, perhaps with ranges of lines. */
  readonly config: { readonly mutate: readonly string[] };
};

/** A mutant that behaves as what it was made of: its file among the rules, how that begins, and what it has instead. */
export type Equivalent = readonly [file: string, original: string, replacement: string];

/** How many mutants became what. The score is the share of the killed and timed out among all that are valid, in percent. */
export type Tally = {
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly noCoverage: number;
  readonly score: number;
};

/** What a run showed. */
export type Judgement = {
  /** The worst file first. */
  readonly files: readonly { readonly file: string; readonly tally: Tally }[];
  readonly all: Tally;
  readonly rules: Tally;
  /** How many of each kind survived, or were not reached; the most first. */
  readonly kinds: readonly (readonly [mutatorName: string, count: number])[];
  /** How many survivors of the rules are named. */
  readonly equivalent: number;
  /** Survivors of the rules that are not, as texts: where, what stands there, and what the mutant has instead. */
  readonly unnamed: readonly string[];
  /** Named mutants of files that were run, of which none survived. */
  readonly inVain: readonly string[];
  readonly passed: boolean;
};

/** What the score must be at least, in percent. */
const SCORE_AT_LEAST = 96;
const RULES = "shared/rules/";

/** Judges what was run, and nothing else. */
export function judge({ files, config }: Report, named: readonly Equivalent[]): Judgement {
  const mutants = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.map((mutant) => ({ file, mutant, original: between(source, mutant.location) })),
  );
  const ofRules = mutants.filter(({ file }) => file.startsWith(RULES));
  const survived = ({ mutant }: { readonly mutant: Mutant }) =>
    mutant.status === "Survived" || mutant.status === "NoCoverage";
  const survivors = ofRules.filter(survived);
  // One name stands for one mutant, so that it does not excuse another one that looks the same.
  const left = [...survivors];
  const unfound = named.filter(([name, text, replacement]) => {
    const index = left.findIndex(
      ({ file, original, mutant }) =>
        file === `${RULES}${name}` && original.startsWith(text) && mutant.replacement === replacement,
    );
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  // A range of lines leaves out mutants of a file that it names.
  const isWhole = !config.mutate.some((pattern) => /:\d/.test(pattern));
  const inVain = isWhole ? unfound.filter(([name]) => Object.hasOwn(files, `${RULES}${name}`)) : [];
  const all = tallyOf(mutants.map(({ mutant }) => mutant));
  return {
    files: Object.entries(files)
      .map(([file, { mutants }]) => ({ file, tally: tallyOf(mutants) }))
      .sort((a, b) => a.tally.score - b.tally.score),
    all,
    rules: tallyOf(ofRules.map(({ mutant }) => mutant)),
    kinds: [...groupBy(mutants.filter(survived), ({ mutant }) => mutant.mutatorName)]
      .map(([kind, each]) => [kind, each.length] as const)
      .sort(([, a], [, b]) => b - a),
    equivalent: survivors.length - left.length,
    unnamed: left.map(({ file, mutant, original }) => {
      const { line, column } = mutant.location.start;
      return `${file}:${line}:${column}\n  ${original}\n  ${mutant.replacement}`;
    }),
    inVain: inVain.map(([name, ...texts]) => [`${RULES}${name}`, ...texts].join("\n  ")),
    passed: left.length === 0 && inVain.length === 0 && all.score >= SCORE_AT_LEAST,
  };
}

// Those that do not compile, or that were left out, prove nothing either way.
function tallyOf(mutants: readonly Mutant[]): Tally {
  const count = (status: string) => mutants.filter((each) => each.status === status).length;
  const [killed, timedOut, survived, noCoverage] = [
    count("Killed"),
    count("Timeout"),
    count("Survived"),
    count("NoCoverage"),
  ];
  const valid = killed + timedOut + survived + noCoverage;
  return {
    mutants: mutants.length,
    killed,
    timedOut,
    survived,
    noCoverage,
    score: valid === 0 ? 100 : (100 * (killed + timedOut)) / valid,
  };
}

function between(source: string, { start, end }: Mutant["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? "").slice(0, end.column - 1);
  lines[0] = (lines[0] ?? "").slice(start.column - 1);
  return lines.join("\n");
}
