import * as sqs from "@aws-sdk/client-sqs";
import type { Principal } from "../../kernel/account.ts";
import type { Clock } from "../../kernel/clock.ts";
import { AwsError } from "../../wire/errors.ts";
import { byName, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { deleteBatch, sendBatch, visibilityBatch } from "./batches.ts";
import { md5OfAttributes, md5OfBody, sentAs } from "./checksums.ts";
import { checkRange, checkSend } from "./limits.ts";
import { moveTaskOperations } from "./move-task-operations.ts";
import { type Message, type Queue, VISIBILITY_LIMIT } from "./queue.ts";
import type { SqsWorld } from "./queues.ts";

const SYSTEM_ATTRIBUTES: Record<string, (message: Message) => string | undefined> = {
  ApproximateReceiveCount: (message) => String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: (message) => String(message.firstReceivedAt),
  SentTimestamp: (message) => String(message.sentAt),
  SenderId: (message) => message.senderId,
  DeadLetterQueueSourceArn: (message) => message.source,
};

// Attributes that SQS has, and no simulated queue ever has a value of.
const UNSET = ["RedriveAllowPolicy", "KmsDataKeyReusePeriodSeconds"];

/** The simulated SQS: standard queues, AWS JSON 1.0. `origin` is what its queue URLs begin with. */
export function sqsService(world: SqsWorld, clock: Clock, origin: string): Service {
  const { queues } = world;
  const urlOf = (queue: Queue) => `${origin}${queue.path}`;
  const sendingTo = (url: string | undefined, sender: Principal) => {
    const queue = queues.byUrl(url as string);
    const denial = queue.denialOf(sender);
    if (denial) throw denial;
    return queue;
  };

  async function receive(input: sqs.ReceiveMessageRequest): Promise<sqs.ReceiveMessageResult> {
    const queue = queues.byUrl(input.QueueUrl as string);
    const most = checkRange("MaxNumberOfMessages", input.MaxNumberOfMessages ?? 1, [1, 10]);
    const visibility = checkRange(
      "VisibilityTimeout",
      input.VisibilityTimeout ?? queue.attributes.VisibilityTimeout,
      [0, VISIBILITY_LIMIT],
    );
    const wait = checkRange(
      "WaitTimeSeconds",
      input.WaitTimeSeconds ?? queue.attributes.ReceiveMessageWaitTimeSeconds,
      [0, 20],
      "Must be >= 0 and <= 20, if provided.",
    );
    const deadline = world.agenda.now + wait * 1000;
    for (;;) {
      const poll = { long: wait > 0, ...world.unreliability };
      const messages = queue.receive(most, visibility, poll);
      if (messages.length > 0) return { Messages: messages.map((message) => present(message, input)) };
      const now = world.agenda.now;
      if (now >= deadline) return {};
      const next = Math.min(deadline, queue.nextVisible() ?? deadline, world.agenda.next() ?? deadline);
      await queue.waiting(Promise.race([clock.sleep(Math.max(next - now, 1)), queue.arrival()]));
      world.agenda.settle(clock.now());
    }
  }

  const operations = [
    operation(sqs.CreateQueue$, ["QueueName", "Attributes.*"], (input: sqs.CreateQueueRequest) => ({
      QueueUrl: urlOf(
        queues.create(input.QueueName as string, (input.Attributes ?? {}) as Record<string, string>),
      ),
    })),
    operation(sqs.DeleteQueue$, ["QueueUrl"], (input: sqs.DeleteQueueRequest) => {
      queues.delete(queues.byUrl(input.QueueUrl as string));
    }),
    operation(sqs.PurgeQueue$, ["QueueUrl"], (input: sqs.PurgeQueueRequest) => {
      queues.byUrl(input.QueueUrl as string).purge();
    }),
    operation(sqs.ListQueues$, ["QueueNamePrefix"], (input: sqs.ListQueuesRequest) => {
      const found = queues.all.filter((queue) => queue.name.startsWith(input.QueueNamePrefix ?? ""));
      return found.length === 0 ? {} : { QueueUrls: found.map(urlOf) };
    }),
    operation(sqs.GetQueueUrl$, ["QueueName", "QueueOwnerAWSAccountId"], (input: sqs.GetQueueUrlRequest) => ({
      QueueUrl: urlOf(queues.byName(input.QueueName as string, input.QueueOwnerAWSAccountId)),
    })),
    operation(
      sqs.GetQueueAttributes$,
      ["QueueUrl", "AttributeNames[]"],
      (input: sqs.GetQueueAttributesRequest) => {
        const Attributes = attributesOf(queues.byUrl(input.QueueUrl as string), input.AttributeNames ?? []);
        return Object.keys(Attributes).length === 0 ? {} : { Attributes };
      },
    ),
    operation(
      sqs.SetQueueAttributes$,
      ["QueueUrl", "Attributes.*"],
      (input: sqs.SetQueueAttributesRequest) => {
        queues.setAttributes(
          queues.byUrl(input.QueueUrl as string),
          input.Attributes as Record<string, string>,
        );
      },
    ),
    operation(
      sqs.SendMessage$,
      ["QueueUrl", "MessageBody", "DelaySeconds", ...attributePaths("MessageAttributes.*")],
      (input: sqs.SendMessageRequest, { principal }) => {
        const queue = sendingTo(input.QueueUrl, principal);
        const { MessageBody, MessageAttributes, DelaySeconds } = input;
        checkSend(queue, input);
        return sentAs(queue.send(MessageBody as string, principal.id, MessageAttributes, DelaySeconds));
      },
    ),
    operation(
      sqs.SendMessageBatch$,
      [
        "QueueUrl",
        "Entries[].Id",
        "Entries[].MessageBody",
        "Entries[].DelaySeconds",
        ...attributePaths("Entries[].MessageAttributes.*"),
      ],
      // A queue's policy refuses a batch as a whole.
      (input: sqs.SendMessageBatchRequest, { principal }) =>
        sendBatch(sendingTo(input.QueueUrl, principal), input, principal.id),
    ),
    operation(
      sqs.ReceiveMessage$,
      [
        "QueueUrl",
        "MaxNumberOfMessages",
        "VisibilityTimeout",
        "WaitTimeSeconds",
        "MessageSystemAttributeNames[]",
        "AttributeNames[]",
        "MessageAttributeNames[]",
      ],
      receive,
    ),
    operation(sqs.DeleteMessage$, ["QueueUrl", "ReceiptHandle"], (input: sqs.DeleteMessageRequest) => {
      queues.byUrl(input.QueueUrl as string).delete(input.ReceiptHandle as string);
    }),
    operation(
      sqs.DeleteMessageBatch$,
      ["QueueUrl", "Entries[].Id", "Entries[].ReceiptHandle"],
      (input: sqs.DeleteMessageBatchRequest) => deleteBatch(queues.byUrl(input.QueueUrl as string), input),
    ),
    operation(
      sqs.ChangeMessageVisibility$,
      ["QueueUrl", "ReceiptHandle", "VisibilityTimeout"],
      (input: sqs.ChangeMessageVisibilityRequest) => {
        const seconds = checkRange("VisibilityTimeout", input.VisibilityTimeout as number, [
          0,
          VISIBILITY_LIMIT,
        ]);
        queues.byUrl(input.QueueUrl as string).changeVisibility(input.ReceiptHandle as string, seconds);
      },
    ),
    operation(
      sqs.ChangeMessageVisibilityBatch$,
      ["QueueUrl", "Entries[].Id", "Entries[].ReceiptHandle", "Entries[].VisibilityTimeout"],
      (input: sqs.ChangeMessageVisibilityBatchRequest) =>
        visibilityBatch(queues.byUrl(input.QueueUrl as string), input),
    ),
    ...moveTaskOperations(world),
  ];

  return {
    name: "sqs",
    protocol: { kind: "json", version: "1.0", target: "AmazonSQS", queryCompatible: true },
    errors: errorSchemas(sqs),
    invalidParameterCode: "InvalidParameterValue",
    missingParameterCode: "MissingParameter",
    operations: byName(operations),
  };
}

function present(message: Message, input: sqs.ReceiveMessageRequest): sqs.Message {
  const wanted = new Set<string>([
    ...(input.MessageSystemAttributeNames ?? []),
    ...(input.AttributeNames ?? []),
  ]);
  const system = Object.entries(SYSTEM_ATTRIBUTES)
    .filter(([name]) => wanted.has(name) || wanted.has("All"))
    .flatMap(([name, read]) => {
      const value = read(message);
      return value === undefined ? [] : [[name, value]];
    });
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => isWanted(name, input.MessageAttributeNames ?? [])),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(system.length > 0 ? { Attributes: Object.fromEntries(system) } : {}),
    ...(Object.keys(attributes).length > 0
      ? { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) }
      : {}),
  };
}

function isWanted(name: string, wanted: readonly string[]): boolean {
  return wanted.some(
    (each) =>
      each === "All" ||
      each === ".*" ||
      each === name ||
      (each.endsWith(".*") && name.startsWith(each.slice(0, -2))),
  );
}

function attributesOf(queue: Queue, names: readonly string[]): Record<string, string> {
  const { redrive, policy, encryption, ...settings } = queue.attributes;
  const counts = queue.counts();
  const all: Record<string, string | undefined> = {
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    SqsManagedSseEnabled: String(encryption === "sqs"),
    KmsMasterKeyId: typeof encryption === "object" ? encryption.key : undefined,
    Policy: policy?.text,
    RedrivePolicy:
      redrive &&
      JSON.stringify({ deadLetterTargetArn: redrive.targetArn, maxReceiveCount: redrive.maxReceiveCount }),
  };
  for (const name of names) {
    if (name !== "All" && !(name in all) && !UNSET.includes(name))
      throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value !== undefined && (names.includes("All") || names.includes(name)) ? [[name, value]] : [],
    ),
  );
}

function attributePaths(prefix: string): string[] {
  return ["DataType", "StringValue", "BinaryValue"].map((member) => `${prefix}.${member}`);
}
