import { ACCOUNT, REGION } from "../../kernel/account.ts";
import type { Ground } from "../../kernel/ground.ts";
import type { Queues } from "../sqs/queues.ts";

/** An event without its envelope. */
export type Notice = {
  readonly source: "aws.ec2" | "aws.health";
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

/** An event arrives within this many milliseconds. */
const DELIVERY_MS = [50, 1_500] as const;

/** The rules of the account's default event bus that send notices about instances to queues. */
export class EventRules {
  readonly #world: Ground & { readonly queues: Queues };
  readonly #queues: string[] = [];

  constructor(world: Ground & { readonly queues: Queues }) {
    this.#world = world;
  }

  /** Adds a rule that matches every notice and sends it to a queue. */
  add(queueName: string): void {
    this.#queues.push(queueName);
  }

  /** Puts a notice on the bus. Each rule's queue gets the whole event; if the queue is gone by then, it is lost. */
  put(notice: Notice): void {
    const { agenda, random, queues } = this.#world;
    const event = {
      version: "0",
      id: random("events").uuid(),
      "detail-type": notice.detailType,
      source: notice.source,
      account: ACCOUNT,
      time: isoSeconds(agenda.now),
      region: REGION,
      resources: notice.resources,
      detail: notice.detail,
    };
    for (const name of this.#queues) {
      agenda.in(random("events").whole(...DELIVERY_MS), () =>
        queues.all.find((queue) => queue.name === name)?.send(JSON.stringify(event)),
      );
    }
  }
}

// EventBridge gives whole seconds.
function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
