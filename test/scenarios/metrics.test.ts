// Protects what CloudWatch is told: each drain is counted once by how it ended, and a drain that hangs is counted while it hangs. What
// is only slow is not.
import { expect } from "chai";
import { functions, HOOK, instanceIds, type Outcome, play, valuesOf } from "./fixture.ts";

const ids = instanceIds(4);
const [leaving] = ids as [string];
const ENDLESS = { stop_seconds: 200_000, stop_timeout_seconds: 200_000 };

const fleet = (
  keys: Record<string, unknown>,
  task: Record<string, unknown>,
  instance_ids: readonly string[] = [leaving],
) => ({
  functions: functions({ cluster_name: "main", ...keys }),
  clusters: [{ name: "main", services: [{ name: "worker", desired_count: 4, task }] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  timeline: [{ at_seconds: 5, terminate: { instance_ids, replace: true } }],
});
const sumOf = (outcome: Outcome, name: string, group?: string) =>
  valuesOf(outcome, name, group).reduce((sum, { value }) => sum + Number(value), 0);

describe("scenarios: metrics", () => {
  it("a drain is counted when it begins, while it goes on, and by how it ended, of its function and of its group", async () => {
    const outcome = await play(fleet({}, { stop_seconds: 70, stop_timeout_seconds: 90 }, ids.slice(0, 2)));
    for (const group of [undefined, "fleet"]) {
      expect(sumOf(outcome, "DrainsBegun", group)).to.equal(2);
      expect(sumOf(outcome, "DrainsDrained", group)).to.equal(2);
      expect(valuesOf(outcome, "DrainsInProgress", group).map(({ value }) => value)).to.include(2);
      expect(valuesOf(outcome, "OldestDrainSeconds", group)[0]?.value).to.be.within(60, 130);
      for (const none of ["DrainsCutOff", "DrainsStalled", "DrainsDead", "CallsFailed"])
        expect(valuesOf(outcome, none, group), none).to.deep.equal([]);
    }
    const allOf = (name: string) => valuesOf(outcome, name).flatMap(({ value }) => value as number);
    const held = allOf("HeldSeconds");
    const ready = allOf("ReadyToCompletedSeconds");
    const took = outcome.terminations.map(({ askedAt, completedAt = 0 }) => (completedAt - askedAt) / 1_000);
    expect([held.length, ready.length]).to.deep.equal([2, 2]);
    for (const each of held) expect(each).to.be.within(Math.min(...took) - 2, Math.max(...took));
    for (const each of ready) expect(each).to.be.within(0, 10);
    expect(new Set(outcome.metrics.map(({ service }) => service))).to.deep.equal(new Set(["asg-drain"]));
  });

  it("one that is cut off is counted so, and not as drained", async () => {
    const outcome = await play(fleet({ drain_timeout_seconds: 300 }, ENDLESS));
    expect(sumOf(outcome, "DrainsCutOff", "fleet")).to.equal(1);
    expect(valuesOf(outcome, "DrainsDrained")).to.deep.equal([]);
    expect(valuesOf(outcome, "ReadyToCompletedSeconds")).to.deep.equal([]);
  });

  it("one that hangs is stalled after a quarter of an hour, in each minute until it ends", async () => {
    const outcome = await play(fleet({ drain_timeout_seconds: 1_800 }, ENDLESS));
    const stalled = valuesOf(outcome, "DrainsStalled", "fleet");
    expect(stalled[0]?.at).to.be.within(900, 1_100);
    expect(stalled.at(-1)?.at).to.be.within(1_700, 1_860);
    expect(stalled.length).to.be.within(10, 17);
  });

  it("one whose target drains for an hour is not stalled", async () => {
    const outcome = await play({
      ...fleet({ drain_timeout_seconds: 7_200, target_groups: ["sockets"] }, { stop_seconds: 10 }),
      target_groups: [{ name: "sockets", port: 8080, deregistration_delay_seconds: 3_600 }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: ids,
          cluster: "main",
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "sockets" }] },
        },
      ],
    });
    expect(sumOf(outcome, "DrainsDrained")).to.equal(1);
    expect(valuesOf(outcome, "DrainsStalled")).to.deep.equal([]);
  });

  it("calls that fail are counted, throttled ones apart, and tasks that were stopped", async () => {
    const world = fleet({ stop_tasks: "all" }, { stop_seconds: 10 });
    const outcome = await play({
      ...world,
      tasks: [{ cluster: "main", family: "job", instance_ids: [leaving], task: { stop_seconds: 5 } }],
      timeline: [
        ...world.timeline,
        { at_seconds: 10, deny: { actions: ["ecs:ListTasks"], for_seconds: 60 } },
        {
          at_seconds: 80,
          throttle: { actions: ["ecs:DescribeContainerInstances"], probability: 1, for_seconds: 60 },
        },
      ],
    });
    expect(sumOf(outcome, "CallsFailed")).to.be.at.least(1);
    expect(sumOf(outcome, "CallsThrottled")).to.be.at.least(1);
    expect(sumOf(outcome, "TasksStopped", "fleet")).to.equal(1);
  });

  it("nothing is written where nothing is going on", async () => {
    const outcome = await play({
      ...fleet({}, {}),
      timeline: [{ at_seconds: 900, cold_start: { function: "deregister" } }],
    });
    expect(outcome.invocations.length).to.be.at.least(10);
    expect(outcome.metrics).to.deep.equal([]);
  });
});
