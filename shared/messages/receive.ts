import { MESSAGES_A_RECEIVE, type ReceivedMessage } from "../aws/sqs.ts";
import { forEachOf } from "../base/batches.ts";
import { AwsCallError } from "../base/errors.ts";
import type { Fields } from "../base/log.ts";
import type { Termination } from "../model/termination.ts";
import { reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** A message by its latest receive: only the newest receipt handle is sure to delete it. */
export type Receipt = Pick<ReceivedMessage, "id" | "receipt">;

/** What deletes a message. Its body is not kept. */
export function receiptOf({ id, receipt }: ReceivedMessage): Receipt {
  return { id, receipt };
}

/** A termination, and this run's messages about it, each once. */
export type Tracked = { readonly termination: Termination; readonly messages: readonly Receipt[] };

/** What came of receiving from a queue. */
export type Received = {
  readonly messages: readonly ReceivedMessage[];
  readonly failed: boolean;
  /** Whether the last receive brought nothing. */
  readonly isDry: boolean;
};

/** What a run has room for. The last receive may bring more: up to ten messages of 1 MiB. */
export type Room = {
  readonly messages: number;
  /** Of all their bodies together. */
  readonly bytes: number;
};

/**
 * How many bytes of bodies a run has at the most. A receive more, and what is made of them, fit into a function of 256 MB
 * beside all else. Two thousand messages of ours have a third of it.
 */
export const BYTES_A_RUN = 24 * 1_048_576;

/**
 * Receives messages from a queue, ten at a time. It goes on as long as receives come back full, there is room, and the run may
 * still receive. A receive that fails ends it, and is noted; `failed` then says so.
 *
 * @param waitSeconds how long the first receive waits for a message to come; the others wait a second
 */
export async function receive(run: Run, queue: string, waitSeconds: number, room: Room): Promise<Received> {
  const messages: ReceivedMessage[] = [];
  let left = room;
  // An odd message stays in the queue, and comes back by itself.
  const take = async (seconds: number) => {
    const batch = await run.ports.queues.receive(queue, seconds);
    const understood = run.understood(batch);
    messages.push(...understood);
    left = lessOf(left, understood);
    return batch;
  };
  try {
    let batch = await take(waitSeconds);
    while (batch.length === MESSAGES_A_RECEIVE && isRoom(left) && run.mayReceive) batch = await take(1);
    return { messages, failed: false, isDry: batch.length === 0 };
  } catch (error) {
    run.callFailed(error);
    return { messages, failed: true, isDry: false };
  }
}

/**
 * Receives all messages of a queue, until a receive brings nothing, or fails, or there is no more room or time.
 *
 * @param waitSeconds how long the first receive waits for a message to come, and each that asks for more
 */
export async function receiveAll(
  run: Run,
  queue: string,
  waitSeconds: { readonly first: number; readonly more: number },
  room: Room,
): Promise<readonly ReceivedMessage[]> {
  const messages: ReceivedMessage[] = [];
  let left = room;
  const take = async (seconds: number) => {
    const batch = await receive(run, queue, seconds, left);
    messages.push(...batch.messages);
    left = lessOf(left, batch.messages);
    return batch;
  };
  let batch = await take(waitSeconds.first);
  while (!batch.isDry && !batch.failed && isRoom(left) && run.mayReceive)
    batch = await take(waitSeconds.more);
  return messages;
}

/** The bytes of the bodies of messages. */
export function bytesOf(messages: readonly Pick<ReceivedMessage, "body">[]): number {
  return messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
}

function lessOf({ messages: count, bytes }: Room, messages: readonly ReceivedMessage[]): Room {
  return { messages: count - messages.length, bytes: bytes - bytesOf(messages) };
}

function isRoom({ messages, bytes }: Room): boolean {
  return messages > 0 && bytes > 0;
}

/** A message that cannot be read, and why. */
export type Unreadable = { readonly message: ReceivedMessage; readonly reason: string };

/**
 * Sets unreadable messages aside: it moves each to the queue's dead-letter queue, with its reason. Without a dead-letter queue
 * they stay where they are until their retention ends. It takes two calls a message, so it comes last in a run, and no
 * termination waits for it. Returns the messages that it has set aside.
 */
export async function setAside(
  run: Run,
  queue: string,
  unreadable: readonly Unreadable[],
): Promise<readonly ReceivedMessage[]> {
  if (unreadable.length === 0) return [];
  const deadLetters = await reading(run, () => run.ports.queues.deadLetterQueue(queue));
  const moved = await forEachOf(unreadable, async ({ message, reason }) => {
    const say = (fields: Fields) =>
      run.log.error("message cannot be read", { queue, message_id: message.id, reason, ...fields });
    if ("unread" in deadLetters || deadLetters.value === undefined) {
      const why = "unread" in deadLetters ? "" : ", which has no dead-letter queue";
      say({ left: `in the queue${why}` });
      return [];
    }
    if (run.isOutOfTime) {
      run.ranOutOfTime();
      return [];
    }
    try {
      await sendAside(run, deadLetters.value, message.body, reason);
    } catch (error) {
      say({ left: "in the queue" });
      run.callFailed(error);
      return [];
    }
    say({ moved_to: deadLetters.value });
    await deleteAll(run, queue, [message]);
    return [message];
  });
  return moved.flat();
}

/** Deletes messages. One that could not be deleted is noted, and comes back by itself. */
export async function deleteAll(run: Run, queue: string, messages: readonly Receipt[]): Promise<void> {
  if (messages.length === 0) return;
  const { failed } = await run.ports.queues.delete(
    queue,
    messages.map(({ receipt }) => receipt),
  );
  for (const { reason, cause } of failed) run.notDeleted(queue, reason, cause);
}

// A message as large as SQS allows has no room for a reason. Then only the log has it.
async function sendAside(run: Run, deadLetters: string, body: string, reason: string): Promise<void> {
  try {
    await run.ports.queues.sendWithReason(deadLetters, body, attributeText(reason));
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== "wrong") throw error;
    await run.ports.queues.sendWithReason(deadLetters, body, undefined);
  }
}

// SQS only takes the characters of XML 1.0, and the reason quotes what somebody else wrote.
function attributeText(reason: string): string {
  return reason.slice(0, 1_000).replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "?");
}
