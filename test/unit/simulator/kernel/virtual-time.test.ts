// Protects the clock of all simulations: time that passes whoever waits for how little, and that is let go with its run.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { Random } from "../../../../simulator/kernel/random.ts";
import { inVirtualTime } from "../../../../simulator/kernel/virtual-time.ts";

const START = 1_000;
const random = () => new Random(1);

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
    const own = [setTimeout, Date];
    await inVirtualTime(START, random(), async () => {
      expect([setTimeout, Date]).not.to.include.members(own);
    });
    expect([setTimeout, Date]).to.deep.equal(own);
  });

  it("keeps nothing of a run that has ended, whatever its timers still held", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const held = await inVirtualTime(START, random(), async () => {
      const world = { name: "a world" };
      setTimeout(() => world.name, 60_000);
      return new WeakRef(world);
    });
    // Whatever the run's own promises hold is let go a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(held.deref()).to.equal(undefined);
  });
});
