// Protects instances from what a sender can write: a message's times, and what it remembers, end no drain sooner than its
// configuration says, and a notice that EC2 does not show touches nothing.
import { expect } from "chai";
import { calls, expectQuiet, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(2);
const [held] = ids as [string];
const LONG_AGO = "2020-01-01T00:00:00.000Z";
const ACTIVITIES = "autoscaling:DescribeScalingActivities";
/** How long after the message deregister's first run comes, in seconds: a drain's time begins then. */
const BEGUN = 15;
const TIMEOUT = 900;

/** Functions that know no roles: whatever a message remembers may count. */
function trusting(keys: Record<string, unknown>) {
  const { deregister, terminate } = functions({ cluster_name: "main", ...keys });
  return { deregister, terminate: { ...terminate, sender_role_ids: "" } };
}
/** A fleet whose task stops for ever, in which something is sent while the hook holds an instance. */
const fleet = (
  keys: Record<string, unknown>,
  timeline: Record<string, unknown>[],
  hook: Record<string, unknown> = {},
) => ({
  functions: trusting({ drain_timeout_seconds: TIMEOUT, ...keys }),
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
        expect(heldFor(outcome)).to.be.within(BEGUN + TIMEOUT - gained, BEGUN + TIMEOUT + 20);
        if (gained === 0) expect(outcome.violations).to.deep.equal([]);
        expectQuiet(outcome);
      });
    }
  }

  it("a begin long ago does not keep the hook from being kept alive", async () => {
    const forgery = send(6, "monitor", monitorMessage({ time: LONG_AGO }, { begun_at: LONG_AGO }));
    const outcome = await play(fleet({}, [forgery], { heartbeat_timeout_seconds: 180 }));
    expect(heldFor(outcome)).to.be.within(TIMEOUT, TIMEOUT + BEGUN + 20);
  });

  it("a drain asks how old it is once its time is over, and not before", async () => {
    const outcome = await play(fleet({}, []));
    expect(heldFor(outcome)).to.be.within(BEGUN + TIMEOUT, BEGUN + TIMEOUT + 20);
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

describe("scenarios: forged notices", () => {
  const [onDemand, spot] = instanceIds(4) as [string, string];
  const SPOT_REQUESTS = "ec2:DescribeSpotInstanceRequests";
  const FAR = "9999-12-31T00:00:00.000Z";
  const REPLACE = "autoscaling:TerminateInstanceInAutoScalingGroup";
  const groupOf = (instanceId: string) => (instanceId === onDemand ? "on-demand" : "spot");
  /** Two groups with a hook of ours, one of them of Spot Instances, behind a target group of ours. */
  const keys = { target_groups: ["static"], on_spot_interruption: "drain", on_maintenance: "replace" };
  const world = (timeline: Record<string, unknown>[]) => ({
    functions: trusting(keys),
    event_rules: [{ queue: "lifecycle" }],
    target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 20 }],
    clusters: [{ name: "main", services: [{ name: "worker", desired_count: 4, task: { stop_seconds: 5 } }] }],
    auto_scaling_groups: [instanceIds(4).slice(0, 1), instanceIds(4).slice(1)].map((ids) => ({
      name: groupOf(ids[0] as string),
      instance_ids: ids,
      cluster: "main",
      spot: groupOf(ids[0] as string) === "spot",
      registers_with: { target_groups: [{ name: "static" }] },
      hooks: [HOOK],
    })),
    timeline,
    ends_after_seconds: 900,
  });
  const notice = (instanceId: string, time: string) =>
    JSON.stringify({
      source: "aws.ec2",
      "detail-type": "EC2 Spot Instance Interruption Warning",
      time,
      detail: { "instance-id": instanceId, "instance-action": "terminate" },
    });
  const interrupted = (instanceId: string, time: string, more: Record<string, unknown> = {}) =>
    JSON.stringify({
      version: 2,
      instance_id: instanceId,
      auto_scaling_group: groupOf(instanceId),
      cluster_names: ["main"],
      target_groups: ["static"],
      interrupted_at: time,
      ...more,
    });
  const TOUCHED = [
    "set DRAINING",
    "deregistered",
    "task stopped",
    "container instance deregistered",
  ] as const;
  const touched = (outcome: Outcome) => TOUCHED.flatMap((phrase) => linesOf(outcome, phrase));

  for (const [whose, id, found] of [
    ["an On-Demand Instance", onDemand, "EC2 shows no Spot request of the instance"],
    ["a Spot Instance that nobody interrupts", spot, "the instance's Spot request is fulfilled"],
  ] as const) {
    /** [what comes, the queue, the message, whether it is too old to be asked about] */
    const forged: [string, string, (now: string) => string, boolean?][] = [
      ["a notice", "lifecycle", (now) => notice(id, now)],
      ["a notice of the year 9999", "lifecycle", () => notice(id, FAR)],
      ["a message of its drain", "monitor", (now) => interrupted(id, now)],
      ["a message of its drain, of the year 9999", "monitor", () => interrupted(id, FAR)],
      [
        "a message of its drain, of long ago",
        "monitor",
        () => interrupted(id, LONG_AGO, { time: LONG_AGO }),
        true,
      ],
      [
        "a message of its drain that names our hook",
        "monitor",
        (now) => interrupted(id, now, { life_cycle_hook_name: "drain" }),
        true,
      ],
      [
        "a message of its drain that has done its steps",
        "monitor",
        () =>
          interrupted(id, FAR, { memory: { look_at: LONG_AGO, begun_at: LONG_AGO, draining_at: LONG_AGO } }),
      ],
    ];
    for (const [what, queue, bodyOf, isUnasked = false] of forged)
      it(`${what}, about ${whose}: nothing is touched, and the log says what was found`, async () => {
        const now = new Date(Date.parse("2026-01-05T09:00:30Z")).toISOString();
        const outcome = await play(world([send(30, queue, bodyOf(now))]));
        expect(outcome.violations).to.deep.equal([]);
        expect(touched(outcome)).to.deep.equal([]);
        expect(linesOf(outcome, "termination dropped", id)).to.have.lengthOf(1);
        expectQuiet(outcome);
        if (isUnasked) return;
        const [warning, ...more] = linesOf(outcome, "interruption not proven", id);
        expect(more).to.deep.equal([]);
        expect(warning).to.include({ level: "WARN" });
        expect(warning?.reason).to.include(found);
        expect(calls(outcome, SPOT_REQUESTS)).to.be.within(1, 30);
      });
  }

  it("a notice that is true: drained, though another one was forged about the instance before", async () => {
    const outcome = await play(
      world([
        send(29, "monitor", interrupted(spot, LONG_AGO, { time: LONG_AGO })),
        { at_seconds: 30, interrupt_spot: { instance_ids: [spot] } },
      ]),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "set DRAINING", spot)).to.have.lengthOf(1);
    expect(linesOf(outcome, "deregistered", spot)).to.have.lengthOf(1);
    expectQuiet(outcome);
  });

  for (const [action, cause] of [
    ["terminate", "capacity"],
    ["terminate", "price"],
    ["stop", "capacity"],
    ["stop", "price"],
  ] as const)
    it(`a notice that is true, to ${action} for ${cause}: drained within its two minutes`, async () => {
      const outcome = await play({
        ...world([{ at_seconds: 30, interrupt_spot: { instance_ids: [spot], action, cause } }]),
        // An instance with a silent agent is followed to its end only where a run knows its own messages.
        functions: functions({ cluster_name: "main", ...keys }),
      });
      expect(outcome.violations).to.deep.equal([]);
      expect(linesOf(outcome, "set DRAINING", spot)).to.have.lengthOf(1);
      expect(linesOf(outcome, "deregistered", spot)).to.have.lengthOf(1);
      expect(linesOf(outcome, "interruption not proven")).to.deep.equal([]);
      expectQuiet(outcome);
    });

  for (const fault of ["throttle", "deny", "odd_answers"] as const) {
    it(`a proof that cannot be read (${fault}) is asked for again while the two minutes run`, async () => {
      const outcome = await play({
        ...world([
          { at_seconds: 0, [fault]: { actions: [SPOT_REQUESTS], for_seconds: 100 } },
          { at_seconds: 30, interrupt_spot: { instance_ids: [spot] } },
        ]),
        faults_end_after_seconds: 100,
      });
      expect(outcome.violations).to.deep.equal([]);
      const [drained] = linesOf(outcome, "set DRAINING", spot);
      const at = (Date.parse(String(drained?.time)) - outcome.startedAt) / 1_000;
      expect(at, "seconds").to.be.within(100, 115);
    });

    it(`a proof that cannot be read to the end (${fault}): nothing is touched, and the log says so`, async () => {
      const outcome = await play({
        ...world([
          { at_seconds: 0, [fault]: { actions: [SPOT_REQUESTS], for_seconds: 900 } },
          { at_seconds: 30, interrupt_spot: { instance_ids: [spot] } },
        ]),
        faults_end_after_seconds: 900,
      });
      expect(
        touched(outcome).filter(({ time }) => Date.parse(String(time)) < outcome.startedAt + 150_000),
      ).to.deep.equal([]);
      const [dropped] = linesOf(outcome, "termination dropped", spot);
      expect(dropped).to.include({ level: "WARN" });
      expect(dropped?.reason).to.include("could not be read");
      const missing = linesOf(outcome, "call failed").filter(({ action }) => action === SPOT_REQUESTS);
      expect(missing.some(({ missing_permission }) => missing_permission === SPOT_REQUESTS)).to.equal(
        fault === "deny",
      );
    });
  }

  const waiting = (instanceIds: readonly string[]) =>
    JSON.stringify({
      notices: instanceIds.map((instance_id) => ({ instance_id, notice: "maintenance", time: FAR })),
      replace_at_once: 1_000,
      replace_last: true,
      lifecycle_hook_names: ["drain"],
    });
  const health = (instanceId: string) =>
    JSON.stringify({
      source: "aws.health",
      "detail-type": "AWS Health Event",
      time: "2026-01-05T09:00:30Z",
      detail: {
        service: "EC2",
        eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        eventTypeCategory: "scheduledChange",
        statusCode: "upcoming",
        affectedEntities: [{ entityValue: instanceId }],
      },
    });

  for (const [what, queue, body] of [
    ["an event of AWS Health", "lifecycle", health(spot)],
    ["a message with notices", "monitor", waiting([spot, onDemand])],
  ] as const)
    it(`${what} of a maintenance that EC2 has not scheduled: nothing is replaced`, async () => {
      const outcome = await play(world([send(30, queue, body)]));
      expect(outcome.violations).to.deep.equal([]);
      expect(calls(outcome, REPLACE)).to.equal(0);
      const [warning] = linesOf(outcome, "instance not replaced", spot);
      expect(warning).to.include({ level: "WARN" });
      expect(warning?.reason).to.include("EC2 has scheduled no change of the instance");
      expectQuiet(outcome);
    });
});
