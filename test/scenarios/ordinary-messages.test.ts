// Protects what becomes of messages that ordinary accounts send to the lifecycle queue, or to the topic in front of it: each is
// dropped in one line, the terminations between them are drained, and only what nobody can explain is set aside.
import { expect } from "chai";
import { expectDrained, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(4);
const [leaving, other] = ids as [string, string];
const fleet = {
  functions: functions({ cluster_name: "shop" }),
  clusters: [{ name: "shop", services: [{ name: "cart", desired_count: 4, task: { stop_seconds: 15 } }] }],
  auto_scaling_groups: [{ name: "shop", instance_ids: ids, cluster: "shop", hooks: [HOOK] }],
};
const terminate = { at_seconds: 5, terminate: { instance_ids: [leaving] } };

const send = (value: unknown, count = 1) => ({
  at_seconds: 6,
  send: { queue: "lifecycle", body: typeof value === "string" ? value : JSON.stringify(value), count },
});
const inSns = (value: unknown, Subject = "Auto Scaling") => ({
  Type: "Notification",
  TopicArn: "arn:aws:sns:us-east-1:123456789012:fleet",
  Subject,
  Message: JSON.stringify(value),
});
const event = (type: string, source: string, detail: object) => ({
  version: "0",
  id: "1",
  "detail-type": type,
  source,
  account: "123456789012",
  time: "2026-01-05T09:00:06Z",
  region: "us-east-1",
  resources: [],
  detail,
});
const ofGroup = (what: string) => ({
  AutoScalingGroupName: "shop",
  EC2InstanceId: other,
  ActivityId: "a",
  StatusCode: "InProgress",
  Event: `autoscaling:EC2_INSTANCE_${what}`,
});
const launching = {
  LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
  AutoScalingGroupName: "shop",
  LifecycleHookName: "install",
  EC2InstanceId: other,
  LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
  Origin: "EC2",
  Destination: "WarmPool",
};

/** [why, what is sent beside the termination] */
const members: [string, unknown[]][] = [
  [
    "a group's notifications of launches that fail, without an envelope",
    [ofGroup("LAUNCH_ERROR"), ofGroup("TERMINATE_ERROR"), ofGroup("LAUNCH")],
  ],
  ["a warm pool's launch hook, through SNS", [inSns(launching)]],
  [
    "what SNS says of the queue's own subscription, and an alarm on the same topic",
    [
      {
        Type: "SubscriptionConfirmation",
        TopicArn: "arn:aws:sns:us-east-1:1:fleet",
        Token: "t",
        Message: "m",
      },
      {
        Type: "UnsubscribeConfirmation",
        TopicArn: "arn:aws:sns:us-east-1:1:fleet",
        Token: "t",
        Message: "m",
      },
      inSns({ AlarmName: "too few instances", NewStateValue: "ALARM", OldStateValue: "OK" }, "ALARM"),
    ],
  ],
  [
    "a rule that matches every event of the account",
    [
      event("ECS Task State Change", "aws.ecs", { lastStatus: "STOPPED", group: "service:cart" }),
      event("AWS API Call via CloudTrail", "aws.autoscaling", { eventName: "SetDesiredCapacity" }),
      event("Scheduled Event", "aws.events", {}),
      event("EC2 Auto Scaling Instance Refresh Succeeded", "aws.autoscaling", {
        AutoScalingGroupName: "shop",
      }),
      event("EC2 Spot Instance Request Fulfillment", "aws.ec2", { "instance-id": other }),
      event("Order Placed", "shop.orders", { order: 7 }),
    ],
  ],
  [
    "a rule that sends the details alone",
    [
      { "instance-id": leaving, state: "shutting-down" },
      { AutoScalingGroupName: "shop", InstanceRefreshId: "x" },
      { ...ofGroup("x"), Event: undefined },
    ],
  ],
  [
    "notifications in words",
    [
      {
        ...inSns({}),
        Subject: 'Auto Scaling: launch for group "shop"',
        Message: "Service: AWS Auto Scaling",
      },
    ],
  ],
];

const deadLetters = ({ simulation }: Outcome) =>
  simulation.world.queues.byName("lifecycle-dead-letters").messages.size;
const said = (outcome: Outcome) =>
  [...linesOf(outcome, "message dropped"), ...linesOf(outcome, "notice ignored")].map(({ level }) => level);

describe("scenarios: ordinary messages", () => {
  for (const [why, sent] of members)
    it(`${why}: one line each, no error, and the instance is drained`, async () => {
      const outcome = await play({ ...fleet, timeline: [terminate, ...sent.map((each) => send(each))] });
      expectDrained(outcome, { count: 1 });
      expect(said(outcome)).to.deep.equal(sent.map(() => "INFO"));
      expect(outcome.log.filter(({ level }) => level === "ERROR")).to.deep.equal([]);
      expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
      for (const queue of outcome.simulation.world.queues.all)
        expect(queue.messages.size, queue.name).to.equal(0);
    });

  it("hundreds of them, as a fleet that scales sends them: the drain is as quick, and nothing is set aside", async () => {
    const outcome = await play({ ...fleet, timeline: [send(ofGroup("LAUNCH"), 400), terminate] });
    expectDrained(outcome, { count: 1 });
    expect(said(outcome)).to.have.lengthOf(400);
    expect(deadLetters(outcome)).to.equal(0);
  });

  it("what nobody can explain, between them, is still set aside, with its reason", async () => {
    const outcome = await play({
      ...fleet,
      timeline: [
        terminate,
        send(ofGroup("TERMINATE")),
        send({ hello: "world" }),
        send(
          inSns({
            ...launching,
            LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
            EC2InstanceId: 1,
          }),
        ),
      ],
    });
    expectDrained(outcome, { count: 1 });
    expect(said(outcome)).to.have.lengthOf(1);
    expect(deadLetters(outcome)).to.equal(2);
    expect(linesOf(outcome, "message cannot be read")).to.have.lengthOf(2);
  });

  it("a termination in the Lambda event of a function that forwarded it whole is drained", async () => {
    const silent = { ...HOOK, queue: undefined };
    const termination = { ...launching, LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" };
    const outcome = await play({
      ...fleet,
      functions: functions({ cluster_name: "shop", lifecycle_hook_names: ["drain"] }),
      auto_scaling_groups: [{ ...fleet.auto_scaling_groups[0], hooks: [silent] }],
      timeline: [
        terminate,
        send({
          Records: [
            {
              EventSource: "aws:sns",
              Sns: inSns({ ...termination, LifecycleHookName: "drain", EC2InstanceId: leaving }),
            },
          ],
        }),
      ],
      ends_after_seconds: 300,
    });
    expect(linesOf(outcome, "termination received", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "set DRAINING", leaving)).to.have.lengthOf(1);
    expect(deadLetters(outcome)).to.equal(0);
  });
});
