// Protects what a sweep costs where there are many groups, and that a group's name that is wrong does not go unnoticed.
import { expect } from "chai";
import { calls, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const lost = { at_seconds: 1, lose_notifications: { for_seconds: 60 } };

/** The functions, with terminate sweeping groups for what is held by a hook that notifies a queue. */
function sweeping(auto_scaling_groups: readonly string[], more: Record<string, unknown> = {}) {
  const { deregister, terminate } = functions({});
  const input = { ...terminate.input, lifecycle_queue_name: "lifecycle", auto_scaling_groups, ...more };
  return { deregister, terminate: { ...terminate, input } };
}

describe("scenarios: the sweep of groups", () => {
  it("costs a call per hundred groups, one per group in which instances are held and run, and one per warm pool", async () => {
    const names = Array.from({ length: 101 }, (_, i) => `g${i}`);
    const ids = instanceIds(names.length);
    const held = [ids[1], ids[100]];
    const outcome = await play({
      functions: sweeping(names, { settle_seconds: 0 }),
      auto_scaling_groups: names.map((name, i) => ({
        name,
        instance_ids: [ids[i]],
        hooks: [HOOK],
        ...(i === 1 || i === 50 ? { warm_pool: { state: "Stopped" } } : {}),
      })),
      timeline: [lost, { at_seconds: 5, terminate: { instance_ids: held } }],
      // One run of terminate, which sweeps, and makes more than one pass over what it has found.
      ends_after_seconds: 95,
    });
    expect(linesOf(outcome, "sweep found").map((line) => line.instance_id)).to.have.members(held);
    expect(calls(outcome, "autoscaling:DescribeAutoScalingInstances")).to.be.at.least(2);
    expect(calls(outcome, "autoscaling:DescribeAutoScalingGroups")).to.equal(2);
    // Once more before the completion: somebody may have changed the hook since.
    expect(calls(outcome, "autoscaling:DescribeLifecycleHooks")).to.equal(4);
    expect(calls(outcome, "autoscaling:DescribeWarmPool")).to.equal(2);
  });

  const [leaving = ""] = instanceIds(1);
  const fleet = {
    auto_scaling_groups: [{ name: "fleet", instance_ids: [leaving], hooks: [HOOK] }],
    timeline: [lost, { at_seconds: 5, terminate: { instance_ids: [leaving] } }],
  };

  it("a group that does not exist fails the run that sweeps, and the others are swept", async () => {
    const outcome = await play({ ...fleet, functions: sweeping(["fleeet", "fleet"]) });
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "sweep found", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "cannot be used")[0]).to.include({ level: "ERROR", name: "fleeet" });
    const errors = outcome.invocations.flatMap(({ error }) => error ?? []);
    expect(new Set(errors)).to.deep.equal(
      new Set(["RunFailed: 1 failure: fleeet: there is no such Auto Scaling group"]),
    );
  });

  it("a queue that no hook notifies is warned about, and fails no run", async () => {
    const misspelt = {
      functions: sweeping(["fleet"], { lifecycle_queue_name: "lifecycel" }),
      ends_after_seconds: 600,
    };
    const outcome = await play({ ...fleet, ...misspelt });
    expect(linesOf(outcome, "sweep found")).to.deep.equal([]);
    expect(linesOf(outcome, "no hook of ours")[0]).to.deep.include({
      level: "WARN",
      auto_scaling_group: "fleet",
      terminating_hooks: ["drain"],
    });
    expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  });
});
