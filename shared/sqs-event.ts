import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { ReceivedMessage } from "./aws/sqs.ts";

/** Whether a function was invoked by an event source mapping of an SQS queue, and not by its schedule. */
export function isSqsEvent(event: unknown): event is SQSEvent {
  const records = (event as Partial<SQSEvent> | null | undefined)?.Records;
  return Array.isArray(records) && records.some((record) => record?.eventSource === "aws:sqs");
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
