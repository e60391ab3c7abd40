// Protects what is dropped in one line: the messages that ordinary accounts send, in the forms in which AWS sends them. What
// claims to be a termination is never among them, nor what nobody knows.
import { expect } from "chai";
import { parseLifecycleMessage } from "../../../../shared/messages/lifecycle-message.ts";
import type { Ordinary } from "../../../../shared/model/ordinary-message.ts";

const INSTANCE = "i-0123456789abcdef0";
const ofGroup = (event: string) => ({
  Progress: 50,
  Service: "AWS Auto Scaling",
  Time: "2026-11-20T09:00:00.000Z",
  EC2InstanceId: INSTANCE,
  StatusCode: "InProgress",
  AutoScalingGroupName: "fleet",
  Cause: "At 2026-11-20T09:00:00Z an instance was taken out of service.",
  ActivityId: "a",
  Event: event,
});
const launch = {
  LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
  EC2InstanceId: INSTANCE,
  AutoScalingGroupName: "fleet",
  LifecycleHookName: "boot",
  LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
};
const event = (type: string, source: string, detail: object) => ({
  version: "0",
  id: "1",
  "detail-type": type,
  source,
  time: "2026-11-20T09:00:00Z",
  resources: [],
  detail,
});
const activity = {
  ActivityId: "a",
  AutoScalingGroupName: "fleet",
  EC2InstanceId: INSTANCE,
  StatusCode: "Failed",
};
const TOPIC = "arn:aws:sns:us-east-1:123456789012:fleet";
const both = { instanceId: INSTANCE, group: "fleet" };
const neither = { instanceId: undefined, group: undefined };

/** [why, the message, what it is, what it is about] */
const rows: [string, unknown, Ordinary, object][] = [
  ...["LAUNCH", "LAUNCH_ERROR", "TERMINATE", "TERMINATE_ERROR"].map(
    (what): [string, unknown, Ordinary, object] => [
      `a group's notification of ${what}`,
      ofGroup(`autoscaling:EC2_INSTANCE_${what}`),
      { what: "group notification", event: `autoscaling:EC2_INSTANCE_${what}` },
      both,
    ],
  ),
  ["a launch hook's message", launch, { what: "launch hook", hook: "boot" }, both],
  [
    "a launch hook's message without the hook's name",
    { ...launch, LifecycleHookName: undefined },
    { what: "launch hook", hook: undefined },
    both,
  ],
  [
    "EventBridge's event of a launch hook",
    event("EC2 Instance-launch Lifecycle Action", "aws.autoscaling", launch),
    { what: "event", type: "EC2 Instance-launch Lifecycle Action", source: "aws.autoscaling" },
    both,
  ],
  [
    "EventBridge's event of a finished termination",
    event("EC2 Instance Terminate Successful", "aws.autoscaling", activity),
    { what: "event", type: "EC2 Instance Terminate Successful", source: "aws.autoscaling" },
    both,
  ],
  [
    "an event of ECS",
    event("ECS Container Instance State Change", "aws.ecs", { ec2InstanceId: INSTANCE, status: "DRAINING" }),
    { what: "event", type: "ECS Container Instance State Change", source: "aws.ecs" },
    neither,
  ],
  [
    "a schedule that was pointed at the queue",
    event("Scheduled Event", "aws.events", {}),
    { what: "event", type: "Scheduled Event", source: "aws.events" },
    neither,
  ],
  [
    "an event whose source a transformer left out",
    { "detail-type": "EC2 Instance Launch Successful", detail: activity },
    { what: "event", type: "EC2 Instance Launch Successful", source: undefined },
    both,
  ],
  [
    "an activity of a group alone",
    activity,
    { what: "part of an event", part: "an activity of Auto Scaling" },
    both,
  ],
  [
    "an instance refresh alone",
    { InstanceRefreshId: "x", AutoScalingGroupName: "fleet" },
    { what: "part of an event", part: "an instance refresh" },
    { instanceId: undefined, group: "fleet" },
  ],
  [
    "a state change of EC2 alone",
    { "instance-id": INSTANCE, state: "shutting-down" },
    { what: "part of an event", part: "a state change of EC2" },
    { instanceId: INSTANCE, group: undefined },
  ],
  [
    "SNS's question about a subscription",
    {
      Type: "SubscriptionConfirmation",
      TopicArn: TOPIC,
      Token: "t",
      Message: "You have chosen to subscribe",
    },
    { what: "subscription", asks: true, topic: TOPIC },
    neither,
  ],
  [
    "SNS's word that one has ended",
    { Type: "UnsubscribeConfirmation", TopicArn: TOPIC },
    { what: "subscription", asks: false, topic: TOPIC },
    neither,
  ],
  [
    "an alarm",
    { AlarmName: "cpu", NewStateValue: "ALARM", OldStateValue: "OK" },
    { what: "alarm", alarm: "cpu" },
    neither,
  ],
];

const read = (value: unknown) => parseLifecycleMessage(JSON.stringify(value));

describe("an ordinary message", () => {
  for (const [why, value, ordinary, about] of rows) {
    const expected = { kind: "ordinary", ordinary, ...about };
    it(`is ${why}`, () => expect(read(value)).to.deep.equal(expected));
    it(`is ${why}, in SNS's envelope`, () =>
      expect(read({ Type: "Notification", Message: JSON.stringify(value) })).to.deep.equal(expected));
  }

  it("is a notification of Auto Scaling in words", () => {
    const Subject = 'Auto Scaling: termination for group "fleet"';
    expect(read({ Type: "Notification", Subject, Message: "Service: AWS Auto Scaling" })).to.deep.equal({
      kind: "ordinary",
      ordinary: { what: "text", subject: Subject },
      ...neither,
    });
  });

  it("names no instance that is none, and quotes nothing at length", () => {
    const long = "x".repeat(1_000);
    const value = { ...ofGroup(`autoscaling:${long}`), EC2InstanceId: "none", AutoScalingGroupName: long };
    const message = read(value);
    expect(message).to.include({ kind: "ordinary", instanceId: undefined });
    expect(JSON.stringify(message).length).to.be.below(400);
  });

  const token = "87654321-4321-4321-4321-210987654321";
  /** [why, the message] */
  const others: [string, object][] = [
    ["a termination without its instance", { LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" }],
    ["a termination by the other tag", { Event: "autoscaling:EC2_INSTANCE_TERMINATING" }],
    [
      "EventBridge's event of a termination, cut",
      event("EC2 Instance-terminate Lifecycle Action", "aws.autoscaling", {}),
    ],
    [
      "a transition that nobody knows",
      { LifecycleTransition: "autoscaling:EC2_INSTANCE_MOVING", LifecycleActionToken: token },
    ],
    ["a notification of somebody else", { Event: "s3:TestEvent", Service: "Amazon S3" }],
    ["an object that says nothing", { hello: "world" }],
    ["SNS's envelope of a kind that nobody knows", { Type: "Something" }],
    ["an alarm's name alone", { AlarmName: "cpu" }],
  ];
  for (const [why, value] of others)
    it(`is not ${why}`, () => expect(read(value).kind).to.equal("unreadable"));
});
