import sinon from "sinon";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** What timers and Date really are; the fake ones replace them in the middle of a run. */
const realImmediate = setImmediate;

/**
 * Runs something on a virtual clock: `Date`, `setTimeout` and `Math.random` are replaced for the whole process until it
 * ends, so that the SDK's own waiting and jitter take virtual time and repeat from the seed. Time moves on whenever
 * everything waits for a timer. Only one can run at a time.
 *
 * Throws what `run` throws, and an Error when all wait and no timer is left that could wake them.
 */
export async function inVirtualTime<T>(
  startsAt: number,
  random: Random,
  run: (clock: Clock) => Promise<T>,
): Promise<T> {
  // Of its own: sinon's default one would keep each clock, with all that its timers hold, until it is restored as a whole.
  const sandbox = sinon.createSandbox();
  const timers = sandbox.useFakeTimers({
    now: startsAt,
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
  });
  // The fakes cut fractions off; a timer of none would let whoever waits in a loop for time to pass wait for ever.
  const fakeTimeout: (callback: () => void, milliseconds: number, ...rest: unknown[]) => unknown = setTimeout;
  globalThis.setTimeout = ((callback: () => void, milliseconds = 0, ...rest: unknown[]) =>
    fakeTimeout(callback, Math.ceil(milliseconds), ...rest)) as typeof setTimeout;
  const realRandom = Math.random;
  Math.random = () => random.fraction();
  try {
    const clock: Clock = {
      now: () => timers.now,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds))),
    };
    let settled = false;
    const result = run(clock).finally(() => {
      settled = true;
    });
    // The driver below would otherwise be late to handle a rejection.
    result.catch(() => {});
    for (;;) {
      await new Promise<void>((resolve) => realImmediate(resolve));
      if (settled) return await result;
      if (timers.countTimers() === 0) throw new Error("virtual time: everything waits, and no timer is left");
      timers.next();
    }
  } finally {
    Math.random = realRandom;
    sandbox.restore();
  }
}
