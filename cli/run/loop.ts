/** How a run ended. */
export type RunOutcome =
  /** There was nothing to do. */
  | "nothing left"
  /** It worked on drains, or left some to the next run. */
  | "drains"
  /** A part of it failed, or all. The log says what. */
  | "failed";

/** How the loop ended. */
export type LoopEnd = "stopped" | "nothing left" | "failed";

/** What the loop needs of the outside. Times are in milliseconds. */
export type LoopOptions = {
  /** Whether it ends once nothing is left to drain. */
  readonly once: boolean;
  readonly run: () => Promise<RunOutcome>;
  readonly now: () => number;
  /** Ends early if the signal comes. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Comes when somebody wants the process to end. */
  readonly signal: AbortSignal;
};

/** How often a run begins: as the schedule of the functions. A run that takes longer is followed at once. */
const EVERY_MS = 60_000;
/** So many runs in a row must find nothing, or must fail, before the loop ends: what AWS shows lags behind. */
const IN_A_ROW = { "nothing left": 2, failed: 5 };

/**
 * Has one run after the other. A run that is under way when the signal comes hands over first. Whoever starts it once has an end:
 * nothing is left, or all of its last runs failed.
 */
export async function loop({ once, run, now, sleep, signal }: LoopOptions): Promise<LoopEnd> {
  let last: RunOutcome | undefined;
  let inARow = 0;
  while (!signal.aborted) {
    const startedAt = now();
    const outcome = await run();
    inARow = outcome === last ? inARow + 1 : 1;
    last = outcome;
    if (once && outcome !== "drains" && inARow >= IN_A_ROW[outcome]) return outcome;
    if (signal.aborted) break;
    await sleep(Math.max(0, startedAt + EVERY_MS - now()), signal);
  }
  return "stopped";
}
