import type { Clock } from "./clock.ts";

/** What a simulated invocation tells the function that runs in it. */
export type SimulatedInvocation = {
  readonly requestId: string;
  readonly remainingMilliseconds: () => number;
  /** False once Lambda has ended the run: nothing that it still does reaches anybody. */
  readonly alive: () => boolean;
};

/** A function with its schedule, as EventBridge and Lambda see it. Times in seconds. */
export type ScheduledFunction = {
  readonly name: string;
  readonly everySeconds: number;
  readonly firstAfterSeconds: number;
  readonly timeoutSeconds: number;
  readonly run: (invocation: SimulatedInvocation) => Promise<unknown>;
};

/** How one invocation went; times in milliseconds since 1970. */
export type InvocationRecord = {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: "succeeded" | "failed" | "timed out";
  /** What it threw. */
  readonly error: string | undefined;
};

/** Runs scheduled functions on a clock: each tick is an invocation of its own, however long the last one takes. */
export class LambdaPlatform {
  readonly records: InvocationRecord[] = [];
  readonly #clock: Clock;
  #invocations = 0;
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nothing runs. */
  get idle(): boolean {
    return this.#running === 0;
  }

  /** Invokes a function on its schedule for as long as `goOn` says so when a tick is due. */
  async schedule(scheduled: ScheduledFunction, goOn: () => boolean): Promise<void> {
    const running: Promise<void>[] = [];
    await this.#clock.sleep(scheduled.firstAfterSeconds * 1000);
    while (goOn()) {
      running.push(this.invoke(scheduled));
      await this.#clock.sleep(scheduled.everySeconds * 1000);
    }
    await Promise.all(running);
  }

  /** Invokes a function once, and ends it at its timeout. */
  async invoke({
    name,
    timeoutSeconds,
    run,
  }: Pick<ScheduledFunction, "name" | "timeoutSeconds" | "run">): Promise<void> {
    const clock = this.#clock;
    const startedAt = clock.now();
    const deadline = startedAt + timeoutSeconds * 1000;
    let over = false;
    this.#invocations += 1;
    this.#running += 1;
    const invocation: SimulatedInvocation = {
      requestId: `${name}-${this.#invocations}`,
      remainingMilliseconds: () => deadline - clock.now(),
      alive: () => !over && clock.now() < deadline,
    };
    const [outcome, error] = await Promise.race([
      run(invocation).then(
        (): [InvocationRecord["outcome"], string?] => ["succeeded"],
        (thrown): [InvocationRecord["outcome"], string?] => ["failed", String(thrown)],
      ),
      clock.sleep(timeoutSeconds * 1000).then((): [InvocationRecord["outcome"], string?] => ["timed out"]),
    ]);
    over = true;
    this.#running -= 1;
    this.records.push({ name, startedAt, endedAt: clock.now(), outcome, error });
  }
}
