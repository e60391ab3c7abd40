// Protects the hook's timer: it is kept alive while a drain goes on, with as few heartbeats as that takes, and never beyond
// what the drain may take.
import { expect } from "chai";
import { calls, expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(2);
const ENDLESS = { stop_seconds: 200_000, stop_timeout_seconds: 200_000 };

/** A fleet of plain ECS whose one task takes that long to stop, under a hook of that timeout. */
const fleet = (
  heartbeatTimeout: number,
  task: Record<string, unknown>,
  keys: Record<string, unknown> = {},
) => ({
  functions: functions({ cluster_name: "main", ...keys }),
  clusters: [{ name: "main", services: [{ name: "worker", desired_count: 2, task }] }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [{ ...HOOK, heartbeat_timeout_seconds: heartbeatTimeout }],
    },
  ],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }],
});

describe("scenarios: heartbeats", () => {
  /** [timeout of the hook, how long the task takes to stop, how many heartbeats are enough, and at the least needed] */
  for (const [timeout, stop, most, least] of [
    [120, 600, 18, 5],
    [300, 1_200, 9, 5],
    [3_600, 7_200, 4, 2],
  ] as const) {
    it(`a hook of ${timeout} s outlasts a drain of ${stop} s`, async () => {
      const outcome = await play({
        ...fleet(
          timeout,
          { stop_seconds: stop, stop_timeout_seconds: stop },
          { drain_timeout_seconds: 10_000 },
        ),
        ends_after_seconds: 9_000,
      });
      expectDrained(outcome, { count: 1, withinSeconds: stop > 900 ? 35 : 10 });
      expectQuiet(outcome);
      expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.be.within(least, most);
      expect(linesOf(outcome, "short hook").length > 0, "a short one is warned about").to.equal(
        timeout < 180,
      );
    });
  }

  it("a hook of 300 s outlasts 1200 s in which all is gone and the instance settles", async () => {
    const outcome = await play({
      ...fleet(300, { stop_seconds: 20 }, { settle_seconds: 1_200 }),
      ends_after_seconds: 3_000,
    });
    const [termination] = outcome.terminations;
    expect(termination?.result).to.equal("CONTINUE");
    const settled = ((termination?.completedAt ?? 0) - (termination?.readyAt ?? 0)) / 1_000;
    expect(settled).to.be.within(1_200, 1_215);
    expectQuiet(outcome);
  });

  it("a hook that gets a longer timeout in the middle outlasts the drain: the old one goes on to count", async () => {
    const world = fleet(180, { stop_seconds: 1_200, stop_timeout_seconds: 1_200 });
    const longer = { ...HOOK, heartbeat_timeout_seconds: 3_600 };
    const outcome = await play({
      ...world,
      timeline: [...world.timeline, { at_seconds: 200, put_hook: { group: "fleet", hook: longer } }],
    });
    expectDrained(outcome, { count: 1, withinSeconds: 35 });
    expectQuiet(outcome);
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.be.within(12, 22);
  });

  it("a drain within the hook's timeout needs no heartbeat", async () => {
    const outcome = await play(fleet(3_600, { stop_seconds: 30 }));
    expectDrained(outcome, { count: 1 });
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.equal(0);
  });

  it("a hook of 30 s can be over before the first pass: the log says so, and nothing is touched", async () => {
    // The instance is held from the 6th second to the 36th; there is no pass between the 4th and the 63rd.
    const outcome = await play({
      ...fleet(30, { stop_seconds: 30 }),
      functions: functions({ cluster_name: "main" }, [3, 4]),
    });
    expect(outcome.terminations[0]?.reason).to.include("timeout");
    const [dropped] = linesOf(outcome, "termination dropped", ids[0]);
    expect(dropped?.reason).to.match(
      /hook's timeout of 30 s had passed before the first pass|no Auto Scaling group/,
    );
    const cutOff = { level: "WARN", outcome: "cut off", setting: "heartbeat_timeout_seconds" };
    expect(dropped).to.include({ ...cutOff, left: "unknown: nobody could look" });
    expect(linesOf(outcome, "set DRAINING")).to.deep.equal([]);
  });

  it("a hook of 30 s that is seen in time is kept alive", async () => {
    const outcome = await play({
      ...fleet(30, { stop_seconds: 100, stop_timeout_seconds: 120 }),
      functions: functions({ cluster_name: "main" }, [10, 12]),
    });
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "heartbeat recorded").length).to.be.at.least(3);
  });

  it("a drain of 47 hours", async () => {
    const hours = 47 * 3_600;
    const outcome = await play({
      ...fleet(
        3_600,
        { stop_seconds: hours, stop_timeout_seconds: hours },
        { drain_timeout_seconds: 172_000 },
      ),
      ends_after_seconds: 173_000,
    });
    expectDrained(outcome, { count: 1, withinSeconds: 35 });
    expectQuiet(outcome);
    const heartbeats = calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat");
    expect(heartbeats, "no more than one in two thirds of the timeout").to.be.within(47, 72);
  });

  it("stops at the drain's deadline when the hook's own timeout is to decide", async () => {
    const outcome = await play({
      ...fleet(300, ENDLESS, { drain_timeout_seconds: 600, on_timeout: "leave" }),
      ends_after_seconds: 3_000,
    });
    const [termination] = outcome.terminations;
    expect(outcome.violations).to.deep.equal([]);
    expect(termination?.result).to.equal(undefined);
    expect(termination?.reason).to.include("timeout");
    const [dropped] = linesOf(outcome, "termination dropped", ids[0]);
    const cutOff = { level: "WARN", outcome: "cut off", setting: "on_timeout" };
    expect(dropped).to.include({ ...cutOff, left: "1 task STOPPING" });
    const ended = (outcome.endedAt - outcome.startedAt) / 1_000;
    expect(ended, "a hook timeout after the deadline at the latest, and two ticks").to.be.at.most(
      5 + 600 + 300 + 150,
    );
    expectQuiet(outcome);
  });

  it("a heartbeat that is refused is not sent again at every pass", async () => {
    // The message names a hook of ours that was put after another one had come to hold the instance.
    const world = fleet(120, { stop_seconds: 500, stop_timeout_seconds: 600 });
    const late = { ...HOOK, name: "late", heartbeat_timeout_seconds: 240 };
    const outcome = await play({
      ...world,
      auto_scaling_groups: [
        {
          ...world.auto_scaling_groups[0],
          hooks: [{ ...HOOK, heartbeat_timeout_seconds: 900, queue: undefined }],
        },
      ],
      timeline: [
        ...world.timeline,
        { at_seconds: 8, put_hook: { group: "fleet", hook: late } },
        {
          at_seconds: 10,
          send_lifecycle_message: { queue: "lifecycle", group: "fleet", hook: "late", instance_id: ids[0] },
        },
      ],
      ends_after_seconds: 600,
    });
    expect(linesOf(outcome, "heartbeat refused", ids[0]).length).to.be.within(4, 10);
    expect(linesOf(outcome, "heartbeat recorded", ids[0])).to.deep.equal([]);
  });

  it("a heartbeat that is denied is tried again at the next pass, and all else goes on meanwhile", async () => {
    const world = fleet(300, { stop_seconds: 500, stop_timeout_seconds: 600 });
    const actions = ["autoscaling:RecordLifecycleActionHeartbeat"];
    const outcome = await play({
      ...world,
      timeline: [...world.timeline, { at_seconds: 100, deny: { actions, for_seconds: 120 } }],
    });
    expectDrained(outcome, { count: 1 });
    const failed = outcome.invocations.filter((each) => each.outcome !== "succeeded");
    expect(failed).to.have.lengthOf.at.least(1);
    for (const { error } of failed) expect(error).to.match(/^RunFailed: .*RecordLifecycleActionHeartbeat/s);
  });

  for (const queue of ["lifecycle", "monitor"]) {
    it(`a hook outlasts messages with its own token by which it was taken just now, on the ${queue} queue`, async () => {
      const [held] = ids;
      const world = {
        ...fleet(300, { stop_seconds: 900, stop_timeout_seconds: 900 }),
        ends_after_seconds: 1_200,
      };
      const undisturbed = await play(world);
      const token = undisturbed.terminations[0]?.token;
      const body = (time: string) =>
        queue === "lifecycle"
          ? {
              LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
              AutoScalingGroupName: "fleet",
              LifecycleHookName: "drain",
              EC2InstanceId: held,
              LifecycleActionToken: token,
              Time: time,
            }
          : {
              instance_id: held,
              auto_scaling_group: "fleet",
              life_cycle_hook_name: "drain",
              lifecycle_action_token: token,
              time,
            };
      const forged = Array.from({ length: 15 }, (_, minute) => {
        const time = new Date(undisturbed.startedAt + (minute + 1) * 60_000).toISOString();
        return { at_seconds: (minute + 1) * 60, send: { queue, body: JSON.stringify(body(time)) } };
      });
      const outcome = await play({ ...world, timeline: [...world.timeline, ...forged] });
      expectDrained(outcome, { count: 1 });
    });
  }
});
