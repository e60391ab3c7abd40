import { ACCOUNT } from "../../kernel/account.ts";
import type { Agenda } from "../../kernel/agenda.ts";
import type { Firings } from "../../kernel/firings.ts";
import type { Ground } from "../../kernel/ground.ts";
import type { Random } from "../../kernel/random.ts";
import { AwsError } from "../../wire/errors.ts";
import { SIZE_LIMIT } from "./limits.ts";
import { readPolicy, type Sender } from "./policy.ts";
import { Queue, type QueueAttributes, type Unreliability, VISIBILITY_LIMIT } from "./queue.ts";

const RANGES = {
  VisibilityTimeout: [0, VISIBILITY_LIMIT],
  MessageRetentionPeriod: [60, 1_209_600],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  MaximumMessageSize: [1024, SIZE_LIMIT],
} as const;

const DEFAULTS: QueueAttributes = {
  VisibilityTimeout: 30,
  MessageRetentionPeriod: 345_600,
  DelaySeconds: 0,
  ReceiveMessageWaitTimeSeconds: 0,
  MaximumMessageSize: SIZE_LIMIT,
  redrive: undefined,
  policy: undefined,
  encryption: "sqs",
};

/** What SQS calls those of a queue's attributes that are kept under another name. */
const NAMES: Readonly<Record<string, string>> = {
  redrive: "RedrivePolicy",
  policy: "Policy",
  encryption: "KmsMasterKeyId",
};

/** A queue's name is free again this long after its deletion. */
const DELETED_RECENTLY_MS = 60_000;

/** What SQS's operations work on. */
export type SqsWorld = Ground & {
  readonly queues: Queues;
  readonly unreliability: Readonly<Unreliability>;
};

/** Called with each message that SQS has lost: the queue that it was in, or on its way to, and its body. */
type LossListener = (queue: string, body: string) => void;

/** All the account's queues. */
export class Queues {
  readonly #world: { readonly agenda: Agenda; readonly random: Random; readonly firings: Firings };
  readonly #byName = new Map<string, Queue>();
  readonly #deletedAt = new Map<string, number>();
  readonly #lost: { readonly queue: string; readonly body: string }[] = [];
  readonly #onLost: LossListener[] = [];
  /** The deleted queues that somebody is about to make again. */
  readonly #toRemake = new Set<string>();

  constructor(world: { readonly agenda: Agenda; readonly random: Random; readonly firings: Firings }) {
    this.#world = world;
  }

  get all(): readonly Queue[] {
    return [...this.#byName.values()];
  }

  /** Makes a queue, or returns the one of the same name and the same attributes. Throws as CreateQueue does. */
  create(name: string, given: Readonly<Record<string, string>>): Queue {
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
      throw new AwsError(
        "InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        400,
      );
    }
    const existing = this.#byName.get(name);
    if (existing) {
      const wanted = this.#read({ ...existing.attributes }, given);
      for (const [key, value] of Object.entries(wanted)) {
        if (JSON.stringify(value) === JSON.stringify(existing.attributes[key as keyof QueueAttributes]))
          continue;
        throw new AwsError(
          "QueueNameExists",
          `A queue already exists with the same name and a different value for attribute ${NAMES[key] ?? key}`,
        );
      }
      return existing;
    }
    if (this.#world.agenda.now < (this.#deletedAt.get(name) ?? -Infinity) + DELETED_RECENTLY_MS) {
      throw new AwsError(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
      );
    }
    return this.#make(name, this.#read({ ...DEFAULTS }, given));
  }

  #make(name: string, attributes: QueueAttributes): Queue {
    const queue = new Queue(name, attributes, {
      ...this.#world,
      deadLetters: (arn) => this.byArn(arn),
      onExpired: (body) => this.#lose(name, body),
    });
    this.#byName.set(name, queue);
    return queue;
  }

  /** Calls `listener` with each message that is lost: with its queue, past its retention period, or on its way to a queue that is gone. */
  onLost(listener: LossListener): void {
    this.#onLost.push(listener);
  }

  /** How many messages of a body a queue has lost. */
  lostOf(queue: string, body: string): number {
    return this.#lost.filter((each) => each.queue === queue && each.body === body).length;
  }

  #lose(queue: string, body: string): void {
    this.#lost.push({ queue, body });
    for (const listener of this.#onLost) listener(queue, body);
  }

  /** Delivers what a service sends to the queue of a name. If it is gone, the message is lost. */
  deliver(name: string, body: string, sender: Sender): void {
    const queue = this.#byName.get(name);
    if (queue) queue.deliver(body, sender);
    else this.#lose(name, body);
  }

  /**
   * Deletes a queue with all that is in it, and makes it again after so many milliseconds, as it was. SQS asks for a minute. What was in
   * it is told as lost twice: whoever had received it can send it nowhere until then, whatever has become of it.
   */
  remake(queue: Queue, after: number): void {
    const { agenda, firings } = this.#world;
    const lost = queue.lose(1);
    const loseAll = () => {
      for (const body of lost) this.#lose(queue.name, body);
    };
    loseAll();
    this.delete(queue);
    this.#toRemake.add(queue.name);
    agenda.in(Math.max(after, DELETED_RECENTLY_MS), () => {
      this.#toRemake.delete(queue.name);
      loseAll();
      if (this.#byName.has(queue.name)) return;
      firings.count("queues made again");
      this.#make(queue.name, queue.attributes);
    });
  }

  /** Whether a queue is gone that somebody is about to make again. */
  get isRemaking(): boolean {
    return this.#toRemake.size > 0;
  }

  /** Changes a queue's attributes. Throws as SetQueueAttributes does. */
  setAttributes(queue: Queue, given: Readonly<Record<string, string>>): void {
    Object.assign(queue.attributes, this.#read({ ...queue.attributes }, given));
  }

  delete(queue: Queue): void {
    this.#byName.delete(queue.name);
    this.#deletedAt.set(queue.name, this.#world.agenda.now);
  }

  /** The queue of that name. Throws QueueDoesNotExist. */
  byName(name: string, account = ACCOUNT): Queue {
    const queue = account === ACCOUNT ? this.#byName.get(name) : undefined;
    if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
  }

  /** The queue at a URL, whatever its host. Throws QueueDoesNotExist, or InvalidAddress for what is no queue URL. */
  byUrl(url: string): Queue {
    const match = /^(?:https?:\/\/[^/]+)?\/(\d{12})\/([^/]+)$/.exec(url);
    if (!match) throw new AwsError("InvalidAddress", `The address ${url} is not valid for this endpoint.`);
    return this.byName(match[2] as string, match[1]);
  }

  byArn(arn: string): Queue | undefined {
    return this.all.find((queue) => queue.arn === arn);
  }

  #read(attributes: QueueAttributes, given: Readonly<Record<string, string>>): QueueAttributes {
    for (const [name, value] of Object.entries(given)) {
      if (name === "RedrivePolicy") attributes.redrive = this.#readRedrive(value);
      else if (name === "Policy") attributes.policy = value === "" ? undefined : readPolicy(value);
      else if (name === "SqsManagedSseEnabled") attributes.encryption = value === "true" ? "sqs" : "none";
      // A key of one's own takes the place of SQS's.
      else if (name === "KmsMasterKeyId") attributes.encryption = value === "" ? "none" : { key: value };
      else if (name in RANGES)
        attributes[name as keyof typeof RANGES] = readNumber(name as keyof typeof RANGES, value);
      else throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
    }
    return attributes;
  }

  #readRedrive(value: string): QueueAttributes["redrive"] {
    if (value === "") return undefined;
    const wrong = (reason: string) =>
      new AwsError(
        "InvalidParameterValue",
        `Value ${value} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
        400,
      );
    let policy: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
    try {
      policy = JSON.parse(value);
    } catch {
      throw wrong("Redrive policy is not a valid JSON map.");
    }
    const maxReceiveCount = Number(policy.maxReceiveCount);
    const targetArn = String(policy.deadLetterTargetArn ?? "");
    if (targetArn === "")
      throw wrong("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
    if (policy.maxReceiveCount === undefined) {
      throw wrong("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
    }
    if (!Number.isInteger(maxReceiveCount) || maxReceiveCount < 1 || maxReceiveCount > 1000) {
      throw wrong("Invalid value for maxReceiveCount: it must be between 1 and 1000.");
    }
    if (!this.byArn(targetArn)) throw wrong("Dead letter target does not exist.");
    return { targetArn, maxReceiveCount };
  }
}

function readNumber(name: keyof typeof RANGES, value: string): number {
  const number = Number(value);
  const [low, high] = RANGES[name];
  if (value.trim() === "" || !Number.isInteger(number) || number < low || number > high) {
    throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
  }
  return number;
}
