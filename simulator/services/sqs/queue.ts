import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { ACCOUNT, arn } from "../../kernel/account.ts";
import type { Agenda } from "../../kernel/agenda.ts";
import type { Firings } from "../../kernel/firings.ts";
import type { Random } from "../../kernel/random.ts";
import { AwsError } from "../../wire/errors.ts";
import { denialOf, type Policy, type Sender } from "./policy.ts";

/** The longest that a message can stay invisible, counted from its receive, in seconds. */
export const VISIBILITY_LIMIT = 43_200;
/** How many messages of a standard queue may be in flight. */
const IN_FLIGHT_LIMIT = 120_000;

/** A queue's settings, in seconds and bytes, named and limited as SQS does. */
export type QueueAttributes = {
  VisibilityTimeout: number;
  MessageRetentionPeriod: number;
  DelaySeconds: number;
  ReceiveMessageWaitTimeSeconds: number;
  MaximumMessageSize: number;
  redrive: { targetArn: string; maxReceiveCount: number } | undefined;
  policy: Policy | undefined;
  /** The KMS key that encrypts it, or whether SQS does so with a key of its own. */
  encryption: { readonly key: string } | "sqs" | "none";
};

export type Message = {
  readonly id: string;
  readonly body: string;
  /** Who sent it: a user's id, or a role's id and its session. */
  readonly senderId: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** When it was first sent, in milliseconds; a move to a DLQ keeps it. */
  readonly sentAt: number;
  /** From when on it can be received, in milliseconds. */
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  /** When the newest receive was, which the 12 h ceiling counts from. */
  receivedAt: number;
  /** The newest receipt handle; older ones still delete nothing, without an error. */
  receipt: string | undefined;
  /** Whether a copy is still visible, although the message is in flight. */
  echoes: boolean;
  /** The queue that redrive took it from. */
  source: string | undefined;
};

/** How an SQS queue misbehaves within its contract: standard queues promise at least once, in any order. */
export type Unreliability = {
  /** The probability that a short poll does not see a message that is there. */
  shortPollMisses: number;
  /** The probability that a received message is there for the next receive too, whatever its visibility timeout. */
  duplicates: number;
  /** The probability that a receive takes messages in any order instead of the oldest first. */
  disorder: number;
};

/** One standard queue. */
export class Queue {
  readonly name: string;
  readonly createdAt: number;
  readonly attributes: QueueAttributes;
  readonly messages = new Map<string, Message>();
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #firings: Firings;
  readonly #deadLetters: (targetArn: string) => Queue | undefined;
  readonly #onExpired: (body: string) => void;
  #purgedAt = Number.NEGATIVE_INFINITY;
  readonly #arrivals = new Set<() => void>();
  #waitingReceives = 0;

  constructor(
    name: string,
    attributes: QueueAttributes,
    world: {
      agenda: Agenda;
      random: Random;
      firings: Firings;
      deadLetters: (targetArn: string) => Queue | undefined;
      /** Called with each message that is lost because its retention period is over. */
      onExpired: (body: string) => void;
    },
  ) {
    this.name = name;
    this.attributes = attributes;
    this.createdAt = world.agenda.now;
    this.#agenda = world.agenda;
    this.#random = world.random;
    this.#firings = world.firings;
    this.#deadLetters = world.deadLetters;
    this.#onExpired = world.onExpired;
  }

  get arn(): string {
    return arn("sqs", this.name);
  }

  get path(): string {
    return `/${ACCOUNT}/${this.name}`;
  }

  /** Adds a message; `delaySeconds` overrides the queue's own delay. */
  send(
    body: string,
    senderId: string,
    attributes: Message["attributes"] = {},
    delaySeconds = this.attributes.DelaySeconds,
  ): Message {
    const now = this.#agenda.now;
    return this.#add({
      id: this.#random.uuid(),
      body,
      senderId,
      attributes,
      sentAt: now,
      visibleAt: now + delaySeconds * 1000,
      receiveCount: 0,
      firstReceivedAt: undefined,
      receivedAt: 0,
      receipt: undefined,
      echoes: false,
      source: undefined,
    });
  }

  /** Adds a message that a service or somebody sends, unless the queue's policy refuses it: then it is lost. */
  deliver(body: string, sender: Sender): void {
    if (this.denialOf(sender)) this.#firings.count("messages that a queue's policy refused");
    else this.send(body, sender.id);
  }

  /** The error with which the queue's policy refuses a sender, if it does. */
  denialOf(sender: Sender): AwsError | undefined {
    return denialOf(this.attributes.policy, this.arn, sender);
  }

  /** Takes a message that redrive moves here. It keeps its age, and is visible at once. */
  adopt(message: Message, source: string): void {
    this.#add({ ...message, visibleAt: this.#agenda.now, receipt: undefined, echoes: false, source });
  }

  /** Receives up to `most` visible messages and makes them invisible for `visibilitySeconds`. */
  receive(most: number, visibilitySeconds: number, poll: { long: boolean } & Unreliability): Message[] {
    const now = this.#agenda.now;
    this.#expire(now);
    const counts = this.counts();
    if (counts.inFlight >= IN_FLIGHT_LIMIT) {
      if (poll.long) return [];
      throw new AwsError("OverLimit", "Too many messages in flight.");
    }
    const there = [...this.messages.values()].filter((message) => message.visibleAt <= now || message.echoes);
    const seen = there
      .filter(() => poll.long || poll.shortPollMisses === 0 || !this.#random.chance(poll.shortPollMisses))
      .sort((a, b) => this.#place(a) - this.#place(b));
    if (seen.length < there.length) this.#firings.count("short poll misses", there.length - seen.length);
    const disordered = seen.length > 1 && poll.disorder > 0 && this.#random.chance(poll.disorder);
    if (disordered) this.#firings.count("disorder");
    const inTurn = disordered ? this.#random.shuffled(seen) : seen;
    const taken: Message[] = [];
    for (const message of inTurn) {
      if (taken.length === most) break;
      if (this.#redriven(message)) continue;
      if (message.visibleAt > now) this.#firings.count("duplicates");
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.receivedAt = now;
      message.visibleAt = now + visibilitySeconds * 1000;
      message.receipt = this.#receipt(message.id);
      message.echoes = poll.duplicates > 0 && this.#random.chance(poll.duplicates);
      taken.push(message);
    }
    if (taken.some((message) => message.echoes)) this.#wake();
    return taken;
  }

  /** Loses messages, each with a probability, and returns their bodies. */
  lose(probability: number): string[] {
    const lost = [...this.messages.values()].filter(() => this.#random.chance(probability));
    for (const { id } of lost) this.messages.delete(id);
    return lost.map(({ body }) => body);
  }

  /** Deletes all messages. Throws PurgeQueueInProgress within a minute of the last time. */
  purge(): void {
    const now = this.#agenda.now;
    if (now < this.#purgedAt + 60_000) {
      throw new AwsError(
        "PurgeQueueInProgress",
        `Only one PurgeQueue operation on ${this.name} is allowed every 60 seconds.`,
      );
    }
    this.#purgedAt = now;
    this.messages.clear();
  }

  /** Deletes by receipt handle. An old handle deletes nothing and is no error. Throws for what is no handle at all. */
  delete(receipt: string): void {
    const message = this.#find(receipt);
    if (message?.receipt === receipt) this.messages.delete(message.id);
  }

  /** Changes how long a message in flight stays invisible, in seconds from now. Throws as SQS does. */
  changeVisibility(receipt: string, seconds: number): void {
    const now = this.#agenda.now;
    const message = this.#find(receipt);
    if (message && (message.receipt !== receipt || message.visibleAt <= now))
      throw new AwsError("MessageNotInflight", "The specified message isn't in flight.");
    if (!message) {
      throw new AwsError(
        "InvalidParameterValue",
        `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
        400,
      );
    }
    if (now + seconds * 1000 > message.receivedAt + VISIBILITY_LIMIT * 1000) {
      throw new AwsError(
        "InvalidParameterValue",
        `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].`,
        400,
      );
    }
    message.visibleAt = now + seconds * 1000;
    this.#wake();
  }

  /** How many messages are visible, in flight, and delayed. */
  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#agenda.now;
    this.#expire(now);
    const all = [...this.messages.values()];
    const hidden = all.filter((message) => message.visibleAt > now);
    const inFlight = hidden.filter((message) => message.receiveCount > 0).length;
    return { visible: all.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  /** When the next message becomes visible, in milliseconds, or undefined when none will by itself. */
  nextVisible(): number | undefined {
    const times = [...this.messages.values()]
      .map((message) => message.visibleAt)
      .filter((at) => at > this.#agenda.now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Resolves when a message arrives or its visibility is changed. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.add(resolve));
  }

  /** How many long polls wait for a message now. */
  get waitingReceives(): number {
    return this.#waitingReceives;
  }

  /** Counts a long poll as waiting, until a promise is settled. */
  async waiting(until: Promise<unknown>): Promise<void> {
    this.#waitingReceives += 1;
    await until.finally(() => {
      this.#waitingReceives -= 1;
    });
  }

  #add(message: Message): Message {
    this.messages.set(message.id, message);
    this.#wake();
    return message;
  }

  #wake(): void {
    for (const resolve of this.#arrivals) resolve();
    this.#arrivals.clear();
  }

  #expire(now: number): void {
    const retention = this.attributes.MessageRetentionPeriod * 1000;
    for (const message of this.messages.values()) {
      if (message.sentAt + retention > now) continue;
      this.messages.delete(message.id);
      this.#firings.count("messages past retention");
      this.#onExpired(message.body);
    }
  }

  // A message that was received often is moved to the back of the queue where the redrive policy allows more than
  // three receives.
  #place(message: Message): number {
    const back = (this.attributes.redrive?.maxReceiveCount ?? 0) > 3 && message.receiveCount >= 3;
    return message.sentAt + (back ? 1e15 : 0);
  }

  #redriven(message: Message): boolean {
    const redrive = this.attributes.redrive;
    if (!redrive || message.receiveCount < redrive.maxReceiveCount) return false;
    const target = this.#deadLetters(redrive.targetArn);
    if (!target) return false;
    this.messages.delete(message.id);
    target.adopt(message, this.arn);
    return true;
  }

  #receipt(messageId: string): string {
    return Buffer.from(`${this.name} ${messageId} ${this.#random.hex(16)}`).toString("base64");
  }

  #find(receipt: string): Message | undefined {
    const [name, id, nonce] = Buffer.from(receipt, "base64").toString().split(" ");
    if (name !== this.name || !id || !nonce) {
      throw new AwsError(
        "ReceiptHandleIsInvalid",
        `The input receipt handle "${receipt}" is not a valid receipt handle.`,
      );
    }
    return this.messages.get(id);
  }
}
