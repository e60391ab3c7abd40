// Protects what is asked of Auto Scaling: a call per fifty instances, a group's hooks once a run, its retention near the end.
import { expect } from "chai";
import { OddAnswer } from "../../../../shared/base/errors.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeAutoScaling, observeNearTheEnd } from "../../../../shared/observe/auto-scaling.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { Run } from "../../../../shared/run/run.ts";
import { hook, MINUTE, SECOND, SINCE, termination } from "../rules/builders.ts";
import { inPass } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const groupInstance = { group: "fleet", state: "Terminating:Wait" };
const plain: Shown = { groupInstances: { "i-1": groupInstance }, hooks: { fleet: [hook()] } };

async function play(shown: Shown, ...terminations: Termination[]) {
  const { run, asked } = showing(shown);
  const found = await observeNearTheEnd(
    run,
    await observeAutoScaling(run, inPass(...terminations)),
    questions,
  );
  return { asked, autoScalingViews: found.map(({ view }) => view), run };
}

describe("what Auto Scaling shows of an instance", () => {
  it("is its group and state, and the hooks of the termination's group", async () => {
    const { asked, autoScalingViews } = await play(plain, termination());
    expect(asked).to.deep.equal(["autoScaling.describeInstances i-1", "autoScaling.terminatingHooks fleet"]);
    expect(autoScalingViews).to.deep.equal([
      {
        groupInstance,
        hooks: [hook()],
        owner: undefined,
        retains: undefined,
        activity: undefined,
        interruption: undefined,
        areSendersKnown: false,
        unread: {},
      },
    ]);
  });

  it("is nothing where no group knows it, which is no failure to read", async () => {
    const { autoScalingViews } = await play({ hooks: { fleet: [] } }, termination());
    expect(autoScalingViews).to.deep.equal([
      {
        groupInstance: undefined,
        hooks: [],
        owner: undefined,
        retains: undefined,
        activity: undefined,
        interruption: undefined,
        areSendersKnown: false,
        unread: {},
      },
    ]);
  });

  it("is asked fifty instances a call, each instance once, and each group's hooks once a run", async () => {
    const many = Array.from({ length: 51 }, (_, i) => termination({}, { instanceId: `i-${i + 1}` }));
    const { run, asked } = showing({});
    const others = termination({}, { hook: "other", group: "fleet-2" });
    await observeAutoScaling(run, inPass(...many, others));
    const sizes = asked
      .filter((each) => each.startsWith("autoScaling.describeInstances"))
      .map((each) => each.split(" ").length - 1);
    expect(sizes).to.deep.equal([50, 1]);
    await observeAutoScaling(run, inPass(...many));
    expect(asked.filter((each) => each.startsWith("autoScaling.terminatingHooks"))).to.deep.equal([
      "autoScaling.terminatingHooks fleet",
      "autoScaling.terminatingHooks fleet-2",
    ]);
  });

  it("is unread where it cannot be read, and so are the hooks, each by itself", async () => {
    const denied = { "autoScaling.describeInstances": "denied" } as const;
    expect((await play({ ...plain, fails: denied }, termination())).autoScalingViews).to.deep.equal([
      {
        groupInstance: undefined,
        hooks: [hook()],
        owner: undefined,
        retains: undefined,
        activity: undefined,
        interruption: undefined,
        areSendersKnown: false,
        unread: { "group instance": { call: "autoScaling.describeInstances", why: "denied" } },
      },
    ]);
    const throttled = { "autoScaling.terminatingHooks": "throttled" } as const;
    const { autoScalingViews, run } = await play({ ...plain, fails: throttled }, termination());
    expect(autoScalingViews).to.deep.equal([
      {
        groupInstance,
        hooks: undefined,
        owner: undefined,
        retains: undefined,
        activity: undefined,
        interruption: undefined,
        areSendersKnown: false,
        unread: { hooks: { call: "autoScaling.terminatingHooks", why: "throttled" } },
      },
    ]);
    expect(run.hasFailures).to.equal(true);
  });

  it("is unread where the run has no time left, and nothing is asked", async () => {
    const { ports, asked } = showing(plain);
    const late = new Run(ports, ports.now());
    const found = await observeAutoScaling(late, inPass(termination()));
    expect(asked).to.deep.equal([]);
    const outOfTime = { call: undefined, why: "out of time" };
    expect(found.map(({ view }) => view.unread)).to.deep.equal([
      { "group instance": outOfTime, hooks: outOfTime },
    ]);
    expect(late.hasFailures).to.equal(true);
  });
});

describe("a record that Auto Scaling's view is added to", () => {
  it("stays as it was otherwise, and in its place, though two are about one instance", async () => {
    const { run } = showing(plain);
    const records = inPass(
      termination(),
      termination({}, { hook: "other" }),
      termination({}, { instanceId: "i-2" }),
    );
    const found = await observeAutoScaling(run, records);
    expect(found.map(({ view: _, ...record }) => record)).to.deep.equal(records);
    expect(found.map(({ view }) => view.groupInstance)).to.deep.equal([
      groupInstance,
      groupInstance,
      undefined,
    ]);
  });
});

describe("when the activity began that terminates an instance", () => {
  const BEGAN = SINCE - MINUTE;
  const old = (change: Parameters<typeof termination>[1] = {}) =>
    termination({}, { ...change, settings: { drainTimeoutSeconds: 600 } });
  const shows: Shown = { ...plain, terminating: { fleet: { "i-1": BEGAN } }, now: 10 * MINUTE };
  const asks = async (of: Termination, more: Partial<Shown> = {}) => {
    const { asked, autoScalingViews } = await play({ ...shows, ...more }, of);
    return [asked.includes("autoScaling.terminating fleet"), autoScalingViews[0]?.activity];
  };

  it("is asked once the drain's time seems to be over, and never before", async () => {
    expect(await asks(old())).to.deep.equal([true, { startedAt: BEGAN }]);
    expect(await asks(old(), { now: 10 * MINUTE - 1 })).to.deep.equal([false, undefined]);
  });

  it("is asked of one that a hook holds, and of no other", async () => {
    for (const name of ["InService", "Terminating", "Terminating:Proceed"]) {
      const groupInstances = { "i-1": { group: "fleet", state: name } };
      expect(await asks(old(), { groupInstances })).to.deep.equal([false, undefined]);
    }
    expect(await asks(old({ group: "other" }))).to.deep.equal([false, undefined]);
  });

  it("is asked of one that was not begun, once the hook's global limit is near", async () => {
    const notBegun = termination({ begunAt: undefined }, { settings: { drainTimeoutSeconds: 600 } });
    expect(await asks(notBegun)).to.deep.equal([false, undefined]);
    const hooks = { fleet: [hook({ globalTimeout: 12 * MINUTE })] };
    expect(await asks(notBegun, { hooks })).to.deep.equal([true, { startedAt: BEGAN }]);
  });

  it("is none where no activity names the instance, and unread where it cannot be read", async () => {
    expect(await asks(old(), { terminating: {} })).to.deep.equal([true, "none"]);
    const fails = { "autoScaling.terminating fleet": "denied" } as const;
    const { autoScalingViews } = await play({ ...shows, fails }, old());
    expect(autoScalingViews.map(({ activity, unread }) => [activity, unread])).to.deep.equal([
      [undefined, { "scaling activity": { call: "autoScaling.terminating", why: "denied" } }],
    ]);
  });

  it("is asked once a run and group, and after half a minute again for one that was not there", async () => {
    const { ports, asked } = showing({
      ...shows,
      groupInstances: { "i-1": groupInstance, "i-2": groupInstance },
    });
    let now = ports.now();
    const run = new Run({ ...ports, now: () => now }, Number.POSITIVE_INFINITY);
    const count = () => asked.filter((each) => each.startsWith("autoScaling.terminating ")).length;
    const pass = async (...of: Termination[]) =>
      observeNearTheEnd(run, await observeAutoScaling(run, inPass(...of)), questions);
    await pass(old(), old({ hook: "other" }));
    await pass(old());
    expect(count()).to.equal(1);
    await pass(old(), old({ instanceId: "i-2" }));
    now += 30 * SECOND - 1;
    await pass(old({ instanceId: "i-2" }));
    expect(count()).to.equal(1);
    now += 1;
    await pass(old());
    expect(count()).to.equal(1);
    await pass(old({ instanceId: "i-2" }));
    expect(count()).to.equal(2);
  });

  it("is another drain's business: one that is not at its deadline has none", async () => {
    const { autoScalingViews } = await play(shows, old(), termination());
    expect(autoScalingViews.map(({ activity }) => activity)).to.deep.equal([{ startedAt: BEGAN }, undefined]);
  });
});

describe("whether EC2 takes an instance back", () => {
  const noticed = (change: Parameters<typeof termination>[1] = {}) =>
    termination({}, { hook: undefined, noticedAt: SINCE, ...change });
  const shows: Shown = {
    groupInstances: { "i-1": { group: "fleet", state: "InService" } },
    hooks: { fleet: [hook()] },
    spotStatuses: { "i-1": "marked-for-termination" },
  };
  const asks = async (of: Termination, more: Partial<Shown> = {}) => {
    const { asked, autoScalingViews } = await play({ ...shows, ...more }, of);
    const [view] = autoScalingViews;
    return [asked.includes("ec2.spotStatuses i-1"), view?.interruption, view?.unread];
  };

  it("is asked where a notice says so, and told by the status of its Spot request, if it has one", async () => {
    expect(await asks(noticed())).to.deep.equal([true, { spotStatus: "marked-for-termination" }, {}]);
    expect(await asks(noticed(), { spotStatuses: {} })).to.deep.equal([true, { spotStatus: undefined }, {}]);
    expect(await asks(termination())).to.deep.equal([false, undefined, {}]);
  });

  it("is unread where it cannot be read", async () => {
    const fails = { "ec2.spotStatuses": "denied" } as const;
    const unread = { interruption: { call: "ec2.spotStatuses", why: "denied" } };
    expect(await asks(noticed(), { fails })).to.deep.equal([true, undefined, unread]);
  });

  it("is unread where the Spot request is odd, and another's is as it is", async () => {
    const odd = new OddAnswer("ec2:DescribeSpotInstanceRequests", "Status", undefined, { ids: ["i-1"] });
    const shown = {
      ...shows,
      groupInstances: { ...shows.groupInstances, "i-2": { group: "fleet", state: "InService" } },
      spotStatuses: { "i-1": odd, "i-2": "fulfilled" },
    } as const;
    const { autoScalingViews } = await play(shown, noticed(), noticed({ instanceId: "i-2" }));
    expect(autoScalingViews.map((view) => [view.interruption, view.unread])).to.deep.equal([
      [undefined, { interruption: { call: "ec2:DescribeSpotInstanceRequests", why: "odd" } }],
      [{ spotStatus: "fulfilled" }, {}],
    ]);
  });

  it("is not asked where another group has it, or none", async () => {
    expect((await asks(noticed({ group: "other" })))[0]).to.equal(false);
    expect((await asks(noticed(), { groupInstances: {} }))[0]).to.equal(false);
  });

  it("is asked for a hook's drain only while the two minutes run", async () => {
    const joined = noticed({ hook: "drain" });
    expect((await asks(joined, { now: 2 * MINUTE - 1 }))[0]).to.equal(true);
    expect((await asks(joined, { now: 2 * MINUTE }))[0]).to.equal(false);
    expect((await asks(noticed(), { now: 2 * MINUTE }))[0]).to.equal(true);
  });

  it("is asked in one call, once a run for what is taken back, and again for what is not", async () => {
    const groupInstances = {
      "i-1": { group: "fleet", state: "InService" },
      "i-2": { group: "fleet", state: "InService" },
    };
    const spotStatuses = { "i-1": "instance-terminated-no-capacity", "i-2": "fulfilled" };
    const { run, asked } = showing({ ...shows, groupInstances, spotStatuses });
    const both = inPass(noticed(), noticed({ instanceId: "i-2" }), noticed({ hook: "other" }));
    const statusesOf = async () =>
      (await observeNearTheEnd(run, await observeAutoScaling(run, both), questions)).map(
        ({ view }) => view.interruption?.spotStatus,
      );
    const found = ["instance-terminated-no-capacity", "fulfilled", "instance-terminated-no-capacity"];
    expect(await statusesOf()).to.deep.equal(found);
    expect(await statusesOf()).to.deep.equal(found);
    expect(asked.filter((each) => each.startsWith("ec2."))).to.deep.equal([
      "ec2.spotStatuses i-1 i-2",
      "ec2.spotStatuses i-2",
    ]);
  });
});

describe("whether a group keeps what is abandoned", () => {
  const abandoning = (change: Parameters<typeof termination>[1] = {}) =>
    termination({}, { ...change, settings: { onTimeout: "abandon", drainTimeoutSeconds: 600 } });
  const asks = async (of: Termination, now: number, more: Partial<Shown> = {}) => {
    const { asked, autoScalingViews } = await play({ ...plain, retaining: ["fleet"], now, ...more }, of);
    return [asked.includes("autoScaling.retains fleet"), autoScalingViews[0]?.retains];
  };

  it("is asked from half of the drain's time on, where it may end with ABANDON", async () => {
    expect(await asks(abandoning(), 5 * MINUTE)).to.deep.equal([true, true]);
    expect(await asks(abandoning(), 5 * MINUTE, { retaining: [] })).to.deep.equal([true, false]);
    expect(await asks(abandoning(), 5 * MINUTE - SECOND)).to.deep.equal([false, undefined]);
    expect(await asks(termination({}, { settings: { drainTimeoutSeconds: 600 } }), 9 * MINUTE)).to.deep.equal(
      [false, undefined],
    );
  });

  it("goes by the hook's global limit, where that comes first", async () => {
    const short = { hooks: { fleet: [hook({ globalTimeout: 6 * MINUTE })] } };
    expect(await asks(abandoning(), 2 * MINUTE, short)).to.deep.equal([true, true]);
    const unread = { ...short, fails: { "autoScaling.terminatingHooks": "denied" } } as const;
    expect(await asks(abandoning(), 2 * MINUTE, unread)).to.deep.equal([false, undefined]);
  });

  it("stays unknown where it cannot be read", async () => {
    const fails = { "autoScaling.retains": "denied" } as const;
    expect(await asks(abandoning(), 5 * MINUTE, { fails })).to.deep.equal([true, undefined]);
  });

  it("is asked once a run and group", async () => {
    const { run, asked } = showing({ ...plain, now: 5 * MINUTE });
    const both = inPass(abandoning(), abandoning({ instanceId: "i-2" }));
    const views = await observeAutoScaling(run, both);
    await observeNearTheEnd(run, views, questions);
    await observeNearTheEnd(run, views, questions);
    expect(asked.filter((each) => each.startsWith("autoScaling.retains"))).to.have.lengthOf(1);
  });
});
