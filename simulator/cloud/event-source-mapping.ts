import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { arn, REGION } from "../kernel/account.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Mapped } from "./lambda.ts";
import type { Simulation } from "./simulation.ts";
import { clientOptions, transport } from "./transport.ts";

/** Lambda polls the queue and deletes from it, not the function that it invokes. */
const CALLER = "lambda";
/** Lambda's pollers poll long. */
const WAIT_SECONDS = 20;
/** A mapping's default batch size, which is also the largest without a batching window. */
const BATCH_SIZE = 10;
/** A poller that was refused polls again after this. AWS publishes no number. */
const POLL_AGAIN_MS = 1_000;

/** A queue from which Lambda invokes a function with batches of messages as soon as they arrive. */
export type EventSourceMapping = {
  readonly queue: string;
  /** How many batches the function handles at once. */
  readonly maximumConcurrency: number;
};

/**
 * Polls a queue for a function while `goOn` returns true. Lambda deletes the messages that the function does not give back.
 * What it gives back stays hidden until its visibility timeout is over. So does the whole batch when the invocation fails
 * or is throttled.
 * There is no batching window: with one, Lambda waits for up to 20 seconds while few messages come.
 */
export async function pollQueue(
  { queue, maximumConcurrency }: EventSourceMapping,
  { simulation, clock }: { readonly simulation: Simulation; readonly clock: Clock },
  invoke: (event: unknown) => Promise<Mapped>,
  goOn: () => boolean,
): Promise<void> {
  const client = new SQSClient(clientOptions(transport(simulation, CALLER)));
  const QueueUrl = `https://sqs.${REGION}.amazonaws.com${simulation.world.queues.byName(queue).path}`;

  async function receive(): Promise<readonly Message[]> {
    try {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: BATCH_SIZE,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ["All"],
        }),
      );
      // Half a message comes back, and no function gets it.
      return Messages.filter(({ ReceiptHandle, Attributes }) => ReceiptHandle && Attributes);
    } catch {
      simulation.world.firings.count("polls refused");
      await clock.sleep(POLL_AGAIN_MS);
      return [];
    }
  }

  async function remove(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    try {
      await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    } catch {
      // The messages come back, as after any delivery whose deletion failed.
      simulation.world.firings.count("batches not deleted");
    }
  }

  async function poll(): Promise<void> {
    while (goOn()) {
      const messages = await receive();
      if (messages.length === 0) continue;
      const { outcome, answer } = await invoke(eventOf(queue, messages));
      const ids = messages.map(({ MessageId }) => MessageId as string);
      const kept = outcome === "succeeded" ? givenBack(answer, ids) : new Set(ids);
      if (kept.size > 0) simulation.world.firings.count("records given back", kept.size);
      await remove(messages.filter(({ MessageId }) => !kept.has(MessageId as string)));
    }
  }

  await Promise.all(Array.from({ length: maximumConcurrency }, poll));
  client.destroy();
}

/**
 * Which records of a batch a function's answer gives back to a mapping with `ReportBatchItemFailures`. An empty answer or an
 * empty list gives back none. An answer of the wrong form, or with an id that is not in the batch, gives back all.
 */
export function givenBack(answer: unknown, ids: readonly string[]): ReadonlySet<string> {
  const all = new Set(ids);
  if (answer === undefined || answer === null) return new Set();
  if (typeof answer !== "object") return all;
  const { batchItemFailures: failures } = answer as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return all;
  const named: unknown[] = failures.map((each) => each?.itemIdentifier);
  return named.every((each) => all.has(each as string)) ? new Set(named as string[]) : all;
}

// As the Lambda Developer Guide shows it ("Using Lambda with Amazon SQS").
function eventOf(queue: string, messages: readonly Message[]): unknown {
  return {
    Records: messages.map(({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: { ...Attributes },
      messageAttributes: {},
      md5OfBody: MD5OfBody,
      eventSource: "aws:sqs",
      eventSourceARN: arn("sqs", queue),
      awsRegion: REGION,
    })),
  };
}
