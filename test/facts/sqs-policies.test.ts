// Protects who may send to a queue: the simulated SQS must heed a queue's policy as AWS does, because the template's policies close
// the queues to all but a few.
import { DescribeLifecycleHooksCommand, PutLifecycleHookCommand } from "@aws-sdk/client-auto-scaling";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { hookTarget, makeGroup } from "./groups.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const ROLE = "arn:aws:iam::123456789012:role/";
const INSTANCE = "i-0aaaaaaaaaaaaaaa0";
const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:123456789012:${queue.split("/").at(-1)}`;
const allowing = (service: string, source: string) => ({
  Effect: "Allow",
  Principal: { Service: service },
  Action: "sqs:SendMessage",
  Resource: "*",
  Condition: { ArnLike: { "aws:SourceArn": source } },
});
const denyingOthers = (...roles: string[]) => ({
  Effect: "Deny",
  Principal: "*",
  Action: "sqs:SendMessage",
  Resource: "*",
  Condition: {
    BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
    ArnNotLike: { "aws:PrincipalArn": roles },
  },
});
const policy = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });
const RULE = "arn:aws:events:us-east-1:123456789012:rule/notices";
const SCENARIO = {
  queues: [
    { name: "of-the-rule", policy: policy(allowing("events.amazonaws.com", RULE), denyingOthers()) },
    { name: "of-another-rule", policy: policy(allowing("events.amazonaws.com", `${RULE}-2`)) },
    { name: "of-nobody", policy: policy(denyingOthers()) },
    { name: "of-the-topic", policy: policy(allowing("sns.amazonaws.com", "arn:aws:sns:*:*:topic")) },
    { name: "of-no-topic", policy: policy(denyingOthers(`${ROLE}hook`)) },
  ],
  event_rules: ["of-the-rule", "of-another-rule", "of-nobody"].map((queue) => ({ name: "notices", queue })),
  topics: [{ name: "topic", queues: [{ queue: "of-the-topic" }, { queue: "of-no-topic" }] }],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: [INSTANCE], hooks: [{ name: "drain", topic: "topic" }] },
  ],
  timeline: [
    { at_seconds: 5, recommend_rebalance: { instance_ids: [INSTANCE] } },
    { at_seconds: 6, terminate: { instance_ids: [INSTANCE] } },
  ],
};

describe("SQS's policies", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator(SCENARIO);
    await aws.advance(20);
  });
  after(() => aws.stop());

  const makeQueue = async (Attributes: Record<string, string> = {}) => {
    const QueueName = aws.unusedName("queue");
    const { QueueUrl = "" } = await aws.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl;
  };
  const setPolicy = (QueueUrl: string, Policy: string) =>
    aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const open = (queue: string, ...roles: string[]) =>
    setPolicy(queue, JSON.stringify(policy(denyingOthers(...roles))));
  const send = (QueueUrl: string, MessageBody: string, by: SQSClient = aws.sqs) =>
    by.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const bodiesOn = async (QueueUrl: string) => {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
    );
    return Messages.map(({ Body }) => Body);
  };
  const hasMessages = async (QueueName: string) => {
    const { QueueUrl = "" } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
    return (await bodiesOn(QueueUrl)).length > 0;
  };

  it("facts 5: a policy's Deny refuses a user or role with AccessDenied and status 403, and a batch as a whole", async () => {
    const queue = await makeQueue();
    await open(queue, `${ROLE}ASIANAMED`);
    const stranger = aws.sqsOf("ASIASTRANGER");
    for (const [by, who] of [
      [stranger, "sts::123456789012:assumed-role/ASIASTRANGER/ASIASTRANGER"],
      [aws.sqs, "iam::123456789012:user/facts"],
    ] as const) {
      const refusal = await refusalOf(send(queue, "x", by));
      expect(refusal.name).to.equal("AccessDenied");
      expect(refusal.$metadata.httpStatusCode).to.equal(403);
      expect(refusal.message).to.equal(
        `User: arn:aws:${who} is not authorized to perform: sqs:sendmessage on resource: ${arnOf(queue)} with an explicit deny in a resource-based policy`,
      );
    }
    const Entries = [{ Id: "one", MessageBody: "x" }];
    const batch = stranger.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
    expect((await refusalOf(batch)).name).to.equal("AccessDenied");
    await send(queue, "named", aws.sqsOf("ASIANAMED"));
    expect(await bodiesOn(queue)).to.deep.equal(["named"]);
  });

  it("facts 5: a policy may name roles with wildcards, which stand for nothing beyond a part of an ARN", async () => {
    const queue = await makeQueue();
    await open(queue, `${ROLE}ASIA*-OPS?`, "arn:aws:*");
    await send(queue, "like it", aws.sqsOf("ASIATEAM-OPS1"));
    for (const each of ["ASIATEAM-OPS", "ASIATEAM-OPS12", "ASIATEAM-DEV1"])
      expect((await refusalOf(send(queue, each, aws.sqsOf(each)))).name, each).to.equal("AccessDenied");
    expect(await bodiesOn(queue)).to.deep.equal(["like it"]);
  });

  it("facts 5: a queue's policy is one of its attributes, and an empty one takes it away", async () => {
    const queue = await makeQueue();
    await open(queue, `${ROLE}ASIANAMED`);
    const attributes = new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ["Policy"] });
    const { Attributes } = await aws.sqs.send(attributes);
    expect(JSON.parse(Attributes?.Policy ?? "")).to.deep.equal(policy(denyingOthers(`${ROLE}ASIANAMED`)));
    await setPolicy(queue, "");
    await send(queue, "anybody's");
    expect((await aws.sqs.send(attributes)).Attributes).to.equal(undefined);
    expect((await refusalOf(setPolicy(queue, "{"))).name).to.equal("InvalidAttributeValue");
  });

  it("facts 5: a service that sends in its own name is denied nothing where aws:PrincipalIsAWSService is false, and needs an Allow", async () => {
    const reached = await Promise.all(SCENARIO.queues.map(({ name }) => hasMessages(name)));
    expect(SCENARIO.queues.map(({ name }) => name).filter((_, i) => reached[i])).to.deep.equal([
      "of-the-rule",
      "of-the-topic",
    ]);
  });

  it("facts 5: Auto Scaling sends as the role of the hook, and puts no hook whose role a policy refuses", async () => {
    const { name, queueUrl } = await makeGroup(aws);
    const queueName = queueUrl.split("/").at(-1) ?? "";
    const put = () =>
      aws.autoScaling.send(
        new PutLifecycleHookCommand({
          AutoScalingGroupName: name,
          LifecycleHookName: "drain",
          LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
          ...hookTarget(queueName),
        }),
      );
    await open(queueUrl, `${ROLE}other`);
    const refusal = await refusalOf(put());
    expect(refusal.name).to.equal("ValidationError");
    expect(refusal.message).to.match(/^Unable to publish test message/);
    const describe = new DescribeLifecycleHooksCommand({ AutoScalingGroupName: name });
    expect((await aws.autoScaling.send(describe)).LifecycleHooks).to.deep.equal([]);
    await open(queueUrl, hookTarget(queueName).RoleARN);
    await put();
    expect(await bodiesOn(queueUrl)).to.have.lengthOf(1);
  });

  it("facts 5: redrive sends to a DLQ whose policy denies everybody, and a move task sends as whoever started it", async () => {
    const deadLetters = await makeQueue();
    await open(deadLetters);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 1 });
    const queue = await makeQueue({ RedrivePolicy, VisibilityTimeout: "0" });
    await send(queue, "dead");
    await bodiesOn(queue);
    await bodiesOn(queue);
    expect(await bodiesOn(deadLetters)).to.deep.equal(["dead"]);
    await open(queue, `${ROLE}ASIAOPERATOR`);
    for (const [by, end, left, moved] of [
      ["ASIASTRANGER", { Status: "FAILED", FailureReason: "AccessDenied" }, ["dead"], []],
      ["ASIAOPERATOR", { Status: "COMPLETED" }, [], ["dead"]],
    ] as const) {
      const SourceArn = arnOf(deadLetters);
      await aws.sqsOf(by).send(new StartMessageMoveTaskCommand({ SourceArn }));
      await aws.advance(3);
      const { Results } = await aws.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
      expect(Results?.[0], by).to.include({ ...end, ApproximateNumberOfMessagesMoved: moved.length });
      expect(await bodiesOn(deadLetters), by).to.deep.equal(left);
      expect(await bodiesOn(queue), by).to.deep.equal(moved);
    }
  });
});
