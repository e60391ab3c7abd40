import type { Clock } from "./clock.ts";

type Sleeper = { readonly at: number; readonly wake: () => void };

/**
 * The real clock, but faster or slower. `advance` moves it forward. At speed 0, only `advance` moves it.
 */
export class ScaledClock implements Clock {
  readonly #speed: number;
  readonly #realStart: number;
  readonly #start: number;
  readonly #sleepers = new Set<Sleeper>();
  #advanced = 0;

  /** @param speed seconds of this clock in a real second */
  constructor(startsAt: number, speed: number) {
    this.#start = startsAt;
    this.#speed = speed;
    this.#realStart = performance.now();
  }

  now = (): number =>
    Math.floor(this.#start + this.#advanced + (performance.now() - this.#realStart) * this.#speed);

  sleep = (milliseconds: number): Promise<void> => {
    if (milliseconds <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const at = this.now() + milliseconds;
      let timer: NodeJS.Timeout | undefined;
      const sleeper: Sleeper = {
        at,
        wake: () => {
          clearTimeout(timer);
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      if (this.#speed > 0) timer = setTimeout(sleeper.wake, Math.ceil(milliseconds / this.#speed));
    });
  };

  /**
   * Moves the clock forward sleep by sleep. Whoever wakes has done its work, as far as that waits for nothing but this clock, before
   * the next one wakes.
   */
  async advanceBySleeps(milliseconds: number): Promise<void> {
    const end = this.now() + milliseconds;
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const next = Math.min(end, ...[...this.#sleepers].map(({ at }) => at));
      const now = this.now();
      if (now >= end) return;
      this.advance(Math.max(0, next - now));
    }
  }

  /** Moves the clock forward, and ends the sleeps that are over by then. */
  advance(milliseconds: number): void {
    this.#advanced += milliseconds;
    const now = this.now();
    for (const sleeper of [...this.#sleepers].sort((a, b) => a.at - b.at))
      if (sleeper.at <= now) sleeper.wake();
  }
}
