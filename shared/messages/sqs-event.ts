import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import * as z from "zod/mini";
import type { ReceivedMessage } from "../aws/sqs.ts";

/** What is read of a record; Lambda gives it more, and always all of this. */
const record = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  attributes: z.object({ SentTimestamp: z.string().check(z.regex(/^\d{1,15}$/)) }),
  eventSource: z.literal("aws:sqs"),
  eventSourceARN: z.string(),
});
// At least one. A check of the length would compare whatever else somebody calls a length.
const sqsEvent = z.object({ Records: z.tuple([record], record) });

/**
 * Whether a function was invoked by an event source mapping of an SQS queue, and not by its schedule. Records that are not
 * as Lambda's are none: such an event is an input, and refused as one.
 */
export function isSqsEvent(event: unknown): event is SQSEvent {
  return sqsEvent.safeParse(event).success;
}

/** The records of such an event as the messages that they are, received by Lambda. */
export function messagesOf({ Records }: SQSEvent): ReceivedMessage[] {
  return Records.map(({ messageId, receiptHandle, body, attributes }) => ({
    id: messageId,
    body,
    receipt: receiptHandle,
    sentAt: Number(attributes.SentTimestamp),
  }));
}

/** The names of the queues that the records are of. */
export function queuesOf({ Records }: SQSEvent): string[] {
  return [...new Set(Records.map(({ eventSourceARN: arn }) => arn.slice(arn.lastIndexOf(":") + 1)))];
}

/**
 * A partial batch response, which gives messages back: they stay in the queue until their visibility timeout is over, and
 * Lambda deletes all others of the batch. Only a mapping with `ReportBatchItemFailures` heeds it; any other deletes all.
 */
export function givenBack(messageIds: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: messageIds.map((id) => ({ itemIdentifier: id })) };
}
