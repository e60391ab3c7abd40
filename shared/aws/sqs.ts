import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { type BatchResult, forEachOf } from "../base/batches.ts";
import { AwsCallError, OddAnswer } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { Waiting } from "../base/waiting.ts";
import { fieldOf, fieldsOf, itemOrOdd } from "./answers.ts";
import { call } from "./call.ts";

/** A message as it was received. */
export type ReceivedMessage = {
  readonly id: string;
  readonly body: string;
  readonly receipt: string;
  /** When it was first sent, in milliseconds since 1970. */
  readonly sentAt: number;
  /**
   * Who sent it, as SQS attests it. Unknown where the message was set aside: a role of ours sent it then, but not what is in it.
   */
  readonly senderId?: string;
};

/** What the drain needs of SQS. All throw an AwsCallError. */
export type QueuePort = {
  /** Up to ten messages; waits up to `waitSeconds` (0 to 20) for the first. One may be odd. */
  receive: (queue: string, waitSeconds: number) => Promise<(ReceivedMessage | OddAnswer)[]>;
  /**
   * Sends bodies, in as few calls as SQS's limits allow. Those that could not be sent are in `failed`.
   *
   * @param delaySeconds how long each stays hidden, 0 to 900
   */
  send: <T extends { readonly body: string }>(
    queue: string,
    messages: readonly T[],
    delaySeconds?: number,
  ) => Promise<BatchResult<T>>;
  /** Deletes by receipt handle, ten a call. */
  delete: (queue: string, receipts: readonly string[]) => Promise<BatchResult<string>>;
  /** The name of the dead-letter queue of `queue`, or undefined when it has none. */
  deadLetterQueue: (queue: string) => Promise<string | undefined>;
  /** About how many messages were received and neither deleted nor given back. SQS may be a minute behind. */
  messagesInFlight: (queue: string) => Promise<number>;
  /** Sends one body with a reason as its message attribute `reason`, or with none. */
  sendWithReason: (queue: string, body: string, reason: string | undefined) => Promise<void>;
};

/** How many messages a receive brings at the most. */
export const MESSAGES_A_RECEIVE = 10;
const ATTRIBUTES = "sqs:GetQueueAttributes";
/** The message attribute that says why a message was set aside. */
const REASON = "reason";
/** SQS's limits of a batch: its entries, and the bytes of all their bodies together. */
const ENTRIES_A_CALL = 10;
const BYTES_A_CALL = 1_048_576;

const RECEIVE = "sqs:ReceiveMessage";

/** What SQS answers for the entries of a call. */
type EntryResults = {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?:
    | readonly {
        readonly Id?: string | undefined;
        readonly Code?: string | undefined;
        readonly Message?: string | undefined;
      }[]
    | undefined;
};

/** The name of the queue with an ARN. */
export function queueNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}

/** SQS through the SDK. Queue URLs are looked up once and kept in `urls`, which may outlive a run. */
export function queuePort(client: SQSClient, urls: Map<string, string>): QueuePort {
  const asked = new Waiting<string>();

  async function urlOf(queue: string): Promise<string> {
    // The first batches of a process go out together, and all need the URL.
    return urls.get(queue) ?? asked.ask(queue, () => askUrl(queue));
  }

  async function askUrl(queue: string): Promise<string> {
    const action = "sqs:GetQueueUrl";
    const answer = await call(action, () => client.send(new GetQueueUrlCommand({ QueueName: queue })));
    const url = fieldOf(action, answer, "QueueUrl");
    urls.set(queue, url);
    return url;
  }

  async function attributeOf(queue: string, name: QueueAttributeName): Promise<string | undefined> {
    const QueueUrl = await urlOf(queue);
    const { Attributes } = await call(ATTRIBUTES, () =>
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] })),
    );
    return Attributes?.[name];
  }

  // SQS answers for each entry of a call. One that it does not name has failed. A call that fails as a whole fails its own entries
  // only.
  async function inBatches<T>(
    batches: readonly (readonly T[])[],
    send: (entries: readonly { item: T; Id: string }[]) => Promise<EntryResults>,
  ): Promise<BatchResult<T>> {
    const done: T[] = [];
    const failed: BatchResult<T>["failed"][number][] = [];
    await forEachOf(batches, async (batch) => {
      const entries = batch.map((item, index) => ({ item, Id: String(index) }));
      try {
        const { Successful = [], Failed = [] } = await send(entries);
        for (const { item, Id } of entries) {
          const refused = Failed.find((each) => each.Id === Id);
          if (refused) failed.push({ item, reason: `${refused.Code}: ${refused.Message}` });
          else if (Successful.some((each) => each.Id === Id)) done.push(item);
          else failed.push({ item, reason: "SQS's answer does not name it" });
        }
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        failed.push(...batch.map((item) => ({ item, reason: error.message, cause: error })));
      }
    });
    return { done, failed };
  }

  return {
    async receive(queue, waitSeconds) {
      const QueueUrl = await urlOf(queue);
      // Without a message, there is no list.
      const { Messages = [] } = await call(RECEIVE, () =>
        client.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: MESSAGES_A_RECEIVE,
            WaitTimeSeconds: waitSeconds,
            MessageSystemAttributeNames: ["SentTimestamp", "SenderId"],
            MessageAttributeNames: [REASON],
          }),
        ),
      );
      return Messages.map(readMessage);
    },

    send: (queue, messages, delaySeconds = 0) =>
      inBatches(
        batchesOf(messages, ({ body }) => Buffer.byteLength(body)),
        async (entries) => {
          const QueueUrl = await urlOf(queue);
          const Entries = entries.map(({ item, Id }) => ({
            Id,
            MessageBody: item.body,
            ...(delaySeconds === 0 ? {} : { DelaySeconds: delaySeconds }),
          }));
          return call("sqs:SendMessage", () =>
            client.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
          );
        },
      ),

    delete: (queue, receipts) =>
      inBatches(
        batchesOf(receipts, (receipt) => Buffer.byteLength(receipt)),
        async (entries) => {
          const QueueUrl = await urlOf(queue);
          const Entries = entries.map(({ item, Id }) => ({ Id, ReceiptHandle: item }));
          return call("sqs:DeleteMessage", () =>
            client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })),
          );
        },
      ),

    async deadLetterQueue(queue) {
      const policy = await attributeOf(queue, "RedrivePolicy");
      if (!policy) return undefined;
      const arn = deadLettersIn(policy);
      if (arn === undefined) throw new OddAnswer(ATTRIBUTES, "RedrivePolicy", policy);
      return queueNameOf(arn);
    },

    async messagesInFlight(queue) {
      const name = "ApproximateNumberOfMessagesNotVisible";
      const count = await attributeOf(queue, name);
      if (!/^\d+$/.test(count ?? "")) throw new OddAnswer(ATTRIBUTES, name, count);
      return Number(count);
    },

    async sendWithReason(queue, body, reason) {
      const QueueUrl = await urlOf(queue);
      const MessageAttributes = { [REASON]: { DataType: "String", StringValue: reason } };
      await call("sqs:SendMessage", () =>
        client.send(
          new SendMessageCommand({
            QueueUrl,
            MessageBody: body,
            ...(reason === undefined ? {} : { MessageAttributes }),
          }),
        ),
      );
    },
  };
}

function readMessage(message: Message): ReceivedMessage | OddAnswer {
  const field = fieldsOf(RECEIVE, message);
  const isSetAside = message.MessageAttributes?.[REASON] !== undefined;
  return itemOrOdd([message.MessageId], () => {
    const attributes = field("Attributes");
    const sentAt = fieldOf(RECEIVE, attributes, "SentTimestamp");
    if (!/^\d+$/.test(sentAt)) throw new OddAnswer(RECEIVE, "SentTimestamp", sentAt);
    return {
      id: field("MessageId"),
      body: field("Body"),
      receipt: field("ReceiptHandle"),
      sentAt: Number(sentAt),
      ...(attributes.SenderId === undefined || isSetAside ? {} : { senderId: attributes.SenderId }),
    };
  });
}

function deadLettersIn(redrivePolicy: string): string | undefined {
  const policy = parseJson(redrivePolicy);
  if (typeof policy !== "object" || policy === null || !("deadLetterTargetArn" in policy)) return undefined;
  return typeof policy.deadLetterTargetArn === "string" ? policy.deadLetterTargetArn : undefined;
}

// A body that is too large gets a call of its own. SQS refuses it, and no other body with it.
function batchesOf<T>(items: readonly T[], bytesOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let left = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = batches.at(-1);
    if (last !== undefined && last.length < ENTRIES_A_CALL && bytes <= left) {
      last.push(item);
      left -= bytes;
    } else {
      batches.push([item]);
      left = BYTES_A_CALL - bytes;
    }
  }
  return batches;
}
