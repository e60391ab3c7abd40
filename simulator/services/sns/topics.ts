import { ACCOUNT, nameOf, REGION, serviceNamed } from "../../kernel/account.ts";
import type { Firings } from "../../kernel/firings.ts";
import type { RandomSource } from "../../kernel/random.ts";
import type { Queues } from "../sqs/queues.ts";

/** A queue that is subscribed to a topic. */
type Subscription = {
  readonly queue: string;
  /** Whether it gets the bare message, and not SNS's envelope (raw message delivery). */
  readonly raw: boolean;
};

/** A topic of SNS, in this account or another. */
export type Topic = {
  readonly arn: string;
  readonly subscriptions: readonly Subscription[];
};

/** What is published: a subject and a text. */
export type Publication = { readonly subject: string; readonly message: string; readonly at: number };

type TopicWorld = {
  readonly random: RandomSource;
  readonly queues: Queues;
  readonly firings: Firings;
};

/** The topics that hooks can notify. SNS itself has no operations here: nobody but Auto Scaling publishes. */
export class Topics {
  readonly #world: TopicWorld;
  readonly #byArn = new Map<string, Topic>();

  constructor(world: TopicWorld) {
    this.#world = world;
  }

  /** Makes a topic, in another account where one is given. */
  create(name: string, subscriptions: readonly Subscription[], account = ACCOUNT): Topic {
    const topic = { arn: topicArn(name, account), subscriptions };
    this.#byArn.set(topic.arn, topic);
    return topic;
  }

  byName(name: string): Topic | undefined {
    return [...this.#byArn.values()].find(({ arn }) => nameOf(arn) === name);
  }

  byArn(arn: string): Topic | undefined {
    return this.#byArn.get(arn);
  }

  /** Sends a message to each of the subscribed queues. A queue that is gone gets nothing. */
  publish({ arn, subscriptions }: Topic, publication: Publication): void {
    for (const { queue: name, raw } of subscriptions) {
      this.#world.firings.count(raw ? "raw messages of topics" : "messages of topics");
      const body = raw ? publication.message : JSON.stringify(this.#envelope(arn, publication));
      this.#world.queues.deliver(name, body, serviceNamed("sns", arn));
    }
  }

  // Amazon SNS Developer Guide, "Parsing message formats in Amazon SNS".
  #envelope(topicArn: string, { subject, message, at }: Publication): object {
    return {
      Type: "Notification",
      MessageId: this.#world.random("sns").uuid(),
      TopicArn: topicArn,
      Subject: subject,
      Message: message,
      Timestamp: new Date(at).toISOString(),
      SignatureVersion: "1",
    };
  }
}

function topicArn(name: string, account = ACCOUNT): string {
  return `arn:aws:sns:${REGION}:${account}:${name}`;
}
