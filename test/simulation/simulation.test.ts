// Protects the promises of a drain in worlds that nobody thought of: some seeds, and all that seeds have ever found.
// `npm run simulate` plays as many as you like.
import { expect } from "chai";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { scenarioOf } from "./generate.ts";
import { pastFailures } from "./past-failures.ts";
import { pastFailuresOfClusters } from "./past-failures-of-clusters.ts";
import { pastFailuresOfDamage } from "./past-failures-of-damage.ts";
import { pastFailuresOfDiscovery } from "./past-failures-of-discovery.ts";
import { pastFailuresOfHeartbeats } from "./past-failures-of-heartbeats.ts";
import { pastFailuresOfHooks } from "./past-failures-of-hooks.ts";
import { pastFailuresOfReturns } from "./past-failures-of-returns.ts";
import { failuresOf, faultsOfOurs, run, SAID } from "./run.ts";
import { failsBy, shrink } from "./shrink.ts";
import { SeedError, sweep } from "./sweep.ts";
import { KINDS, summaryOf, WORLD_KINDS } from "./tell.ts";

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

/** A scenario in which the functions run and find nothing to do; `keys` go into terminate's input. */
const idle = (keys: Record<string, unknown> = {}): ScenarioInput => ({
  name: "idle",
  ends_after_seconds: 90,
  queues: [{ name: "lifecycle" }, { name: "monitor" }],
  functions: {
    deregister: { input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" } },
    terminate: { input: { queue_name: "monitor", ...keys }, first_after_seconds: 1 },
  },
});

/** A scenario in which nobody takes in what terminates, so that it is the hook's timeout that ends it, an hour late. */
const undrained: ScenarioInput = {
  ...idle(),
  ends_after_seconds: 3900,
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ["i-1"],
      hooks: [{ name: "drain", queue: "lifecycle", metadata: '{ "drain_timeout_seconds": 60 }' }],
    },
  ],
  functions: {
    terminate: { input: { queue_name: "monitor" } },
    deregister: {
      input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" },
      first_after_seconds: 4000,
    },
  },
  timeline: [{ at_seconds: 1, terminate: { instance_ids: ["i-1"] } }],
};

describe("simulation", () => {
  for (const seed of SEEDS) {
    it(`seed ${seed}`, async () => {
      expect((await run(scenarioOf(seed))).violations).to.deep.equal([]);
    });
  }

  for (const { seed, wrong, scenario } of [
    ...pastFailuresOfReturns,
    ...pastFailures,
    ...pastFailuresOfHeartbeats,
    ...pastFailuresOfDamage,
    ...pastFailuresOfClusters,
    ...pastFailuresOfDiscovery,
    ...pastFailuresOfHooks,
  ]) {
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

  it("a seed that a process plays first gives the same bytes as one that it plays after others", async () => {
    const digestsOf = async (seeds: number[]) =>
      new Map((await sweep(seeds, 1, () => {})).map(({ seed, digest }) => [seed, digest]));
    // One in which a client that reads a setting of the machine, in real time, shows.
    expect((await digestsOf([5])).get(5)).to.equal((await digestsOf([8, 5])).get(5));
  });

  it("no seed is played once a result is enough, and one that does not end in its time is told by its number", async () => {
    const played = await sweep([8, 5], 1, () => {}, { isEnough: () => true });
    expect(played.map(({ seed }) => seed)).to.deep.equal([8]);
    const late = await sweep([8], 1, () => {}, { limit: 1 }).catch((error: unknown) => error);
    expect(late).to.be.instanceOf(SeedError).and.include({ seed: 8, hasDied: false });
  });

  it("the bytes are those of the calls too, with what they were asked", async () => {
    const keys = { lifecycle_queue_name: "lifecycle", sweep_minutes: 1 };
    const sweptBy = async (tag: string) => (await run(idle({ ...keys, group_tag: tag }))).digest;
    expect(await sweptBy("fleet")).to.equal(await sweptBy("fleet"));
    expect(await sweptBy("fleet")).to.not.equal(await sweptBy("other"));
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
    expect(smallest).to.have.property("faults_end_after_seconds", scenario.faults_end_after_seconds);
  });

  describe("a scenario fails by", () => {
    it("what its functions throw that is no failed run: its smallest one still throws it", async () => {
      const throwing = {
        ...scenarioOf(3),
        ends_after_seconds: 60,
        functions: idle({ polling: 5 }).functions,
      };
      const all = [...failuresOf(await run(throwing))];
      const failures = new Set(all.filter((each) => each.startsWith("threw InputError: ")));
      expect(failures.size, all.join()).to.equal(1);
      expect(await failsBy(new Set(["threw TypeError: "]))(throwing)).to.equal(false);
      const smallest = await shrink(throwing, failsBy(failures));
      expect(smallest.timeline ?? []).to.deep.equal([]);
      expect(smallest.functions?.terminate.input).to.have.property("polling");
    });

    it("a run that Lambda ends, once no fault explains it", () => {
      const ended = (outcome: "timed out" | "failed", startedAt: number) =>
        faultsOfOurs({ invocations: [{ name: "terminate", outcome, startedAt, endedAt: 9, error: "x" }] }, 5);
      expect([ended("timed out", 5).length, ended("timed out", 4).length]).to.deep.equal([1, 0]);
      expect(ended("failed", 4)).to.have.lengthOf(1);
    });

    it("a run that fails in the calm, but for what is not there or was deleted", () => {
      const failed = (what: string) =>
        faultsOfOurs(
          {
            invocations: [
              {
                name: "scale-tasks",
                outcome: "failed",
                startedAt: 5,
                endedAt: 9,
                error: `RunFailed: ${what}`,
              },
            ],
          },
          5,
        );
      const deleted = "1 failure: c0/web: the service is INACTIVE";
      expect(failed(deleted)).to.deep.equal([]);
      expect(failed("1 failure: there is no such cluster: c0")).to.deep.equal([]);
      expect(failed(`${deleted}; c0/web: access denied`)).to.have.lengthOf(1);
    });

    it("the rules that it breaks", async () => {
      const rules = (await run(undrained)).played.violations.map(({ rule }) => rule);
      expect(rules).to.deep.equal(["every drain ends in time", "no damage: late"]);
      expect(await failsBy(new Set(rules))(undrained)).to.equal(true);
      expect(await failsBy(new Set(["no rule"]))(undrained)).to.equal(false);
    });

    it("neither a failed run, nor what is no scenario any more", async () => {
      const denial = { at_seconds: 0, deny: { actions: ["*"], for_seconds: 60 } };
      const denied = await run({ ...idle(), timeline: [denial] });
      expect(denied.played.invocations.map(({ outcome }) => outcome)).to.include("failed");
      expect([...failuresOf(denied)]).to.deep.equal([]);
      expect(await failsBy(new Set(["any"]))({ ...idle(), seed: -1.5 })).to.equal(false);
    });
  });

  it("a sweep in which too little happened is told so, and so is each fault that never fired", () => {
    const result = {
      seed: 1,
      terminations: 3,
      calls: 100,
      // What follows from a fault is no kind of its own.
      fired: new Map([
        ["deny", 2],
        ["polls refused", 3],
        ["short poll misses", 4],
      ]),
      damage: new Map([["cut, allowed by on_timeout", 4]]),
      violations: [],
      digest: "",
    };
    const { text, tooLittle } = summaryOf(Array.from({ length: 300 }, () => result));
    expect(tooLittle).to.equal(true);
    expect(text).to.include("too little: expected at least 200 calls a seed on average");
    expect(text).to.include("too little: expected at least 2 kinds a seed on average");
    expect(text).to.match(/^ {2}deny +600$/m);
    expect(text).to.match(/^ {2}cut, allowed by on_timeout +1200$/m);
    expect(text).to.match(/^ {2}polls refused +900$/m);
    for (const kind of KINDS) expect(text).to.match(new RegExp(`^ {2}${kind} +\\d+$`, "m"));
    // In a few seeds luck decides.
    const few = summaryOf([result]);
    expect(few.tooLittle).to.equal(false);
    expect(few.text).to.not.include("too little");
  });

  it("from 300 seeds on, a kind of fault that never fired fails the sweep", () => {
    const fired = new Map([...KINDS, ...WORLD_KINDS, ...SAID].map((kind) => [kind as string, 1]));
    const result = { seed: 1, terminations: 3, calls: 200, damage: new Map(), violations: [], digest: "" };
    const sweptWith = (seeds: number, silent: string) =>
      summaryOf(
        Array.from({ length: seeds }, () => ({
          ...result,
          fired: new Map([...fired].filter(([kind]) => kind !== silent)),
        })),
      );
    // Some phrases are in few logs.
    expect(sweptWith(999, "instance replaced").tooLittle).to.equal(false);
    expect(sweptWith(1_000, "instance replaced").tooLittle).to.equal(true);
    const told = "never fired in 300 seeds, which proves nothing of it: clock skew";
    expect(sweptWith(300, "clock skew").tooLittle).to.equal(true);
    expect(sweptWith(300, "clock skew").text).to.include(told);
    expect(sweptWith(300, "").tooLittle).to.equal(false);
    expect(sweptWith(299, "clock skew").tooLittle).to.equal(false);
  });

  it("a wrong clock counts where a run told the time by it, once for each function", async () => {
    const skewed = (first: number) => {
      const { deregister, terminate } = idle().functions as NonNullable<ScenarioInput["functions"]>;
      const wrong = { clock_skew_seconds: 3, first_after_seconds: first };
      const entry = { at_seconds: 70, cold_start: { function: "terminate" as const } };
      return run({
        ...idle(),
        timeline: [entry],
        functions: { deregister, terminate: { ...terminate, ...wrong } },
      });
    };
    expect((await skewed(1)).fired.get("clock skew")).to.equal(1);
    expect((await skewed(80)).fired.get("clock skew")).to.equal(undefined);
  });
});
