import type { QueuePort, ReceivedMessage } from "../../shared/aws/sqs.ts";
import { MESSAGES_A_RECEIVE } from "../../shared/aws/sqs.ts";

/** Who sends to a queue in memory: this process alone. It stands for the id of a role. */
export const MEMORY_ROLE_ID = "AROA0OWN0MEMORY0QUEUE";

type Held = {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  /** Until when it is hidden, in milliseconds since 1970: it is delayed, or a run has it. */
  hiddenUntil: number;
};

type Outside = { readonly now: () => number; readonly sleep: (milliseconds: number) => Promise<void> };

/** A queue in this process, for those who want none in SQS. What it holds ends with the process. */
export class MemoryQueue implements QueuePort {
  readonly #outside: Outside;
  readonly #held = new Map<string, Held>();
  readonly #received = new Set<Held>();
  #sent = 0;

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  /** Shows again what the run before received and did not delete: it is over, so nobody else has it. */
  beginRun(): void {
    for (const each of this.#received) each.hiddenUntil = 0;
    this.#received.clear();
  }

  /** How many messages it has, hidden ones too. */
  get size(): number {
    return this.#held.size;
  }

  /** As SQS does. */
  receive = async (_queue: string, waitSeconds: number): Promise<ReceivedMessage[]> => {
    const { now, sleep } = this.#outside;
    const until = now() + waitSeconds * 1_000;
    for (;;) {
      const shown = [...this.#held.values()].filter(({ hiddenUntil }) => hiddenUntil <= now());
      if (shown.length > 0 || now() >= until) return this.#take(shown.slice(0, MESSAGES_A_RECEIVE));
      // Nobody else sends, so only a delay that ends can bring a message.
      const ends = [...this.#held.values()].map(({ hiddenUntil }) => hiddenUntil);
      await sleep(Math.min(until, ...ends) - now());
    }
  };

  /** As SQS does. Nothing fails. */
  send: QueuePort["send"] = async (_queue, messages, delaySeconds = 0) => {
    const sentAt = this.#outside.now();
    for (const { body } of messages) {
      this.#sent += 1;
      const id = `in-memory-${this.#sent}`;
      this.#held.set(id, { id, body, sentAt, hiddenUntil: sentAt + delaySeconds * 1_000 });
    }
    return { done: messages, failed: [] };
  };

  /** As SQS does. A receipt is the message's id. */
  delete: QueuePort["delete"] = async (_queue, receipts) => {
    for (const each of receipts) this.#held.delete(each);
    return { done: receipts, failed: [] };
  };

  /** It has no dead letters: whatever is in it, this process wrote. */
  deadLetterQueue = async (): Promise<undefined> => undefined;

  /** What this run has received, and has not deleted. */
  messagesInFlight = async (): Promise<number> =>
    [...this.#received].filter(({ id }) => this.#held.has(id)).length;

  /** Nobody asks for it without a queue of dead letters. */
  sendWithReason = async (queue: string): Promise<void> => {
    throw new Error(`${queue} is in memory and has no dead letters`);
  };

  #take(messages: readonly Held[]): ReceivedMessage[] {
    return messages.map((each) => {
      each.hiddenUntil = Number.POSITIVE_INFINITY;
      this.#received.add(each);
      const { id, body, sentAt } = each;
      return { id, body, sentAt, receipt: id, senderId: `${MEMORY_ROLE_ID}:own` };
    });
  }
}
