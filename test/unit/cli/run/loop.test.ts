// Protects when the loop of `asg-drain run` has its next run, and when it ends.
import { expect } from "chai";
import { type LoopEnd, loop, type RunOutcome } from "../../../../cli/run/loop.ts";

const NOTHING = "nothing left" as const;
const DRAINS = "drains" as const;
const FAILED = "failed" as const;

/** Runs the loop with what becomes of each run, and how long it takes in seconds. Gives when each began, and how the loop ended. */
async function looped(
  runs: readonly (readonly [outcome: RunOutcome, seconds: number])[],
  { once = true, stopAt = Number.POSITIVE_INFINITY }: { once?: boolean; stopAt?: number } = {},
): Promise<{ readonly began: readonly number[]; readonly end: LoopEnd; readonly at: number }> {
  let now = 0;
  const began: number[] = [];
  const stop = new AbortController();
  const pass = (milliseconds: number) => {
    now += milliseconds;
    if (now >= stopAt * 1_000) stop.abort();
  };
  const end = await loop({
    once,
    now: () => now,
    signal: stop.signal,
    run: async () => {
      const [outcome, seconds] = runs[began.length] ?? [NOTHING, 5];
      began.push(now / 1_000);
      pass(seconds * 1_000);
      return outcome;
    },
    sleep: async (milliseconds) => pass(Math.min(milliseconds, Math.max(0, stopAt * 1_000 - now))),
  });
  return { began, end, at: now / 1_000 };
}

describe("the loop of asg-drain run", () => {
  it("once: ends when two runs in a row have found nothing", async () =>
    expect(await looped([[NOTHING, 5]])).to.deep.equal({ began: [0, 60], end: NOTHING, at: 65 }));

  it("once: a run that worked on drains counts anew", async () =>
    expect(
      await looped([
        [NOTHING, 5],
        [DRAINS, 57],
        [NOTHING, 5],
      ]),
    ).to.deep.include({ began: [0, 60, 120, 180], end: NOTHING }));

  it("once: drains alone never end it", async () =>
    expect((await looped(Array(30).fill([DRAINS, 57]))).began).to.have.lengthOf(32));

  it("once: ends as failed when five runs in a row have failed", async () =>
    expect(await looped(Array(9).fill([FAILED, 1]))).to.deep.include({
      began: [0, 60, 120, 180, 240],
      end: FAILED,
    }));

  it("for ever: neither ends it", async () => {
    for (const outcome of [NOTHING, FAILED])
      expect(
        await looped(Array(99).fill([outcome, 5]), { once: false, stopAt: 1_000 }),
        outcome,
      ).to.deep.include({ end: "stopped", at: 1_000 });
  });

  it("a run that takes longer than a minute is followed at once, and never overlaps", async () =>
    expect(
      (
        await looped([
          [DRAINS, 62],
          [DRAINS, 90],
          [DRAINS, 60],
        ])
      ).began,
    ).to.deep.equal([0, 62, 152, 212, 272]));

  it("a signal ends it after the run that is under way", async () =>
    expect(await looped([[DRAINS, 57]], { once: false, stopAt: 10 })).to.deep.equal({
      began: [0],
      end: "stopped",
      at: 57,
    }));

  it("a signal between two runs ends it at once", async () =>
    expect(await looped([[DRAINS, 5]], { once: false, stopAt: 20 })).to.deep.equal({
      began: [0],
      end: "stopped",
      at: 20,
    }));
});
