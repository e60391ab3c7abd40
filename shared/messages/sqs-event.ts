import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import * as z from "zod/mini";
import { queueNameOf, type ReceivedMessage } from "../aws/sqs.ts";

/** The fields of a record that we read. Lambda always sets them, and more. */
const record = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  attributes: z.object({ SentTimestamp: z.string().check(z.regex(/^\d{1,15}$/)) }),
  eventSource: z.literal("aws:sqs"),
  eventSourceARN: z.string(),
});
// At least one record. It is no check of `length`, since an input may have anything under that key.
const sqsEvent = z.object({ Records: z.tuple([record], record) });

/**
 * Whether an event source mapping of an SQS queue invoked the function, and not its schedule. If the records are not like
 * Lambda's, the event is an input, and is refused as one.
 */
export function isSqsEvent(event: unknown): event is SQSEvent {
  return sqsEvent.safeParse(event).success;
}

/** The messages that Lambda has received, from the records of such an event. */
export function messagesOf({ Records }: SQSEvent): ReceivedMessage[] {
  return Records.map(({ messageId, receiptHandle, body, attributes }) => ({
    id: messageId,
    body,
    receipt: receiptHandle,
    sentAt: Number(attributes.SentTimestamp),
  }));
}

/** The names of the queues that the records came from. */
export function queuesOf({ Records }: SQSEvent): string[] {
  return [...new Set(Records.map(({ eventSourceARN: arn }) => queueNameOf(arn)))];
}

/**
 * A partial batch response, which gives messages back. They stay in the queue, hidden until their visibility timeout is over.
 * Lambda deletes all others of the batch. Only a mapping with `ReportBatchItemFailures` heeds it; any other deletes all.
 */
export function givenBack(messageIds: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: messageIds.map((id) => ({ itemIdentifier: id })) };
}
