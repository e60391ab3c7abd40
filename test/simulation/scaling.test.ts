// Protects what the simulation holds scale-tasks to: a count that it leaves wrong is told, and one that it had no time for is not.
import { expect } from "chai";
import { randomSource } from "../../simulator/kernel/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { queues } from "./generate.ts";
import { failuresOf, run } from "./run.ts";
import { scaledIn, scalingOf, wrongCounts } from "./scaling.ts";
import type { Place } from "./world.ts";

const SCALED = { cluster_name: "main", service_name: "spread", min_task_count: 1, n_count: 1 };
const ids = ["i-00000000000000001", "i-00000000000000002", "i-00000000000000003"];

/** Three instances, and a service of one task: scale-tasks first runs at that second. */
const fleet = (firstAfter: number, change: Partial<ScenarioInput> = {}): ScenarioInput => ({
  name: "scaled",
  queues,
  faults_end_after_seconds: 0,
  ends_after_seconds: 500,
  functions: {
    deregister: { input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" } },
    terminate: { input: { queue_name: "monitor" } },
    scale_tasks: { input: SCALED, first_after_seconds: firstAfter },
  },
  clusters: [{ name: "main", services: [{ name: "spread", desired_count: 1 }] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main" }],
  // It goes on until then.
  timeline: [{ at_seconds: 400, repeat_notification: { instance_ids: ids } }],
  ...change,
});
const COUNT_RULE = "the counts that scale-tasks sets are right";

describe("what scale-tasks is held to", () => {
  it("a count that it has set right is nothing, and one that it has left is a violation and a failure", async () => {
    const right = await run(fleet(50));
    expect(right.violations).to.deep.equal([]);
    expect(right.fired.get("counts set by scale-tasks")).to.equal(1);
    const wrong = await run(fleet(450));
    expect(wrong.violations).to.deep.equal([
      `${COUNT_RULE}: main/spread has a desired count of 1, with 3 ACTIVE instances, n_count 1 and min_task_count 1`,
    ]);
    expect([...failuresOf(wrong)]).to.deep.equal([COUNT_RULE]);
  });

  it("a count that was wrong when it was set is told, though it is right at the end", async () => {
    const { played } = await run(fleet(50));
    const set = (desiredCount: number, caller = "scale-tasks") => {
      const input = { cluster: "main", service: "spread", desiredCount };
      played.simulation.record({ at: played.startedAt + 60_000, caller, action: "ecs:UpdateService", input });
      return wrongCounts(fleet(50), played);
    };
    expect(set(2)).to.deep.equal([]);
    expect(set(4, "operator")).to.deep.equal([]);
    expect(set(4)).to.deep.equal([
      "main/spread has a desired count of 4, with 3 ACTIVE instances, n_count 1 and min_task_count 1",
    ]);
  });

  it("nothing is said of what changed in the last two ticks, nor of faults that have just ended", async () => {
    // No tick comes between the instance's leaving and the end.
    const leaving = { at_seconds: 395, deregister_container_instance: { instance_ids: ids.slice(0, 1) } };
    const { violations, played } = await run(
      fleet(50, { timeline: [...(fleet(50).timeline ?? []), leaving] }),
    );
    expect(played.simulation.world.clusters.byName("main").services.get("spread")?.desiredCount).to.equal(2);
    expect(violations).to.deep.equal([]);
    expect((await run(fleet(450, { faults_end_after_seconds: 200 }))).violations).to.deep.equal([]);
  });

  it("a count that is set while the world is played on is right by what has left by then", async () => {
    const leaving = { at_seconds: 300, deregister_container_instance: { instance_ids: ids.slice(0, 1) } };
    const scenario = fleet(50, { timeline: [...(fleet(50).timeline ?? []), leaving] });
    const { played } = await run(scenario);
    expect(wrongCounts(scenario, { ...played, endedAt: played.startedAt + 290_000 })).to.deep.equal([]);
  });

  it("it is drawn in some worlds with a cluster, and names a service that is there", () => {
    const place: Place = {
      target_groups: [],
      load_balancers: [],
      clusters: [{ name: "main" }],
      auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main" }],
      tasks: [],
    };
    const drawn = Array.from({ length: 200 }, (_, seed) => scalingOf(randomSource(seed)("scaling"), place));
    const scaled = drawn.filter(({ functions }) => functions.scale_tasks);
    expect(scaled.length).to.be.within(10, 60);
    for (const { functions, place: made } of scaled) {
      const [named] = scaledIn({
        functions: { ...fleet(50).functions, ...functions } as ScenarioInput["functions"],
      });
      const services = made.clusters.find(({ name }) => name === named?.cluster_name)?.services ?? [];
      expect(services.map(({ name }) => name)).to.include(named?.service_name);
    }
    const none = scalingOf(randomSource(1)("scaling"), { ...place, clusters: [] });
    expect(none.functions).to.deep.equal({});
  });
});
