// Protects the promises of a drain in worlds that nobody thought of: some seeds, and all that seeds have ever found.
// `npm run simulate` plays as many as you like.
import { expect } from "chai";
import { scenarioOf } from "./generate.ts";
import { pastFailures } from "./past-failures.ts";
import { pastFailuresOfReturns } from "./past-failures-of-returns.ts";
import { run } from "./run.ts";
import { shrink } from "./shrink.ts";
import { KINDS, summaryOf } from "./tell.ts";

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

describe("simulation", () => {
  for (const seed of SEEDS) {
    it(`seed ${seed}`, async () => {
      expect((await run(scenarioOf(seed))).violations).to.deep.equal([]);
    });
  }

  for (const { seed, wrong, scenario } of [...pastFailuresOfReturns, ...pastFailures]) {
    it(`found by seed ${seed}: ${wrong}`, async () => {
      expect((await run(scenario)).violations).to.deep.equal([]);
    });
  }

  it("the same seed twice gives the same bytes, another seed gives others", async () => {
    const digests = [];
    for (const seed of [7, 7, 8]) digests.push((await run(scenarioOf(seed))).digest);
    expect(digests[0]).to.equal(digests[1]);
    expect(digests[0]).to.not.equal(digests[2]);
  });

  it("a scenario that fails is made smaller, and what it fails by stays", async () => {
    const scenario = scenarioOf(3);
    const [first] = scenario.timeline ?? [];
    const smallest = await shrink(scenario, async ({ functions, timeline = [] }) => {
      const hasFirst = timeline.some((each) => JSON.stringify(each) === JSON.stringify(first));
      return hasFirst && functions?.terminate !== undefined;
    });
    expect(smallest.timeline).to.deep.equal([first]);
    expect(smallest.auto_scaling_groups ?? []).to.deep.equal([]);
    expect(smallest.functions).to.have.keys("terminate");
  });

  it("a sweep in which too little happened is told so, and so is each fault that never fired", () => {
    const result = {
      seed: 1,
      terminations: 3,
      calls: 100,
      fired: new Map([["deny", 2]]),
      violations: [],
      digest: "",
    };
    const { text, tooLittle } = summaryOf([result]);
    expect(tooLittle).to.equal(true);
    expect(text).to.include("too little: expected at least 200 calls a seed on average");
    expect(text).to.include("too little: expected at least 2 kinds a seed on average");
    expect(text).to.match(/^ {2}deny +2$/m);
    for (const kind of KINDS) expect(text).to.match(new RegExp(`^ {2}${kind} +\\d+$`, "m"));
  });
});
