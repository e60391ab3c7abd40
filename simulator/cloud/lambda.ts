import type { Clock } from "../kernel/clock.ts";
import type { Firings } from "../kernel/firings.ts";
import { dropWhile, type Past } from "../kernel/past.ts";

/** What a function knows of the invocation that it runs in. */
export type SimulatedInvocation = {
  readonly requestId: string;
  readonly remainingMilliseconds: () => number;
  /** False once Lambda has ended the run: what the run still does has no effect. */
  readonly alive: () => boolean;
  /** Call this at each await: it says whether the run goes on. A run that must be killed at its n-th await ends here. */
  readonly goesOn: () => boolean;
  /** Whether Lambda starts a new process for it, and ends those that it has kept. */
  readonly cold: boolean;
};

/** A function with its schedule, as EventBridge and Lambda know it. Times in seconds. */
export type ScheduledFunction = {
  readonly name: string;
  readonly everySeconds: number;
  readonly firstAfterSeconds: number;
  readonly timeoutSeconds: number;
  /** Draws how late a tick comes, in milliseconds. */
  readonly lateBy?: () => number;
  readonly run: (invocation: SimulatedInvocation) => Promise<unknown>;
};

/** What one invocation needs of a function. */
type Invokable = Pick<ScheduledFunction, "name" | "timeoutSeconds" | "run">;

/** How one invocation went; times in milliseconds since 1970. */
export type InvocationRecord = {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: "succeeded" | "failed" | "timed out" | "killed";
  /** The error that it threw. */
  readonly error: string | undefined;
};

/** Whether Lambda ended a run before it could pass on what it knew. */
export function isCutShort(outcome: InvocationRecord["outcome"]): boolean {
  return outcome === "timed out" || outcome === "killed";
}

/** How an invocation ended, for the one who waits for it. */
export type Invoked = {
  readonly outcome: InvocationRecord["outcome"];
  /** The error that it threw. */
  readonly error?: string;
  /** What it returned, if it succeeded. */
  readonly answer?: unknown;
};

/** How an event source mapping's invocation ended, if there was one. */
export type Mapped = Invoked | { readonly outcome: "throttled"; readonly answer?: undefined };

/** Runs functions on a schedule. Each tick starts another invocation, even while the last one still runs. */
export class LambdaPlatform implements Past {
  /** The invocations that have ended and are not forgotten, in order of their ends. */
  readonly records: InvocationRecord[] = [];
  readonly #clock: Clock;
  readonly #firings: Firings;
  readonly #scheduled = new Map<string, ScheduledFunction>();
  /** At which of their awaits the next invocations of a function are killed. */
  readonly #kills = new Map<string, number[]>();
  /** Until when a function's ticks are skipped. */
  readonly #skipped = new Map<string, number>();
  /** Until when Lambda throttles a function. */
  readonly #throttled = new Map<string, number>();
  /** How long the new process of a function's next invocation takes before the run begins, in milliseconds. */
  readonly #cold = new Map<string, number>();
  #invocations = 0;
  #running = 0;

  constructor(clock: Clock, firings: Firings) {
    this.#clock = clock;
    this.#firings = firings;
  }

  /** Whether nothing runs. */
  get idle(): boolean {
    return this.#running === 0;
  }

  /** Invokes a function on its schedule, while `goOn` returns true when a tick is due. */
  async schedule(scheduled: ScheduledFunction, goOn: () => boolean): Promise<void> {
    const { name, firstAfterSeconds, everySeconds, lateBy = () => 0 } = scheduled;
    const running = new Set<Promise<unknown>>();
    this.#scheduled.set(name, scheduled);
    await this.#clock.sleep(firstAfterSeconds * 1000);
    while (goOn()) {
      if (this.#clock.now() < (this.#skipped.get(name) ?? 0)) this.#firings.count("skipped ticks");
      else if (this.#isThrottled(name)) this.#firings.count("throttled invocations");
      else {
        const run = this.#invokeLate(scheduled, lateBy());
        running.add(run);
        void run.then(() => running.delete(run));
      }
      await this.#clock.sleep(everySeconds * 1000);
    }
    await Promise.all(running);
  }

  async #invokeLate(scheduled: ScheduledFunction, milliseconds: number): Promise<void> {
    if (milliseconds > 0) {
      this.#firings.count("late ticks");
      await this.#clock.sleep(milliseconds);
    }
    await this.invoke(scheduled);
  }

  /** Invokes a scheduled function once more, beside its schedule: EventBridge delivers at least once. */
  tick(name: string): void {
    const scheduled = this.#scheduled.get(name);
    if (!scheduled) return;
    this.#firings.count("doubled ticks");
    // It never rejects, and `idle` says when it has ended.
    void this.invoke(scheduled);
  }

  /** Skips a function's ticks until a time in milliseconds since 1970. */
  skip(name: string, until: number): void {
    this.#skipped.set(name, until);
  }

  /**
   * Throttles a function until a time in milliseconds since 1970. A tick that is throttled is lost: the template lets
   * EventBridge's invocations wait for at most a minute.
   */
  throttle(name: string, until: number): void {
    this.#throttled.set(name, until);
  }

  #isThrottled(name: string): boolean {
    return this.#clock.now() < (this.#throttled.get(name) ?? 0);
  }

  /** Invokes a function for an event source mapping: once, unless Lambda throttles it. Never rejects. */
  async invokeForMapping(mapped: Invokable): Promise<Mapped> {
    if (!this.#isThrottled(mapped.name)) return await this.invoke(mapped);
    this.#firings.count("throttled invocations");
    return { outcome: "throttled" };
  }

  /** Kills the next invocation of a function that reaches its n-th await, there. */
  kill(name: string, atAwait: number): void {
    const kills = this.#kills.get(name) ?? [];
    kills.push(atAwait);
    this.#kills.set(name, kills);
  }

  /** Drops all plans to kill an invocation. */
  spare(): void {
    for (const kills of this.#kills.values()) kills.length = 0;
  }

  /** Starts the next invocation of a function in a new process, which takes so many milliseconds before the run begins. */
  cool(name: string, initMs = 0): void {
    this.#cold.set(name, initMs);
  }

  forget(before: number): void {
    dropWhile(this.records, ({ endedAt }) => endedAt < before);
  }

  /** Invokes a function once, and ends it at its timeout. Never rejects. */
  async invoke({ name, timeoutSeconds, run }: Invokable): Promise<Invoked> {
    const clock = this.#clock;
    this.#running += 1;
    const initMs = this.#cold.get(name);
    const cold = this.#cold.delete(name);
    if (cold) this.#firings.count("cold starts");
    if (initMs) await this.#init(initMs);
    const startedAt = clock.now();
    const deadline = startedAt + timeoutSeconds * 1000;
    let over = false;
    this.#invocations += 1;
    const alive = () => !over && clock.now() < deadline;
    const doom = this.#doom(name, () => {
      over = true;
    });
    const invocation: SimulatedInvocation = {
      requestId: `${name}-${this.#invocations}`,
      remainingMilliseconds: () => deadline - clock.now(),
      alive,
      goesOn: () => {
        if (alive()) doom.step();
        return alive();
      },
      cold,
    };
    const invoked = await Promise.race<Invoked>([
      run(invocation).then(
        (answer): Invoked => ({ outcome: "succeeded", answer }),
        (thrown): Invoked => ({ outcome: "failed", error: String(thrown) }),
      ),
      clock.sleep(timeoutSeconds * 1000).then((): Invoked => ({ outcome: "timed out" })),
      doom.met.then((): Invoked => ({ outcome: "killed" })),
    ]);
    over = true;
    this.#running -= 1;
    const { outcome, error } = invoked;
    this.records.push({ name, startedAt, endedAt: clock.now(), outcome, error });
    return invoked;
  }

  // Starts a process. That time is none of the run's timeout.
  async #init(milliseconds: number): Promise<void> {
    this.#firings.count("slow cold starts");
    await this.#clock.sleep(milliseconds);
  }

  // Kills an invocation at the planned await, if there is a plan. If it ends before, the plan is left for the next one.
  #doom(name: string, kill: () => void): { step: () => void; met: Promise<void> } {
    const kills = this.#kills.get(name) ?? [];
    const [at] = kills;
    let left = at ?? Number.POSITIVE_INFINITY;
    let meet = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const step = () => {
      left -= 1;
      if (left > 0 || at === undefined || !kills.includes(at)) return;
      kills.splice(kills.indexOf(at), 1);
      this.#firings.count("killed invocations");
      kill();
      meet();
    };
    return { step, met };
  }
}
