// Protects what happens to each kind of message: repeated, stale, forged, in each of its forms, and unreadable ones
// between good ones.
import { expect } from "chai";
import {
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  play,
  QUEUES,
} from "./fixture.ts";

const ids = instanceIds(3);
const classic = {
  functions: functions({ elb_name: "classic" }),
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 80 }], connection_draining_seconds: 60 },
  ],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: ids, hooks: [HOOK], registers_with: { load_balancers: ["classic"] } },
  ],
};
const terminate = { at_seconds: 5, terminate: { instance_ids: [ids[0]] } };

describe("scenarios: messages", () => {
  it("a duplicate while the instance drains joins the drain that is under way", async () => {
    const outcome = await play({
      ...classic,
      timeline: [
        terminate,
        { at_seconds: 50, repeat_notification: { instance_ids: [ids[0]] } },
        { at_seconds: 85, repeat_notification: { instance_ids: [ids[0]] } },
      ],
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "lifecycle action completed")).to.have.lengthOf(1);
    expect(linesOf(outcome, "deregistered")).to.have.lengthOf(1);
  });

  // With 120 s the messages join while it settles; with 45 it has settled before they do, a few seconds after the other drain.
  for (const settle_seconds of [120, 45]) {
    it(`a duplicate that finds new tasks, while the drain before it settles for ${settle_seconds} s: they are waited for`, async () => {
      const stopping = (seconds: number) => ({ stop_seconds: seconds, stop_timeout_seconds: seconds + 40 });
      const service = (name: string, desired_count: number, seconds: number) => ({
        name,
        desired_count,
        minimum_healthy_percent: 0,
        task: stopping(seconds),
      });
      const [leaving] = ids as [string];
      const outcome = await play({
        functions: functions({ cluster_name: "main", settle_seconds }),
        clusters: [{ name: "main", services: [service("worker", 2, 5), service("slow", 0, 200)] }],
        auto_scaling_groups: [
          { name: "fleet", instance_ids: ids.slice(0, 2), cluster: "main", hooks: [HOOK] },
        ],
        timeline: [
          { at_seconds: 5, terminate: { instance_ids: [leaving] } },
          { at_seconds: 65, set_active: { instance_ids: [leaving] } },
          { at_seconds: 66, update_service: { cluster: "main", service: "slow", desired_count: 4 } },
          { at_seconds: 75, repeat_notification: { instance_ids: [leaving] } },
        ],
      });
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.terminations.map(({ reason }) => reason)).to.deep.equal([
        "completed when nothing was left",
      ]);
    });
  }

  it("a duplicate after the instance was completed is dropped", async () => {
    const outcome = await play({
      ...classic,
      timeline: [terminate, { at_seconds: 100, repeat_notification: { instance_ids: [ids[0]] } }],
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "termination dropped")).to.have.lengthOf(1);
  });

  it("an instance that is gone already is dropped after two passes 30 s apart", async () => {
    const gone = "i-0fedcba9876543210";
    const outcome = await play({
      ...classic,
      timeline: [
        {
          at_seconds: 5,
          send_lifecycle_message: { queue: "lifecycle", group: "fleet", hook: "drain", instance_id: gone },
        },
        terminate,
      ],
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    const [dropped] = linesOf(outcome, "termination dropped", gone);
    expect(dropped?.reason).to.equal("no Auto Scaling group knows the instance any more");
    expect(dropped?.held_seconds).to.be.at.least(30);
  });

  it("a message for an instance that is InService touches nothing, and is dropped with a warning after two minutes", async () => {
    const outcome = await play({
      ...classic,
      timeline: [
        {
          at_seconds: 5,
          send_lifecycle_message: { queue: "lifecycle", group: "fleet", hook: "drain", instance_id: ids[1] },
        },
      ],
    });
    expect(outcome.violations).to.deep.equal([]);
    expectQuiet(outcome);
    const [dropped] = linesOf(outcome, "termination dropped", ids[1]);
    expect(dropped?.level).to.equal("WARN");
    expect(dropped?.held_seconds).to.be.within(120, 130);
    expect(linesOf(outcome, "deregistered")).to.deep.equal([]);
    expect(outcome.simulation.world.classic.byName("classic").instanceIds().registered).to.include(ids[1]);
  });

  it("a message that is ahead of what Describe shows becomes a drain", async () => {
    const early = { queue: "lifecycle", group: "fleet", hook: "drain", instance_id: ids[0] };
    const outcome = await play({
      ...classic,
      timeline: [
        { at_seconds: 5, send_lifecycle_message: early },
        { at_seconds: 60, terminate: { instance_ids: [ids[0]] } },
      ],
    });
    expectDrained(outcome, { count: 1 });
    expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  });

  for (const form of ["sqs", "sns", "eventbridge"]) {
    it(`the form ${form} is read`, async () => {
      const silent = { ...HOOK, queue: undefined };
      const { deregister, terminate: ending } = classic.functions;
      const input = { ...deregister.input, lifecycle_hook_names: ["drain"] };
      const outcome = await play({
        ...classic,
        functions: { deregister: { ...deregister, input }, terminate: ending },
        auto_scaling_groups: [{ ...classic.auto_scaling_groups[0], hooks: [silent] }],
        timeline: [
          terminate,
          {
            at_seconds: 10,
            send_lifecycle_message: {
              queue: "lifecycle",
              group: "fleet",
              hook: "drain",
              instance_id: ids[0],
              form,
            },
          },
        ],
        ends_after_seconds: 400,
      });
      const [received] = linesOf(outcome, "termination received", ids[0]);
      expect(received?.auto_scaling_group).to.equal("fleet");
      expect(received?.since).to.equal("2026-01-05T09:00:10.000Z");
      expect(linesOf(outcome, "deregistered", ids[0])).to.have.lengthOf(1);
    });
  }

  it("the test notification of a new hook is deleted", async () => {
    const outcome = await play({
      ...classic,
      timeline: [
        { at_seconds: 5, put_hook: { group: "fleet", hook: { ...HOOK, name: "another" } } },
        terminate,
      ],
    });
    // One of each hook's; ours was put with the world.
    expect(linesOf(outcome, "test notification deleted")).to.have.lengthOf(2);
    expect(outcome.violations).to.deep.equal([]);
    for (const queue of outcome.simulation.world.queues.all)
      expect(queue.messages.size, queue.name).to.equal(0);
  });

  const unreadable = [
    { at_seconds: 4, send: { queue: "lifecycle", body: "not JSON" } },
    {
      at_seconds: 6,
      send: { queue: "lifecycle", body: '{"LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING"}' },
    },
    {
      at_seconds: 7,
      send_lifecycle_message: {
        queue: "lifecycle",
        group: "fleet",
        hook: "drain",
        instance_id: ids[2],
        transition: "autoscaling:EC2_INSTANCE_MOVING",
      },
    },
  ];

  it("three kinds of unreadable messages between good ones go to the dead-letter queue, each with its reason", async () => {
    const second = { at_seconds: 6.5, terminate: { instance_ids: [ids[1]] } };
    const outcome = await play({ ...classic, timeline: [...unreadable, terminate, second] });
    expectDrained(outcome, { count: 2 });
    const { queues } = outcome.simulation.world;
    expect(queues.byName("lifecycle").messages.size).to.equal(0);
    const reasons = [...queues.byName("lifecycle-dead-letters").messages.values()].map(
      (each) => each.attributes.reason?.StringValue,
    );
    expect(reasons).to.have.members([
      "expected JSON",
      [
        "EC2InstanceId: expected an instance id such as i-0123456789abcdef0, found nothing",
        "AutoScalingGroupName: expected the name of an Auto Scaling group, found nothing",
        "LifecycleHookName: expected the name of a lifecycle hook, found nothing",
        "LifecycleActionToken: expected a token of 36 characters, found nothing",
      ].join("; "),
      'LifecycleTransition: expected "autoscaling:EC2_INSTANCE_TERMINATING", found "autoscaling:EC2_INSTANCE_MOVING"',
    ]);
    expect(linesOf(outcome, "message cannot be read").map((line) => line.reason)).to.have.members(reasons);
  });

  it("without a dead-letter queue they stay where they are, and are logged; neighbours go on", async () => {
    const outcome = await play({
      ...classic,
      queues: QUEUES.map((queue) =>
        queue.name === "lifecycle" ? { name: "lifecycle", visibility_timeout_seconds: 120 } : queue,
      ),
      timeline: [...unreadable, terminate],
      ends_after_seconds: 240,
    });
    expectDrained(outcome, { count: 1 });
    expect(outcome.simulation.world.queues.byName("lifecycle").messages.size).to.equal(3);
    expect(linesOf(outcome, "message cannot be read")[0]?.left).to.equal(
      "in the queue, which has no dead-letter queue",
    );
  });

  it("one as large as SQS allows goes without its reason, which the log has", async () => {
    const body = "x".repeat(1_048_576);
    const outcome = await play({
      ...classic,
      timeline: [{ at_seconds: 4, send: { queue: "lifecycle", body } }, terminate],
    });
    expectDrained(outcome, { count: 1 });
    const [dead] = outcome.simulation.world.queues.byName("lifecycle-dead-letters").messages.values();
    expect(dead?.body.length).to.equal(body.length);
    expect(dead?.attributes).to.deep.equal({});
    expect(linesOf(outcome, "message cannot be read")[0]?.reason).to.equal(
      "expected at most 64 KB, found 1024 KB",
    );
  });

  it("a message from the future is no reason to keep it: the drain began when it was sent, at the latest", async () => {
    const forged = {
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      EC2InstanceId: ids[1],
      AutoScalingGroupName: "fleet",
      LifecycleHookName: "drain",
      LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
      Time: "2099-01-01T00:00:00Z",
    };
    const outcome = await play({
      ...classic,
      timeline: [{ at_seconds: 5, send: { queue: "lifecycle", body: JSON.stringify(forged) } }],
      ends_after_seconds: 300,
    });
    expectQuiet(outcome);
    expect(linesOf(outcome, "termination dropped", ids[1])[0]?.held_seconds).to.be.within(120, 130);
  });

  for (const queue of ["lifecycle", "monitor"]) {
    it(`a flood of unreadable messages on the ${queue} queue holds no termination up`, async () => {
      const outcome = await play({
        ...classic,
        timeline: [{ at_seconds: 4, send: { queue, body: "not ours", count: 1_500 } }, terminate],
      });
      expectDrained(outcome, { count: 1 });
      const [{ askedAt, completedAt } = { askedAt: 0, completedAt: 0 }] = outcome.terminations;
      expect((completedAt as number) - askedAt).to.be.at.most(140_000);
      expect(linesOf(outcome, "message cannot be read")).to.have.lengthOf.at.least(500);
    });
  }

  it("two messages of one drain, a minute apart: it began with the first", async () => {
    const message = {
      queue: "lifecycle",
      group: "fleet",
      hook: "drain",
      instance_id: ids[1],
      token: "87654321-4321-4321-4321-210987654321",
    };
    const outcome = await play({
      ...classic,
      timeline: [
        { at_seconds: 5, send_lifecycle_message: message },
        { at_seconds: 65, send_lifecycle_message: message },
      ],
    });
    expectQuiet(outcome);
    const dropped = linesOf(outcome, "termination dropped", ids[1]);
    expect(dropped).to.have.lengthOf(1);
    const droppedAt = (Date.parse(String(dropped[0]?.time)) - outcome.startedAt) / 1_000;
    expect(droppedAt, "seconds").to.be.within(125, 135);
  });

  it("a message with the token of another lifecycle action does not take the place of the instance's own", async () => {
    const forged = { queue: "lifecycle", group: "fleet", hook: "drain", instance_id: ids[0] };
    const outcome = await play({
      ...classic,
      timeline: [{ at_seconds: 4, send_lifecycle_message: forged }, terminate],
    });
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "duplicate merged"), "it is another drain").to.deep.equal([]);
  });

  it("messages that are delivered twice: one drain, and none is left", async () => {
    const outcome = await play({ ...classic, timeline: [terminate], duplicates: 0.7 });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "duplicate merged")).to.have.lengthOf.at.least(1);
    expect(linesOf(outcome, "lifecycle action completed")).to.have.lengthOf(1);
    expect(linesOf(outcome, "termination dropped")).to.deep.equal([]);
  });
});
