import v8 from "node:v8";
import vm from "node:vm";
import { randomSource } from "../../simulator/kernel/random.ts";
import { TARGETS, type Target } from "./targets.ts";

/** What is fuzzed: so many cases of up to 4 KiB, and so many of about 1 MiB, all from one seed. */
export type Plan = { readonly seed: number; readonly cases: number; readonly large: number };

/** One of a seed's cases: `small/17`. The same whatever the number of cases. */
export type CaseName = `${keyof typeof SIZES}/${number}`;

/** What does not hold; without a case, of the whole. */
export type Problem = { readonly name?: CaseName; readonly what: string };

export type Report = {
  /** How many cases there were of each target and outcome. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
  /** Bytes in use after a garbage collection, at even intervals. */
  readonly heap: readonly number[];
  /** The longest call, in milliseconds of this process's CPU; none where one hangs. */
  readonly slowest?: { readonly name: string; readonly milliseconds: number };
};

/** The sizes of bodies in bytes, at the most. */
const SIZES = { small: 4_096, large: 1_048_576 } as const;
/** The least that a large one may be filled up to. */
const LARGE_LEAST = 1_000_000;
/** How long a call may take in any case, in milliseconds of CPU: what other processes do is not the call's. */
const CALL_MS = 100;
/** A call that took longer is made so often again before that is believed: garbage of others may have been collected in it. */
const MORE_CALLS = 3;
/** How much more memory may be in use at the end than once everything is warm. */
const GROWTH_BYTES = 8 * 1_048_576;
const LOOKS_AT_HEAP = 20;

/** A case by its name: what it is given to, and what it is. */
export function caseOf(seed: number, name: CaseName): { target: Target; text: string } {
  const random = randomSource(seed)(name);
  let left = random.whole(0, TARGETS.reduce((sum, { share }) => sum + share, 0) - 1);
  const target = TARGETS.find(({ share }) => {
    left -= share;
    return left < 0;
  }) as Target;
  const isLarge = name.startsWith("large");
  const size = isLarge
    ? random.pick([random.whole(LARGE_LEAST, SIZES.large), SIZES.large])
    : random.pick([64, 256, 1_024, SIZES.small]);
  return { target, text: target.make(random, size, isLarge) };
}

/** The name of a plan's case by its place: the large ones lie evenly among the others, so that each look at the heap sees some. */
export function nameAt({ cases, large }: Plan, place: number): CaseName {
  const largeBefore = (end: number) => Math.floor((end * large) / (cases + large));
  const before = largeBefore(place);
  return largeBefore(place + 1) > before ? `large/${before}` : `small/${place - before}`;
}

/**
 * Gives every case of a plan to what reads it.
 *
 * @param begin is called with each case's name before it is given
 */
export function fuzz(plan: Plan, begin: (name: CaseName) => void = () => {}): Report {
  const { seed, cases, large } = plan;
  const outcomes = new Map<string, number>();
  const problems: Problem[] = [];
  const heap: number[] = [];
  const total = cases + large;
  let slowest = { name: "", milliseconds: 0 };
  for (let i = 0; i < total; i++) {
    const name = nameAt(plan, i);
    begin(name);
    const { target, text } = caseOf(seed, name);
    const { outcome, what, milliseconds } = give(target, text);
    if (milliseconds > slowest.milliseconds) slowest = { name, milliseconds };
    if (what !== undefined) problems.push({ name, what: `${target.name}: ${what}` });
    const counted = `${target.name}: ${outcome}`;
    outcomes.set(counted, (outcomes.get(counted) ?? 0) + 1);
    if ((i + 1) % Math.ceil(total / LOOKS_AT_HEAP) === 0) heap.push(heapInUse());
  }
  const warm = Math.max(...heap.slice(0, Math.ceil(heap.length / 4)));
  const end = Math.min(...heap.slice(-Math.ceil(heap.length / 4)));
  if (end - warm > GROWTH_BYTES) problems.push({ what: `memory grew from ${warm} to ${end} bytes` });
  return { outcomes, problems, heap, slowest };
}

/** Gives one case: its outcome, how long that took, and what does not hold of it. */
export function give(
  target: Target,
  text: string,
): { outcome: string; what: string | undefined; milliseconds: number } {
  const limit = CALL_MS + (text.length / 1024) * target.millisecondsAKib;
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let calls = 0; calls <= MORE_CALLS && milliseconds > limit; calls++) {
    const before = process.cpuUsage();
    try {
      const outcome = target.read(text);
      milliseconds = Math.min(milliseconds, cpuSince(before));
      if (milliseconds <= limit) return { outcome, what: undefined, milliseconds };
    } catch (error) {
      return { outcome: "a problem", what: String(error).slice(0, 600), milliseconds: cpuSince(before) };
    }
  }
  return {
    outcome: "a problem",
    what: `it took ${Math.round(milliseconds)} ms of CPU for ${text.length} characters`,
    milliseconds,
  };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function heapInUse(): number {
  v8.setFlagsFromString("--expose-gc");
  vm.runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
