// Protects the clock of all simulations: time passes however short the waits are, and the process gets its own timers back.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { Random } from "../../../../simulator/kernel/random.ts";
import { endVirtualTime, inVirtualTime } from "../../../../simulator/kernel/virtual-time.ts";

const START = 1_000;
const FIXTURE = "test/unit/simulator/kernel/fixtures/times-out.ts";
const PROJECT = fileURLToPath(new URL("../../../..", import.meta.url));
const random = () => new Random(1);
const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: Error) => error.message,
  );

describe("virtual time", () => {
  it("passes while somebody waits for parts of a millisecond", async () => {
    const until = await inVirtualTime(START, random(), async (clock) => {
      // As the SDK's rate limiter does.
      while (clock.now() < START + 2) await new Promise((resolve) => setTimeout(resolve, 0.4));
      return clock.now();
    });
    expect(until).to.equal(START + 2);
  });

  it("does not pass for a timer of none", async () => {
    const at = await inVirtualTime(START, random(), async (clock) => {
      await new Promise((resolve) => setTimeout(resolve));
      await clock.sleep(-1);
      return clock.now();
    });
    expect(at).to.equal(START);
  });

  it("gives back the process's own timers", async () => {
    const own = [setTimeout, Date, Math.random];
    await inVirtualTime(START, random(), async () => {
      expect([setTimeout, Date, Math.random]).not.to.include.members(own);
    });
    expect([setTimeout, Date, Math.random]).to.deep.equal(own);
  });

  it("gives them back when it is ended from outside, and then throws", async () => {
    const own = [setTimeout, Date, Math.random];
    const error = messageOf(inVirtualTime(START, random(), () => new Promise(() => setTimeout(() => {}, 1))));
    expect(endVirtualTime()).to.equal(true);
    expect([setTimeout, Date, Math.random]).to.deep.equal(own);
    expect(await error).to.equal("virtual time: it was ended from outside");
    expect(endVirtualTime()).to.equal(false);
  });

  it("ends for the next run, where one still goes on", async () => {
    const own = [setTimeout, Date, Math.random];
    const first = messageOf(
      inVirtualTime(START, random(), async (clock) => {
        for (;;) await clock.sleep(1_000);
      }),
    );
    const until = await inVirtualTime(START, random(), async (clock) => {
      await clock.sleep(1_000);
      return clock.now();
    });
    expect(until).to.equal(START + 1_000);
    expect(await first).to.equal("virtual time: it was ended from outside");
    expect([setTimeout, Date, Math.random]).to.deep.equal(own);
  });

  it("ends with the test that times out in it: the next ones run on the real clock", () => {
    const { stdout, stderr, signal } = spawnSync(
      process.execPath,
      ["node_modules/mocha/bin/mocha.js", "--reporter", "json", FIXTURE],
      { cwd: PROJECT, encoding: "utf8", timeout: 30_000 },
    );
    expect(signal).to.equal(null);
    const { passes, failures }: Record<"passes" | "failures", { fullTitle: string; err: Error }[]> =
      JSON.parse(stdout.slice(stdout.indexOf("{\n")));
    expect(failures.map(({ err }) => err.message.slice(0, 24))).to.deep.equal([
      "Timeout of 100ms exceede",
      "Timeout of 100ms exceede",
    ]);
    expect(passes.map(({ fullTitle }) => fullTitle)).to.deep.equal([
      "a test that times out does not take the clock of the next one",
      "the suite after it has the real clock",
    ]);
    expect(stderr).to.include("a test that times out in virtual time, which goes on");
  });

  it("keeps nothing of a run that has ended, whatever its timers refer to", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const kept = await inVirtualTime(START, random(), async () => {
      const world = { name: "a world" };
      setTimeout(() => world.name, 60_000);
      return new WeakRef(world);
    });
    // What the run's own promises refer to is free one round of the event loop later.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(kept.deref()).to.equal(undefined);
  });
});
