// What the simulation alone finds of the planted bugs, without any test.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Result } from "../simulation/run.ts";
import { SeedError } from "../simulation/sweep.ts";
import { KINDS } from "../simulation/tell.ts";
import type { Bug } from "./bug.ts";
import { BUGS } from "./bugs.ts";
import type { Garden } from "./garden.ts";

const FILE = fileURLToPath(new URL("./simulated.json", import.meta.url));
/** How many seeds the simulation has to find a bug. */
export const SEEDS = 100;
/** The first seed. It is the one that .ci/run begins with. */
const BASE = 91_000_000;
/** A bug that shows at all mostly shows in the first seeds. So all bugs get these before any gets the rest. */
const ROUNDS = [2, 6, 20, 50];
/** How much is kept of what a seed says. */
const SAYS_LENGTH = 160;

/** What the simulation made of one bug. */
export type Simulated = {
  /** How many seeds were played with it. */
  readonly seeds: number;
  /** In how many of them anything was otherwise than without it. What the judge allowed of that, or did not see, is not found. */
  readonly changed: number;
  /** What the last of them says, if that is what the bug did. */
  readonly says?: string;
};

/** Reads what was measured last, by what is wrong with each bug. */
export function readMeasured(): ReadonlyMap<string, Simulated> {
  return new Map(Object.entries(JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Simulated>));
}

/** How to measure. */
export type SimulateOptions = {
  /** The places of the bugs in their list. */
  readonly chosen: readonly number[];
  readonly seeds: number;
  readonly workers: number;
  readonly tell: (line: string) => void;
};

/**
 * Plays seeds with each of the bugs until one fails, and keeps what came of it. A seed that fails without a bug too proves nothing.
 * Returns what was measured of each bug.
 */
export async function simulate(
  garden: Garden,
  { chosen, seeds, workers, tell }: SimulateOptions,
): Promise<Simulated[]> {
  const sound = await playSound(garden, seeds, workers);
  tell(`without a bug, ${sound.length} of ${seeds} seeds pass: these are played`);
  const measured = new Map<number, Simulated>(chosen.map((index) => [index, { seeds: 0, changed: 0 }]));
  for (const end of [...ROUNDS.filter((each) => each < sound.length), sound.length]) {
    for (const [index, before] of measured) {
      if (before.says !== undefined) continue;
      const after = await playWith(garden, index, { before, some: sound.slice(before.seeds, end), workers });
      measured.set(index, after);
      if (after.says !== undefined) tell(`${index + 1} ${bugAt(index).what}\n   ${after.says}`);
      keep(bugAt(index).what, after);
    }
    const left = [...measured].filter(([, { says }]) => says === undefined);
    tell(`${left.length} not found in ${end} seeds: ${left.map(([index]) => index + 1).join(", ")}`);
  }
  return [...measured.values()];
}

function bugAt(index: number): Bug {
  return BUGS[index] as Bug;
}

/** A seed that passes without a bug, and what is the same where a bug changes nothing. */
type Sound = Pick<Result, "seed" | "digest">;

// A bug shows the soonest where much happens and nothing goes wrong, since the judge then allows little, or where much goes wrong. So
// these two kinds of seeds come first, in turns.
async function playSound(garden: Garden, count: number, workers: number): Promise<Sound[]> {
  const seeds = Array.from({ length: count }, (_, i) => BASE + i);
  const results = await garden.play(seeds, workers, () => false);
  const sound = results.filter(({ violations }) => violations.length === 0);
  const faultsOf = ({ fired }: Result) => KINDS.filter((kind) => (fired.get(kind) ?? 0) > 0).length;
  const kindsOf = ({ fired }: Result) => [...fired.values()].filter((times) => times > 0).length;
  const calm = [...sound].sort((a, b) => faultsOf(a) - faultsOf(b) || kindsOf(b) - kindsOf(a));
  const wild = [...sound].sort((a, b) => kindsOf(b) - kindsOf(a));
  const inTurns = calm.flatMap((each, place) => [each, wild[place] ?? each]);
  return [...new Set(inTurns)].map(({ seed, digest }) => ({ seed, digest }));
}

/** What was measured of a bug so far, and which seeds to play next. */
type Playing = { readonly before: Simulated; readonly some: readonly Sound[]; readonly workers: number };

async function playWith(
  garden: Garden,
  index: number,
  { before, some, workers }: Playing,
): Promise<Simulated> {
  const seeds = some.map(({ seed }) => seed);
  const digests = new Map(some.map(({ seed, digest }) => [seed, digest]));
  try {
    const results = await garden.with(index, () =>
      garden.play(seeds, workers, ({ violations }) => violations.length > 0),
    );
    const failed = results.find(({ violations }) => violations.length > 0);
    const changed = results.filter(({ seed, digest }) => digests.get(seed) !== digest).length;
    return {
      seeds: before.seeds + results.length,
      changed: before.changed + changed,
      ...(failed === undefined
        ? {}
        : { says: `seed ${failed.seed}: ${failed.violations[0] ?? ""}`.slice(0, SAYS_LENGTH) }),
    };
  } catch (error) {
    // A process that died may not have come so far as to play: then it is the planting that is wrong.
    if (!(error instanceof SeedError) || error.hasDied) throw error;
    const { seeds: played, changed } = before;
    return { seeds: played + seeds.indexOf(error.seed) + 1, changed: changed + 1, says: error.message };
  }
}

// A measurement takes hours, and may be ended at any time. What is there no more is forgotten.
function keep(what: string, measured: Simulated): void {
  const all = new Map([...readMeasured(), [what, measured]]);
  const inOrder = BUGS.flatMap((each) => {
    const own = all.get(each.what);
    return own === undefined ? [] : [[each.what, own]];
  });
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`);
}
