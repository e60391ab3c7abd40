// Protects what is asked of Auto Scaling: a call per fifty instances, a group's hooks once a run, its retention near the end.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeAutoScaling } from "../../../../shared/observe/auto-scaling.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { Run } from "../../../../shared/run/run.ts";
import { hook, MINUTE, SECOND, termination } from "../rules/builders.ts";
import { inPass } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const groupInstance = { group: "fleet", state: "Terminating:Wait" };
const plain: Shown = { groupInstances: { "i-1": groupInstance }, hooks: { fleet: [hook()] } };

async function play(shown: Shown, ...terminations: Termination[]) {
  const { run, asked } = showing(shown);
  const found = await observeAutoScaling(run, inPass(...terminations), questions);
  return { asked, autoScalingViews: found.map(({ view }) => view), run };
}

describe("what Auto Scaling shows of an instance", () => {
  it("is its group and state, and the hooks of the termination's group", async () => {
    const { asked, autoScalingViews } = await play(plain, termination());
    expect(asked).to.deep.equal(["autoScaling.describeInstances i-1", "autoScaling.terminatingHooks fleet"]);
    expect(autoScalingViews).to.deep.equal([
      { groupInstance, hooks: [hook()], owner: undefined, retains: undefined, unread: {} },
    ]);
  });

  it("is nothing where no group knows it, which is no failure to read", async () => {
    const { autoScalingViews } = await play({ hooks: { fleet: [] } }, termination());
    expect(autoScalingViews).to.deep.equal([
      { groupInstance: undefined, hooks: [], owner: undefined, retains: undefined, unread: {} },
    ]);
  });

  it("is asked fifty instances a call, each instance once, and each group's hooks once a run", async () => {
    const many = Array.from({ length: 51 }, (_, i) => termination({}, { instanceId: `i-${i + 1}` }));
    const { run, asked } = showing({});
    const others = termination({}, { hook: "other", group: "fleet-2" });
    await observeAutoScaling(run, inPass(...many, others), questions);
    const sizes = asked
      .filter((each) => each.startsWith("autoScaling.describeInstances"))
      .map((each) => each.split(" ").length - 1);
    expect(sizes).to.deep.equal([50, 1]);
    await observeAutoScaling(run, inPass(...many), questions);
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
        unread: { hooks: { call: "autoScaling.terminatingHooks", why: "throttled" } },
      },
    ]);
    expect(run.hasFailures).to.equal(true);
  });

  it("is unread where the run has no time left, and nothing is asked", async () => {
    const { ports, asked } = showing(plain);
    const late = new Run(ports, ports.now());
    const found = await observeAutoScaling(late, inPass(termination()), questions);
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
    const found = await observeAutoScaling(run, records, questions);
    expect(found.map(({ view: _, ...record }) => record)).to.deep.equal(records);
    expect(found.map(({ view }) => view.groupInstance)).to.deep.equal([
      groupInstance,
      groupInstance,
      undefined,
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
    await observeAutoScaling(run, both, questions);
    await observeAutoScaling(run, both, questions);
    expect(asked.filter((each) => each.startsWith("autoScaling.retains"))).to.have.lengthOf(1);
  });
});
