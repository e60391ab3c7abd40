/** What the bench is run with. */
export type BenchOptions = {
  /** Fewer fleets and timings, for a quick answer while you work. Limits are those of the whole, so none holds. */
  readonly quick: boolean;
  /** What is assumed of Auto Scaling's token bucket, which AWS does not publish. */
  readonly autoScaling: { readonly perSecond: number; readonly burst: number };
};

/** How the functions' ticks lie to each other and to the message, in seconds: how much a drain takes depends on it. */
export type Timing = {
  readonly phase: number;
  readonly ticks: { readonly deregister: number; readonly terminate: number };
};

/** How far behind deregister's tick terminate's is. EventBridge promises nothing about it. */
const BEHIND = [5, 20, 35, 50];
const TICK = 20;
/** One of them just misses a tick, whose first receive waits for a second: its message waits for nearly a minute. */
const PHASES = [0, 15, TICK + 2, 30, 45];

/** Timings that cover the minute in which terminate sweeps. */
export const MINUTE: readonly Timing[] = BEHIND.flatMap((behind) =>
  PHASES.map((phase) => ({ phase, ticks: { deregister: TICK, terminate: (TICK + behind) % 60 } })),
);

/** The same over the five minutes from one sweep to the next: each minute has each distance of the ticks, and each phase. */
export const SWEEP: readonly Timing[] = MINUTE.map((timing, i) => {
  const minute = (i + Math.floor(i / PHASES.length)) % PHASES.length;
  return { ...timing, phase: timing.phase + 60 * minute };
});

/** Some of them, as far from each other as can be. Five of all sweeps have each phase once, and a sweep that comes first. */
export function some<T>(all: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.25) * all.length) / count)] as T);
}
