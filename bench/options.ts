/** What the bench is run with. */
export type BenchOptions = {
  /** Fewer fleets, for a quick answer while you work: each figure then rests on less. */
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

/** Timings that cover the minute, or with `quick` one of each kind. */
export function timings({ quick }: BenchOptions): Timing[] {
  const all = BEHIND.flatMap((behind) =>
    PHASES.map((phase) => ({ phase, ticks: { deregister: TICK, terminate: (TICK + behind) % 60 } })),
  );
  return quick ? all.filter((_, i) => i % 6 === 0) : all;
}
