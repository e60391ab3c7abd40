import type * as sqs from "@aws-sdk/client-sqs";
import { AwsError } from "../../wire/errors.ts";
import { sentAs } from "./checksums.ts";
import { checkRange, checkSend, SIZE_LIMIT, sizeOf } from "./limits.ts";
import { type Queue, VISIBILITY_LIMIT } from "./queue.ts";

type Entry = { Id: string | undefined };

/** SendMessageBatch on a queue. */
export function sendBatch(
  queue: Queue,
  input: sqs.SendMessageBatchRequest,
  senderId: string,
): sqs.SendMessageBatchResult {
  const entries = input.Entries as sqs.SendMessageBatchRequestEntry[];
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  return batch("SendMessageBatch", entries, size, (entry) => {
    checkSend(queue, entry, "cannot be validated");
    const { MessageBody, MessageAttributes, DelaySeconds } = entry;
    const message = queue.send(MessageBody as string, senderId, MessageAttributes, DelaySeconds);
    return { Id: entry.Id, ...sentAs(message) };
  });
}

/** DeleteMessageBatch on a queue. */
export function deleteBatch(
  queue: Queue,
  input: sqs.DeleteMessageBatchRequest,
): sqs.DeleteMessageBatchResult {
  return batch("DeleteMessageBatch", input.Entries as sqs.DeleteMessageBatchRequestEntry[], 0, (entry) => {
    queue.delete(entry.ReceiptHandle as string);
    return { Id: entry.Id };
  });
}

/** ChangeMessageVisibilityBatch on a queue. */
export function visibilityBatch(
  queue: Queue,
  input: sqs.ChangeMessageVisibilityBatchRequest,
): sqs.ChangeMessageVisibilityBatchResult {
  const entries = input.Entries as sqs.ChangeMessageVisibilityBatchRequestEntry[];
  return batch("ChangeMessageVisibilityBatch", entries, 0, (entry) => {
    queue.changeVisibility(
      entry.ReceiptHandle as string,
      checkRange("VisibilityTimeout", entry.VisibilityTimeout ?? 0, [0, VISIBILITY_LIMIT]),
    );
    return { Id: entry.Id };
  });
}

// A batch of a wrong form is refused as a whole. Otherwise each entry succeeds or fails by itself, with status 200.
function batch<E extends Entry, S extends Entry>(
  action: string,
  entries: readonly E[],
  size: number,
  apply: (entry: E) => S,
): { Successful: S[] | undefined; Failed: sqs.BatchResultErrorEntry[] | undefined } {
  if (entries.length === 0) {
    throw new AwsError(
      "EmptyBatchRequest",
      `There should be at least one ${action}RequestEntry in the request.`,
    );
  }
  if (entries.length > 10) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => entry.Id as string);
  const invalid = ids.find((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id));
  if (invalid !== undefined) {
    throw new AwsError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
  if (size > SIZE_LIMIT) {
    throw new AwsError(
      "BatchRequestTooLong",
      `Batch requests cannot be longer than ${SIZE_LIMIT} bytes. You have sent ${size} bytes.`,
    );
  }
  const Successful: S[] = [];
  const Failed: sqs.BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    try {
      Successful.push(apply(entry));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  // The answer has no empty lists.
  return {
    Successful: Successful.length > 0 ? Successful : undefined,
    Failed: Failed.length > 0 ? Failed : undefined,
  };
}
