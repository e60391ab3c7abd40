// Protects the judge from being blind to notices that nobody acts on, though the input asks for it.
import { expect } from "chai";
import { playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import { functions, HOOK, instanceIds, play, QUEUES } from "./fixture.ts";

const ids = instanceIds(3);
const [noticed] = ids as [string];
const TOLD = { lifecycle_queue_name: "lifecycle" };

type More = { readonly keys?: object; readonly timeline?: object[]; readonly rules?: object[] };
const rebalance = { at_seconds: 100, recommend_rebalance: { instance_ids: [noticed] } };

function world({ keys = { on_rebalance: "replace" }, timeline = [rebalance], rules }: More) {
  const { deregister, terminate } = functions({ ...keys });
  return {
    name: "noticed",
    queues: QUEUES,
    functions: { deregister, terminate: { ...terminate, input: { ...terminate.input, ...TOLD } } },
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, hooks: [HOOK] }],
    event_rules: rules ?? [{ queue: "lifecycle" }],
    timeline: [...timeline, { at_seconds: 900, set_active: { instance_ids: [ids[2]] } }],
  };
}

/** What is violated where the functions take each message, and do nothing. */
async function violations(more: More): Promise<string[]> {
  const scenario = checkScenario(world(more), "noticed");
  const { violations: found } = await playScenario(scenario, {
    invoke: async (_name, _event, { simulation }) => {
      for (const { messages } of simulation.world.queues.all) messages.clear();
    },
  });
  return found.map(({ rule }) => rule);
}

describe("scenarios: the judge of notices", () => {
  const rule = "a notice is acted on";
  const maintenance = (starts_in_hours: number, more: object = {}) => [
    { at_seconds: 100, schedule_maintenance: { instance_ids: [noticed], starts_in_hours, ...more } },
  ];

  it("finds out that a noticed instance stays in service", async () => {
    expect(await violations({})).to.deep.equal([rule]);
    expect((await play(world({}))).violations).to.deep.equal([]);
  });

  it("asks for nothing where the input asks for nothing, or no rule sends the notice", async () => {
    for (const keys of [{ on_rebalance: "ignore" }, { on_maintenance: "replace" }, {}])
      expect(await violations({ keys })).to.deep.equal([]);
    expect(await violations({ rules: [] })).to.deep.equal([]);
  });

  it("asks for a maintenance's replacement from its lead time on, unless it is cancelled", async () => {
    const keys = { on_maintenance: "replace", maintenance_lead_hours: 24 };
    expect(await violations({ keys, timeline: maintenance(20) })).to.deep.equal([rule]);
    expect(await violations({ keys, timeline: maintenance(30) })).to.deep.equal([]);
    expect(await violations({ keys, timeline: maintenance(20, { told: false }) })).to.deep.equal([]);
    const cancelled = { at_seconds: 110, cancel_maintenance: { instance_ids: [noticed] } };
    expect(await violations({ keys, timeline: [...maintenance(20), cancelled] })).to.deep.equal([]);
  });

  it("asks for nothing during a fault, or while the group may not replace it", async () => {
    const throttle = { at_seconds: 200, throttle: { actions: ["*"], for_seconds: 60, probability: 1 } };
    const suspended = { at_seconds: 50, suspend_processes: { group: "fleet", processes: ["Launch"] } };
    for (const each of [throttle, suspended])
      expect(await violations({ timeline: [rebalance, each] })).to.deep.equal([]);
  });
});
