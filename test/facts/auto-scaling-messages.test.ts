// Protects what starts a drain, and what a look at a group shows: the messages that the simulated Auto Scaling sends,
// when it sends them, and how it answers questions about instances.
import {
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingInstancesCommand,
  PutLifecycleHookCommand,
} from "@aws-sdk/client-auto-scaling";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import {
  hookTarget,
  type LifecycleMessage,
  makeGroup,
  makeTermination,
  stateOf,
  takeMessages,
  terminate,
} from "./groups.ts";
import { makeClassic, makeTargetGroup, targetsOf } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const [TWICE_TOLD, ENDED_BY_HAND, STOPPED_BY_HAND, UNTOLD, SHARED] = [1, 2, 3, 4, 5].map(
  (n) => `i-0aaaaaaaaaaaaaaa${n}`,
);
const hook = (queue: string) => ({ name: "drain", queue, heartbeat_timeout_seconds: 7200 });
const letter = (form: string) => ({ form, queue: form, group: "some", hook: "drain", instance_id: "i-0123" });

/** What no API brings about: a repeated message, an end by hand, and the forms that a message has on its detours. */
const SCENARIO = {
  queues: [
    ...["repeated", "ended", "stopped", "lost", "sns", "eventbridge"],
    ...["wrapped", "bare", "all-hooks", "one-hook", "another-group"],
  ].map((name) => ({ name })),
  topics: [
    {
      name: "terminations",
      account: "210987654321",
      queues: [{ queue: "wrapped" }, { queue: "bare", raw: true }],
    },
  ],
  event_rules: [
    { queue: "all-hooks", of: "terminating", groups: ["shared"] },
    { queue: "one-hook", of: "terminating", groups: ["shared"], hooks: ["silent"] },
    { queue: "another-group", of: "terminating", groups: ["some"] },
  ],
  auto_scaling_groups: [
    { name: "repeated", instance_ids: [TWICE_TOLD], hooks: [hook("repeated")] },
    { name: "ended", instance_ids: [ENDED_BY_HAND], hooks: [hook("ended")] },
    { name: "stopped", instance_ids: [STOPPED_BY_HAND], hooks: [hook("stopped")] },
    { name: "lost", instance_ids: [UNTOLD], hooks: [hook("lost")] },
    { name: "some", instances: 0 },
    {
      name: "shared",
      instance_ids: [SHARED],
      hooks: [
        { name: "told", topic: "terminations", metadata: "{}" },
        { name: "silent" },
        {
          name: "launching",
          transition: "launching",
          heartbeat_timeout_seconds: 30,
          default_result: "CONTINUE",
        },
      ],
    },
  ],
  timeline: [
    { at_seconds: 5, terminate: { instance_ids: [TWICE_TOLD] } },
    { at_seconds: 10, repeat_notification: { instance_ids: [TWICE_TOLD] } },
    { at_seconds: 5, terminate: { instance_ids: [SHARED] } },
    { at_seconds: 5, kill: { instance_ids: [ENDED_BY_HAND] } },
    // Only the message of this one is under way in that time.
    { at_seconds: 1, lose_notifications: { for_seconds: 2 } },
    { at_seconds: 2, terminate: { instance_ids: [UNTOLD] } },
    { at_seconds: 5, stop: { instance_ids: [STOPPED_BY_HAND] } },
    { at_seconds: 5, send_lifecycle_message: letter("sns") },
    { at_seconds: 5, send_lifecycle_message: letter("eventbridge") },
  ],
};

describe("Auto Scaling's messages and answers", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator(SCENARIO);
  });
  after(() => aws.stop());

  /** The messages on one of the scenario's queues, after all that it plans has happened, but for test messages. */
  const messagesOn = async (QueueName: string) => {
    await aws.advance(120);
    const { QueueUrl = "" } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
    const messages = await takeMessages(aws, QueueUrl);
    return messages.filter((each) => each.Event !== "autoscaling:TEST_NOTIFICATION");
  };
  const putHook = (group: string, target: Partial<ReturnType<typeof hookTarget>> = hookTarget(group)) =>
    aws.autoScaling.send(
      new PutLifecycleHookCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: "drain",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        ...target,
      }),
    );
  const describeInstances = (InstanceIds: string[], MaxRecords?: number, NextToken?: string) =>
    aws.autoScaling.send(
      new DescribeAutoScalingInstancesCommand({
        InstanceIds,
        ...(MaxRecords === undefined ? {} : { MaxRecords }),
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );

  it("facts 1: target groups attached to the group drain before the hook begins", async () => {
    const arn = await makeTargetGroup(aws, { delaySeconds: 60 });
    const { name, queueUrl, instanceIds } = await makeGroup(aws, { hooks: [{}], targetGroupArns: [arn] });
    const instanceId = instanceIds[0] as string;
    await terminate(aws, instanceId);
    await aws.advance(55);
    expect(await stateOf(aws, instanceId), name).to.equal("Terminating");
    expect((await targetsOf(aws, arn)).map(({ state }) => state)).to.deep.equal(["draining"]);
    expect(await takeMessages(aws, queueUrl)).to.deep.equal([]);
    await aws.advance(10);
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
    expect(await targetsOf(aws, arn)).to.deep.equal([]);
    expect(await takeMessages(aws, queueUrl)).to.have.lengthOf(1);
  });

  it("facts 1: classic load balancers attached to the group drain before the hook begins", async () => {
    const loadBalancer = await makeClassic(aws, [], 60);
    const wish = { hooks: [{}], loadBalancerNames: [loadBalancer] };
    const { queueUrl, instanceIds } = await makeGroup(aws, wish);
    const instanceId = instanceIds[0] as string;
    await terminate(aws, instanceId);
    await aws.advance(55);
    expect(await stateOf(aws, instanceId)).to.equal("Terminating");
    expect(await takeMessages(aws, queueUrl)).to.deep.equal([]);
    await aws.advance(10);
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
    expect(await takeMessages(aws, queueUrl)).to.have.lengthOf(1);
  });

  it("facts 1: Terminating:Wait is a departure from AutoScalingGroup to EC2", async () => {
    const { instanceId, messages } = await makeTermination(aws, { hooks: [{}] });
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
    expect(messages[0]).to.include({ Origin: "AutoScalingGroup", Destination: "EC2" });
  });

  it("facts 1: a lifecycle message is flat JSON with group, hook, instance and a token of 36 characters", async () => {
    const { group, instanceId, messages } = await makeTermination(aws, { hooks: [{}] });
    const { LifecycleActionToken, RequestId, Time, ...rest } = messages[0] as LifecycleMessage;
    expect(rest).to.deep.equal({
      AccountId: "123456789012",
      AutoScalingGroupName: group,
      Destination: "EC2",
      EC2InstanceId: instanceId,
      LifecycleHookName: "drain",
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      Origin: "AutoScalingGroup",
      Service: "AWS Auto Scaling",
    });
    expect(LifecycleActionToken).to.match(UUID);
    expect(RequestId).to.match(UUID);
    expect(Time).to.equal(new Date(String(Time)).toISOString());
  });

  it("facts 1: a hook's metadata is a string, and its key is absent where the hook has none", async () => {
    const metadata = '{"cluster_name": "fleet"}';
    const hooks = [
      { LifecycleHookName: "with", NotificationMetadata: metadata },
      { LifecycleHookName: "without" },
    ];
    const { messages } = await makeTermination(aws, { hooks });
    const [told, bare] = ["with", "without"].map((name) =>
      messages.find((each) => each.LifecycleHookName === name),
    );
    expect(told?.NotificationMetadata).to.equal(metadata);
    expect(bare).not.to.have.property("NotificationMetadata");
  });

  it("facts 1: a lifecycle message may come twice, word for word", async () => {
    const [first, second, ...more] = await messagesOn("repeated");
    expect(first).to.include({ EC2InstanceId: TWICE_TOLD });
    expect(second).to.deep.equal(first);
    expect(more).to.deep.equal([]);
  });

  it("facts 1: a lifecycle message may be lost", async () => {
    expect(await messagesOn("lost")).to.deep.equal([]);
    expect(await stateOf(aws, UNTOLD as string)).to.equal("Terminating:Wait");
  });

  it("facts 1: each time that a hook with a target is put, a test message is sent", async () => {
    const { name, queueUrl } = await makeGroup(aws);
    for (const time of ["first", "second"]) {
      await putHook(name);
      await aws.advance(3);
      const events = (await takeMessages(aws, queueUrl)).map((each) => each.Event);
      expect(events, time).to.deep.equal(["autoscaling:TEST_NOTIFICATION"]);
    }
  });

  it("facts 1: a test message names the group, but no instance, hook or token", async () => {
    const { name, queueUrl } = await makeGroup(aws);
    await putHook(name);
    await aws.advance(3);
    const [message] = await takeMessages(aws, queueUrl);
    expect(message).to.have.all.keys(
      "AccountId",
      "AutoScalingGroupARN",
      "AutoScalingGroupName",
      "Event",
      "RequestId",
      "Service",
      "Time",
    );
    expect(message).to.include({ AutoScalingGroupName: name, Event: "autoscaling:TEST_NOTIFICATION" });
    expect(message?.AutoScalingGroupARN).to.match(new RegExp(`:autoScalingGroupName/${name}$`));
  });

  it("facts 1: a hook whose target cannot be written to is refused with a ValidationError", async () => {
    const { name } = await makeGroup(aws);
    const target = hookTarget("no-such-queue");
    const refusal = await refusalOf(putHook(name, target));
    expect(refusal.name).to.equal("ValidationError");
    expect(refusal.message).to.equal(
      `Unable to publish test message to notification target ${target.NotificationTargetARN} using IAM role ${target.RoleARN}. Please check your target and role configuration and try to put lifecycle hook again.`,
    );
  });

  it("facts 1: through SNS the message is a JSON string inside an envelope", async () => {
    const [envelope] = await messagesOn("sns");
    expect(envelope).to.include({
      Type: "Notification",
      Subject: "Auto Scaling:  Lifecycle action 'TERMINATING' for instance i-0123 in progress.",
    });
    const message = JSON.parse(String(envelope?.Message));
    expect(message).to.include({
      EC2InstanceId: "i-0123",
      LifecycleHookName: "drain",
      AutoScalingGroupName: "some",
    });
    expect(message.LifecycleActionToken).to.match(UUID);
  });

  it("facts 1: through EventBridge the message is the detail of an event", async () => {
    const [event] = await messagesOn("eventbridge");
    expect(event).to.include({
      "detail-type": "EC2 Instance-terminate Lifecycle Action",
      source: "aws.autoscaling",
    });
    expect(event).not.to.have.any.keys("Service", "RequestId", "AccountId");
    expect(event?.detail).to.include({
      EC2InstanceId: "i-0123",
      LifecycleHookName: "drain",
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    });
  });

  it("facts 1: a hook that notifies a topic reaches each subscribed queue, in an envelope or bare, from another account too", async () => {
    const [bare] = await messagesOn("bare");
    expect(bare).to.include({ EC2InstanceId: SHARED, LifecycleHookName: "told", NotificationMetadata: "{}" });
    const envelopes = (await messagesOn("wrapped")).filter((each) => !String(each.Message).includes("TEST"));
    expect(envelopes).to.have.lengthOf(1);
    expect(envelopes[0]).to.include({
      Type: "Notification",
      TopicArn: "arn:aws:sns:us-east-1:210987654321:terminations",
      Subject: `Auto Scaling:  Lifecycle action 'TERMINATING' for instance ${SHARED} in progress.`,
    });
    expect(JSON.parse(String(envelopes[0]?.Message))).to.deep.equal(bare);
  });

  it("facts 1: a rule for lifecycle actions gets the events of all hooks of all groups, whatever these notify, or of those that it names", async () => {
    const hooksOn = async (queue: string) =>
      (await messagesOn(queue)).map(({ detail }) => (detail as LifecycleMessage).LifecycleHookName);
    expect(await hooksOn("all-hooks")).to.have.members(["told", "silent"]);
    expect(await hooksOn("one-hook")).to.deep.equal(["silent"]);
    expect(await hooksOn("another-group")).to.deep.equal([]);
  });

  it("facts 1: unknown instance ids are left out of the answer without an error", async () => {
    const { instanceIds } = await makeGroup(aws);
    const { AutoScalingInstances } = await describeInstances([...instanceIds, "i-0ffffffffffffffff"]);
    expect(AutoScalingInstances?.map((each) => each.InstanceId)).to.deep.equal(instanceIds);
  });

  it("facts 1: more than 50 instance ids in a call are an error", async () => {
    const ids = Array.from({ length: 51 }, (_, i) => `i-${i.toString(16).padStart(17, "0")}`);
    expect((await refusalOf(describeInstances(ids))).name).to.equal("ValidationError");
    expect((await describeInstances(ids.slice(1))).AutoScalingInstances).to.deep.equal([]);
  });

  it("facts 1: instances come in pages, and a short page may have a successor", async () => {
    const { instanceIds } = await makeGroup(aws, { instances: 3 });
    const first = await describeInstances([...instanceIds], 2);
    expect(first.AutoScalingInstances).to.have.lengthOf(2);
    const second = await describeInstances([...instanceIds], 2, first.NextToken);
    expect(second.AutoScalingInstances).to.have.lengthOf(1);
    expect(second.NextToken).to.equal(undefined);
    const pages = [...(first.AutoScalingInstances ?? []), ...(second.AutoScalingInstances ?? [])];
    expect(pages.map((each) => each.InstanceId)).to.have.members([...instanceIds]);
  });

  it("facts 1: deleting a group by force runs no hook", async () => {
    const { name, queueUrl, instanceIds } = await makeGroup(aws, { hooks: [{}] });
    await aws.autoScaling.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }),
    );
    await aws.advance(60);
    expect(await stateOf(aws, instanceIds[0] as string)).to.equal("gone");
    expect(await takeMessages(aws, queueUrl)).to.deep.equal([]);
  });

  it("facts 1: an instance that somebody ended by hand still gets its hook, once the group notices", async () => {
    const messages = await messagesOn("ended");
    expect(messages.map((each) => each.EC2InstanceId)).to.deep.equal([ENDED_BY_HAND]);
    expect(await stateOf(aws, ENDED_BY_HAND as string)).to.equal("Terminating:Wait");
  });

  it("facts 1: an instance that somebody stopped by hand is terminated through its hook, once the group notices", async () => {
    const messages = await messagesOn("stopped");
    expect(messages.map((each) => each.EC2InstanceId)).to.deep.equal([STOPPED_BY_HAND]);
    expect(await stateOf(aws, STOPPED_BY_HAND as string)).to.equal("Terminating:Wait");
  });
});
