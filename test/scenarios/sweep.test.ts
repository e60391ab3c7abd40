// Protects terminations whose messages are lost, or that never had a queue: terminate sweeps for instances in the wait state
// of our hook, and drains what no message stands for.
import { expect } from "chai";
import { calls, expectQuiet, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const SWEEP = {
  queue_name: "monitor",
  lifecycle_queue_name: "lifecycle",
  auto_scaling_groups: ["fleet"],
  cluster_name: "main",
};

const fleet = (
  terminate: Record<string, unknown>,
  timeline: Record<string, unknown>[],
  group: Record<string, unknown> = {},
) => {
  const scheduled = functions({ cluster_name: "main" });
  return {
    functions: { ...scheduled, terminate: { ...scheduled.terminate, input: terminate } },
    clusters: [
      { name: "main", services: [{ name: "worker", desired_count: 3, task: { stop_seconds: 10 } }] },
    ],
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK], ...group }],
    timeline,
  };
};
const lost = [
  { at_seconds: 1, lose_notifications: { for_seconds: 60 } },
  { at_seconds: 5, terminate: { instance_ids: [leaving] } },
];

function expectSwept(outcome: Outcome, withinSeconds: number): void {
  expect(outcome.violations).to.deep.equal([]);
  const [termination] = outcome.terminations;
  expect(termination?.result).to.equal("CONTINUE");
  const seconds = ((termination?.completedAt ?? 0) - (termination?.askedAt ?? 0)) / 1_000;
  expect(seconds).to.be.at.most(withinSeconds);
  expect(linesOf(outcome, "sweep found", leaving)).to.have.lengthOf(1);
  expectQuiet(outcome);
}

describe("scenarios: the sweep", () => {
  it("a message that was lost: found within a sweep interval, and drained", async () => {
    expectSwept(await play(fleet(SWEEP, lost)), 300 + 60 + 60);
  });

  it("what a message at hand is told holds for what is found beside it: terminate need not be told the cluster", async () => {
    const outcome = await play({
      ...fleet({ queue_name: "monitor", lifecycle_queue_name: "lifecycle", sweep_minutes: 1 }, [
        { at_seconds: 5, terminate: { instance_ids: [ids[1]] } },
        { at_seconds: 22, lose_notifications: { for_seconds: 20 } },
        { at_seconds: 25, terminate: { instance_ids: [leaving] } },
      ]),
      clusters: [
        {
          name: "main",
          services: [
            { name: "worker", desired_count: 3, task: { stop_seconds: 100, stop_timeout_seconds: 120 } },
          ],
        },
      ],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
    expect(linesOf(outcome, "sweep found", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "set DRAINING", leaving)).to.have.lengthOf(1);
    expectQuiet(outcome);
  });

  it("every minute, by sweep_minutes 1", async () => {
    expectSwept(await play(fleet({ ...SWEEP, sweep_minutes: 1 }, lost)), 60 + 60 + 60);
  });

  it("an empty name, which a template makes of an empty place in its list, is no group", async () => {
    const outcome = await play(fleet({ ...SWEEP, auto_scaling_groups: ["", "fleet", ""] }, lost));
    expectSwept(outcome, 300 + 60 + 60);
    expect(linesOf(outcome, "cannot be used")).to.deep.equal([]);
  });

  it("with leave, what it finds gets no heartbeat at once: its message may be elsewhere, and past its deadline", async () => {
    const outcome = await play(
      fleet({ ...SWEEP, sweep_minutes: 1, on_timeout: "leave", drain_timeout_seconds: 600 }, lost),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "sweep found", leaving)).to.have.lengthOf(1);
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.equal(0);
  });

  it("two hooks of ours, the messages of both lost: both are found", async () => {
    const outcome = await play(
      fleet({ ...SWEEP, sweep_minutes: 1 }, lost, { hooks: [HOOK, { ...HOOK, name: "drain-again" }] }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "sweep found", leaving).map((line) => line.life_cycle_hook_name)).to.have.members(
      ["drain", "drain-again"],
    );
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
  });

  it("by a tag of the group", async () => {
    const { auto_scaling_groups: _, ...input } = SWEEP;
    for (const group_tag of ["drained", "drained=yes"])
      expectSwept(await play(fleet({ ...input, group_tag }, lost, { tags: { drained: "yes" } })), 420);
    const other = await play({
      ...fleet({ ...input, group_tag: "drained=no" }, lost, { tags: { drained: "yes" } }),
      ends_after_seconds: 600,
    });
    expect(linesOf(other, "sweep found")).to.deep.equal([]);
  });

  it("by the hook's name", async () => {
    const { lifecycle_queue_name: _, ...input } = SWEEP;
    expectSwept(await play(fleet({ ...input, lifecycle_hook_name: "drain" }, lost)), 420);
  });

  it("sweep_minutes 0 is off: the hook's own timeout ends it", async () => {
    const outcome = await play({
      ...fleet({ ...SWEEP, sweep_minutes: 0 }, lost, {
        hooks: [{ ...HOOK, heartbeat_timeout_seconds: 600 }],
      }),
    });
    expect(outcome.terminations[0]?.result).to.equal(undefined);
    expect(calls(outcome, "autoscaling:DescribeAutoScalingGroups")).to.equal(0);
  });

  it("with no lifecycle queue at all: every instance of a scale-in is found", async () => {
    const { lifecycle_queue_name: _, ...input } = SWEEP;
    const outcome = await play(
      fleet(
        { ...input, lifecycle_hook_name: "bare", sweep_minutes: 1 },
        [{ at_seconds: 5, terminate: { instance_ids: ids.slice(0, 2) } }],
        { hooks: [{ name: "bare", heartbeat_timeout_seconds: 600 }] },
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(
      linesOf(outcome, "lifecycle action completed")
        .map((line) => line.instance_id)
        .sort(),
    ).to.deep.equal(ids.slice(0, 2));
    expectQuiet(outcome);
  });

  it("an instance in its warm pool's wait state is found too", async () => {
    const outcome = await play(
      fleet(
        { ...SWEEP, sweep_minutes: 1 },
        [
          { at_seconds: 1, lose_notifications: { for_seconds: 60 } },
          { at_seconds: 5, scale_in: { group: "fleet", count: 1 } },
        ],
        { warm_pool: { state: "Stopped" } },
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
    expect(calls(outcome, "autoscaling:DescribeWarmPool")).to.be.above(0);
  });

  it("costs an idle hour one call per sweep, one per cluster for ghosts, and none of the load balancers", async () => {
    const outcome = await play({
      ...fleet(SWEEP, [{ at_seconds: 3_600, send: { queue: "lifecycle", body: "{}" } }]),
      ends_after_seconds: 3_700,
    });
    expect(calls(outcome, "autoscaling:DescribeAutoScalingGroups")).to.be.within(11, 13);
    expect(calls(outcome, "ecs:ListContainerInstances")).to.equal(
      calls(outcome, "autoscaling:DescribeAutoScalingGroups"),
    );
    for (const action of outcome.calls.keys())
      expect(action).to.match(/^(sqs:|autoscaling:DescribeAutoScalingGroups|ecs:ListContainerInstances)/);
  });

  it("while drains go on it finds nothing: their messages are at hand", async () => {
    const outcome = await play({
      ...fleet({ ...SWEEP, sweep_minutes: 1 }, [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }]),
      clusters: [
        {
          name: "main",
          services: [
            { name: "worker", desired_count: 3, task: { stop_seconds: 900, stop_timeout_seconds: 900 } },
          ],
        },
      ],
    });
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
    expect(linesOf(outcome, "sweep found")).to.deep.equal([]);
    expectQuiet(outcome);
  });

  it("a notice that waits comes before what the run before hands over: it finds nothing then either, and leave stays the end", async () => {
    const scheduled = fleet(
      { ...SWEEP, sweep_minutes: 1, on_timeout: "leave", drain_timeout_seconds: 600 },
      [
        { at_seconds: 5, terminate: { instance_ids: [leaving] } },
        { at_seconds: 50, schedule_maintenance: { instance_ids: [ids[1]], starts_in_hours: 0.5 } },
      ],
      { hooks: [{ ...HOOK, heartbeat_timeout_seconds: 180 }] },
    );
    const { deregister } = functions({ cluster_name: "main", on_maintenance: "replace" });
    const outcome = await play({
      ...scheduled,
      functions: { ...scheduled.functions, deregister },
      event_rules: [{ queue: "lifecycle" }],
      clusters: [
        {
          name: "main",
          services: [
            { name: "worker", desired_count: 3, task: { stop_seconds: 7_000, stop_timeout_seconds: 7_000 } },
          ],
        },
      ],
      ends_after_seconds: 1_500,
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "notice waits").length, "waits").to.be.at.least(1);
    expect(linesOf(outcome, "sweep found")).to.deep.equal([]);
    expect(outcome.terminations[0]?.reason).to.equal("the hook's timeout ended it with CONTINUE");
  });

  it("where another hook holds the instance after ours, nothing circles: it is completed once", async () => {
    const outcome = await play({
      ...fleet(
        { ...SWEEP, sweep_minutes: 1 },
        [
          { at_seconds: 5, terminate: { instance_ids: [leaving] } },
          { at_seconds: 900, complete_actions: { group: "fleet", hook: "another" } },
        ],
        { hooks: [HOOK, { name: "another", heartbeat_timeout_seconds: 1_800 }] },
      ),
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(calls(outcome, "autoscaling:CompleteLifecycleAction")).to.equal(1);
    expect(linesOf(outcome, "sweep found")).to.deep.equal([]);
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.equal(0);
    expectQuiet(outcome);
  });

  it("twenty drains of 40 minutes with a sweep every minute never have more than two messages each", async () => {
    const many = instanceIds(20);
    const most = new Map<string, number>();
    let counted = 0;
    const outcome = await play(
      {
        ...fleet({ ...SWEEP, sweep_minutes: 1 }, [{ at_seconds: 5, terminate: { instance_ids: many } }], {
          instance_ids: many,
        }),
        clusters: [
          {
            name: "main",
            services: [
              {
                name: "worker",
                desired_count: 20,
                task: { stop_seconds: 2_400, stop_timeout_seconds: 2_400 },
              },
            ],
          },
        ],
      },
      {
        watch: ({ world }) => {
          const monitor = world.queues.all.find(({ name }) => name === "monitor");
          const count = () => {
            counted += 1;
            const counts = new Map<string, number>();
            for (const { body } of monitor?.messages.values() ?? []) {
              const id = String(JSON.parse(body).instance_id);
              counts.set(id, (counts.get(id) ?? 0) + 1);
            }
            for (const [id, each] of counts) most.set(id, Math.max(most.get(id) ?? 0, each));
            world.agenda.in(250, count);
          };
          count();
        },
      },
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(many.map(() => "CONTINUE"));
    expect(Math.max(...most.values())).to.be.at.most(2);
    expect(counted, "counted four times a second").to.be.at.least(2_400 * 4);
    expectQuiet(outcome);
  });

  it("what it finds of an instance that had come back is no part of the drain that has ended, of which a message appears again", async () => {
    const keys = { cluster_name: "main", target_groups: ["static"], drain_timeout_seconds: 1_500 };
    const outcome = await play({
      ...fleet(
        { ...SWEEP, ...keys },
        [
          // What is launched waits for hours, so that it stays on its way back.
          {
            at_seconds: 3,
            put_hook: {
              group: "fleet",
              hook: { name: "bake", transition: "launching", heartbeat_timeout_seconds: 7_200 },
            },
          },
          { at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent: "same" } },
          { at_seconds: 800, register: { instance_ids: [leaving], target_group: "static" } },
          { at_seconds: 879, kill_invocation: { function: "terminate", at_await: 8 } },
          { at_seconds: 884, lose_notifications: { for_seconds: 30 } },
          { at_seconds: 885, terminate: { instance_ids: [leaving] } },
        ],
        {
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [{ ...HOOK, heartbeat_timeout_seconds: 180 }],
        },
      ),
      target_groups: [{ name: "static", port: 9_000, deregistration_delay_seconds: 300 }],
      ends_after_seconds: 2_000,
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "sweep found", leaving)).to.have.lengthOf(1);
    expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
    expect(outcome.terminations.map(({ reason }) => reason)).to.deep.equal([
      "completed when nothing was left",
      "completed when nothing was left",
    ]);
  });

  it("while the queue cannot be received nothing is swept: what waits there is not lost", async () => {
    const outcome = await play({
      ...fleet({ ...SWEEP, sweep_minutes: 1 }, [
        { at_seconds: 5, terminate: { instance_ids: [leaving] } },
        { at_seconds: 30, deny: { actions: ["sqs:ReceiveMessage"], for_seconds: 100 } },
      ]),
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
    expect(linesOf(outcome, "sweep found")).to.deep.equal([]);
  });
});
