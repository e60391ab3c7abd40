// Keeps the soak working in small, and protects what it fails for: a check that cannot fail proves nothing in 30 days either.
import { expect } from "chai";
import { checkScenario } from "../../simulator/scenario/read.ts";
import { scenarioOf } from "../simulation/generate.ts";
import { KINDS } from "../simulation/tell.ts";
import { kindsIn } from "./kinds.ts";
import { growthOf, TOLERANCE } from "./memory.ts";
import { type Soaked, soak } from "./soak.ts";
import { verdictOf } from "./verdict.ts";
import { Windows } from "./windows.ts";

const HOUR_MS = 3_600_000;

async function small(forgets: boolean): Promise<{ soaked: Soaked; stories: string[] }> {
  const stories: string[] = [];
  const soaked = await soak({
    seed: 7,
    hours: 3,
    terminations: 20,
    forgets,
    heap: () => 0,
    day: () => {},
    violated: (violation) => stories.push(violation),
  });
  return { soaked, stories };
}

describe("soak", () => {
  it("three hours: the world comes to rest without a violation, and goes the same way whether or not it forgets", async () => {
    const forgetful = await small(true);
    expect(forgetful.stories).to.deep.equal([]);
    expect(forgetful.soaked.ended).to.be.at.least(20);
    const { remembered, ...went } = forgetful.soaked;
    const { remembered: all, ...wentToo } = (await small(false)).soaked;
    expect(went).to.deep.equal(wentToo);
    expect(remembered).to.be.below(all);
  });

  const day = (heap: number, i: number) => heap + (i % 2) * 100_000;
  const flat = Array.from({ length: 30 }, (_, i) => day(50e6, i));
  const growing = flat.map((heap, i) => heap + i * 2 * TOLERANCE);
  const soaked: Soaked = {
    ended: 5000,
    calls: 9,
    heaps: flat,
    violations: 0,
    restfulHours: 1,
    remembered: 3,
    fired: new Map([["deny", 2]]),
    switchedOn: new Set(["deny"]),
  };
  const failing: [why: string, change: Partial<Soaked>, failure: RegExp][] = [
    ["for a violation", { violations: 1 }, /^1 violations$/],
    ["for a termination too few", { ended: 4999 }, /^4999 terminations ended, at least 5000 were to$/],
    ["for a heap that grows", { heaps: growing }, /^memory: GROWS: 0\.40 MB a day/],
    ["where nothing ever came to rest", { restfulHours: 0 }, /^nothing ever came to rest$/],
    ["for too few days to tell", { heaps: [1, 1, 1] }, /^memory: 2 days after the warm-up are too few/],
    [
      "for a kind that was switched on and never fired",
      { switchedOn: new Set(["deny", "fail"]) },
      /^never fired, though switched on: fail$/,
    ],
  ];
  for (const [why, change, failure] of failing) {
    it(`it fails ${why}`, () => {
      const { text, failures } = verdictOf({ ...soaked, ...change }, 5000);
      expect(failures).to.have.lengthOf(1);
      expect(failures[0]).to.match(failure);
      expect(text).to.include(`FAILED: ${failures[0]}`);
    });
  }

  it("it fails for nothing else", () => {
    expect(verdictOf(soaked, 5000).failures).to.deep.equal([]);
  });

  it("what the heap grows by in its first third is warm-up", () => {
    const warm = flat.map((heap, i) => heap - Math.max(0, 10 - i) * 1e6);
    expect(growthOf(warm).isFlat).to.equal(true);
    expect(growthOf(warm.map((heap, i) => heap - Math.max(0, 20 - i) * 1e6)).isFlat).to.equal(false);
  });

  it("it knows each kind of fault that can be switched on", () => {
    const kinds = new Set(
      Array.from({ length: 400 }, (_, seed) => kindsIn(checkScenario(scenarioOf(seed), "seed"))).flat(),
    );
    expect([...kinds].sort()).to.deep.equal([...KINDS].sort());
  });

  it("the judge is told of the faults that are on, or were, and of how far reads lagged", () => {
    const windows = new Windows();
    let now = 0;
    const { faultsEndAt, readLag } = windows.judged(() => now);
    expect([faultsEndAt(HOUR_MS), readLag()]).to.deep.equal([undefined, 0]);
    windows.add({ from: HOUR_MS, until: 2 * HOUR_MS, readLag: 7_000 });
    windows.add({ from: 4 * HOUR_MS, until: 5 * HOUR_MS, readLag: 0 });
    expect([1, 3, 4].map((hour) => faultsEndAt(hour * HOUR_MS))).to.deep.equal(
      [2, 2, 5].map((hour) => hour * HOUR_MS),
    );
    now = 2 * HOUR_MS + 599_999;
    expect(readLag()).to.equal(7_000);
    now += 1;
    expect(readLag()).to.equal(0);
    windows.forget(3 * HOUR_MS);
    expect(faultsEndAt(3 * HOUR_MS)).to.equal(undefined);
  });
});
