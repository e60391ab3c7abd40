// Keeps tests apart from each other, and their output free of noise.
import sinon from "sinon";
import { endVirtualTime } from "../simulator/kernel/virtual-time.ts";

// The SDK warns of the Node that it runs on. In Lambda that is 24; here it is whatever the reader has.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** How much CPU one test may take, in milliseconds. Seconds on the wall say nothing: the machine may do much else. */
const CPU_LIMIT_MS = 120_000;

let cpuBefore = process.cpuUsage();

// A test or hook that times out leaves its fake timers installed, and each test after it would fail.
export const mochaHooks = {
  beforeEach(): void {
    restoreTimers();
    cpuBefore = process.cpuUsage();
  },
  afterEach(this: Mocha.Context): void {
    const test = this.currentTest;
    const { user, system } = process.cpuUsage(cpuBefore);
    const took = (user + system) / 1_000;
    if (took > CPU_LIMIT_MS)
      throw new Error(
        `${test?.fullTitle()}: expected at most ${CPU_LIMIT_MS / 1_000} s of CPU, found ${Math.round(took / 1_000)} s`,
      );
    if (!restoreTimers()) return;
    const what = `${test?.fullTitle()}: it left virtual time installed`;
    if (test?.state === "passed") throw new Error(what);
    process.stderr.write(`${what}\n`);
  },
};

function restoreTimers(): boolean {
  sinon.restore();
  return endVirtualTime();
}
