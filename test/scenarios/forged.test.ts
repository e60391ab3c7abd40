// Protects instances from what a sender can write: a message's times, and what it remembers, end no drain sooner than its
// configuration says.
import { expect } from "chai";
import { calls, expectQuiet, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(2);
const [held] = ids as [string];
const LONG_AGO = "2020-01-01T00:00:00.000Z";
const ACTIVITIES = "autoscaling:DescribeScalingActivities";
/** How long after the message deregister's first run comes, in seconds: a drain's time begins then. */
const BEGUN = 15;
const TIMEOUT = 900;

/** A fleet whose task stops for ever, in which something is sent while the hook holds an instance. */
const fleet = (
  keys: Record<string, unknown>,
  timeline: Record<string, unknown>[],
  hook: Record<string, unknown> = {},
) => ({
  functions: functions({ cluster_name: "main", drain_timeout_seconds: TIMEOUT, ...keys }),
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "worker",
          desired_count: 2,
          task: { stop_seconds: 200_000, stop_timeout_seconds: 200_000 },
        },
      ],
    },
  ],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [{ ...HOOK, ...hook }] }],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [held] } }, ...timeline],
  ends_after_seconds: 5_000,
});
/** A message of the monitor queue about the instance, as a later run of terminate would have written it. */
const monitorMessage = (change: Record<string, unknown>, memory: Record<string, unknown> = {}) =>
  JSON.stringify({
    version: 2,
    instance_id: held,
    auto_scaling_group: "fleet",
    life_cycle_hook_name: "drain",
    cluster_names: ["main"],
    drain_timeout_seconds: TIMEOUT,
    ...change,
    memory,
  });
const send = (at_seconds: number, queue: string, body: string) => ({ at_seconds, send: { queue, body } });
/** How long the hook held the instance, in seconds. */
function heldFor({ terminations }: Outcome): number {
  const [first] = terminations;
  return ((first?.completedAt ?? Number.NaN) - (first?.askedAt ?? 0)) / 1_000;
}

describe("scenarios: forged messages", () => {
  /**
   * [what is forged, the message, the queue, how many seconds it gains]. Auto Scaling shows when the termination began, and not
   * when deregister first saw it.
   */
  const forged: [string, string, string, number][] = [
    ["a begin long ago", monitorMessage({ time: LONG_AGO }, { begun_at: LONG_AGO }), "monitor", BEGUN],
    [
      "a begin long ago, of an action that began lately",
      monitorMessage({}, { begun_at: LONG_AGO }),
      "monitor",
      BEGUN,
    ],
    ["a message of long ago", monitorMessage({ time: LONG_AGO }), "monitor", 0],
    [
      "a lifecycle message of long ago",
      JSON.stringify({
        LifecycleHookName: "drain",
        AutoScalingGroupName: "fleet",
        EC2InstanceId: held,
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
        Time: LONG_AGO,
      }),
      "lifecycle",
      0,
    ],
  ];
  for (const [what, body, queue, gained] of forged) {
    for (const [when, at] of [
      ["before its drain has begun", 6],
      ["while it drains", 200],
    ] as const) {
      it(`${what}, sent ${when}: the drain has all its time`, async () => {
        const outcome = await play(fleet({}, [send(at, queue, body)]));
        expect(outcome.terminations).to.have.lengthOf(1);
        expect(heldFor(outcome)).to.be.within(BEGUN + TIMEOUT - gained, BEGUN + TIMEOUT + 10);
        if (gained === 0) expect(outcome.violations).to.deep.equal([]);
        expectQuiet(outcome);
      });
    }
  }

  it("a begin long ago does not keep the hook from being kept alive", async () => {
    const forgery = send(6, "monitor", monitorMessage({ time: LONG_AGO }, { begun_at: LONG_AGO }));
    const outcome = await play(fleet({}, [forgery], { heartbeat_timeout_seconds: 180 }));
    expect(heldFor(outcome)).to.be.within(TIMEOUT, TIMEOUT + BEGUN + 10);
  });

  it("a drain asks how old it is once its time is over, and not before", async () => {
    const outcome = await play(fleet({}, []));
    expect(heldFor(outcome)).to.be.within(BEGUN + TIMEOUT, BEGUN + TIMEOUT + 10);
    expect(calls(outcome, ACTIVITIES)).to.equal(1);
  });

  it("where the activity may not be read, the drain goes on, and the hook's own timeout ends it", async () => {
    const outcome = await play({
      ...fleet({}, [{ at_seconds: 0, deny: { actions: [ACTIVITIES], for_seconds: 5_000 } }], {
        heartbeat_timeout_seconds: 300,
      }),
      faults_end_after_seconds: 5_000,
    });
    expect(outcome.violations).to.deep.equal([]);
    const [first] = outcome.terminations;
    expect(first?.completedAt).to.equal(undefined);
    const [warning] = linesOf(outcome, "deadline not proven", held);
    expect(warning).to.include({ level: "WARN" });
    expect(linesOf(outcome, "deadline not proven")).to.have.lengthOf(1);
    expect(linesOf(outcome, "call failed")[0]).to.include({ missing_permission: ACTIVITIES });
    const end = outcome.simulation.world.story.lines.find((line) => line.kind === "action-ended");
    expect(end).to.include({ how: "timeout", result: "CONTINUE" });
    expect(((end?.at ?? 0) - (first?.askedAt ?? 0)) / 1_000).to.be.within(TIMEOUT, BEGUN + TIMEOUT + 300);
    expect(outcome.simulation.world.queues.all.every(({ messages }) => messages.size === 0)).to.equal(true);
  });

  it("while the activity cannot be read for a while, the hook is kept alive, and the drain ends then", async () => {
    const outcome = await play(
      fleet({}, [{ at_seconds: 5, throttle: { actions: [ACTIVITIES], for_seconds: TIMEOUT + 600 } }], {
        heartbeat_timeout_seconds: 300,
      }),
    );
    expect(heldFor(outcome)).to.be.within(TIMEOUT + 590, TIMEOUT + 640);
    expect(linesOf(outcome, "deadline not proven")).to.deep.equal([]);
  });
});
