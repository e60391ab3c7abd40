import sinon from "sinon";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Still the real one while `inVirtualTime` has replaced the process's timers. */
const realImmediate = setImmediate;

/** The replaced timers, `Date` and `Math.random` of the process. */
type Installed = {
  readonly clock: Clock;
  /** Moves on to the next timer. Returns false where there is none. */
  readonly advance: () => boolean;
  readonly restore: () => void;
};

/** What is installed at this moment. */
let installed: Installed | undefined;

/**
 * Runs something on a virtual clock. Until it ends, `Date`, `setTimeout` and `Math.random` are replaced for the whole process:
 * the SDK's own waiting and jitter take virtual time, and repeat from the seed. Time moves on whenever everything waits for a
 * timer. Only one can run at a time: one that still runs is ended.
 *
 * Throws what `run` throws, and an Error when all wait and no timer is left that could wake them, or when it is ended.
 */
export async function inVirtualTime<T>(
  startsAt: number,
  random: Random,
  run: (clock: Clock) => Promise<T>,
): Promise<T> {
  endVirtualTime();
  const own = install(startsAt, random);
  installed = own;
  try {
    let settled = false;
    const result = run(own.clock).finally(() => {
      settled = true;
    });
    // The loop below would otherwise be late to handle a rejection.
    result.catch(() => {});
    for (;;) {
      await new Promise<void>((resolve) => realImmediate(resolve));
      if (settled) return await result;
      if (installed !== own) throw new Error("virtual time: it was ended from outside");
      if (!own.advance()) throw new Error("virtual time: everything waits, and no timer is left");
    }
  } finally {
    if (installed === own) endVirtualTime();
  }
}

/**
 * Ends what still runs in virtual time, and gives the process its own timers back. A test that timed out needs this: nobody
 * else ends its run. Returns whether something was running.
 */
export function endVirtualTime(): boolean {
  if (!installed) return false;
  installed.restore();
  installed = undefined;
  return true;
}

function install(startsAt: number, random: Random): Installed {
  // A sandbox of its own: sinon's default one would keep each clock, and all that its timers refer to.
  const sandbox = sinon.createSandbox();
  const timers = sandbox.useFakeTimers({
    now: startsAt,
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
  });
  // The fake timers cut fractions off. With a timer of 0 ms, whoever waits in a loop for time to pass would wait for ever.
  const fakeTimeout: (callback: () => void, milliseconds: number, ...rest: unknown[]) => unknown = setTimeout;
  const roundingTimeout = (callback: () => void, milliseconds = 0, ...rest: unknown[]) =>
    fakeTimeout(callback, Math.ceil(milliseconds), ...rest);
  globalThis.setTimeout = roundingTimeout as typeof setTimeout;
  const realRandom = Math.random;
  Math.random = () => random.fraction();
  return {
    clock: {
      now: () => timers.now,
      // Not the process's `setTimeout`: what was ended from outside must not go on in real time.
      sleep: (milliseconds) => new Promise((resolve) => roundingTimeout(resolve, Math.max(0, milliseconds))),
    },
    advance: () => {
      if (timers.countTimers() === 0) return false;
      timers.next();
      return true;
    },
    restore: () => {
      Math.random = realRandom;
      sandbox.restore();
    },
  };
}
