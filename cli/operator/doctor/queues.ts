import { type Check, type Finding, known, there } from "./check.ts";
import { ifRead } from "./fact.ts";
import { type Facts, QUEUES, type QueueName, type QueueShown } from "./facts.ts";
import { allowsAll, deniesOthers, deniesRole } from "./policy.ts";

const PAIR = ["lifecycle", "monitor"] as const;
const DEAD_LETTERS = ["lifecycleDeadLetters", "monitorDeadLetters"] as const;
const KEYS = { lifecycle: "lifecycle_queue_name", monitor: "elb_monitor_queue_name" } as const;

/** A run of terminate takes up to 90 s: what it has received must stay hidden for longer, in seconds. */
const VISIBILITY_SECONDS = 120;
/** The longest that a drain may take is two days, in seconds. */
const RETENTION_SECONDS = 172_800;
/** With two ticks a minute, so many receives outlast an outage of 50 minutes. */
const RECEIVES = 100;

/** What a queue is called where a check tells of it. */
const NAMES: Readonly<Record<QueueName, string>> = {
  lifecycle: "lifecycle queue",
  monitor: "monitor queue",
  lifecycleDeadLetters: "queue of the lifecycle queue's dead letters",
  monitorDeadLetters: "queue of the monitor queue's dead letters",
};

function queueIn({ queues }: Facts, name: QueueName): QueueShown {
  return there(queues[name], NAMES[name]);
}

function ofQueues(
  names: readonly QueueName[],
  look: (queue: QueueShown, facts: Facts) => Finding | undefined,
) {
  return (facts: Facts) => names.flatMap((name) => look(queueIn(facts, name), facts) ?? []);
}

const set = ({ url }: QueueShown, attribute: string, value: number | string) =>
  `aws sqs set-queue-attributes --queue-url ${url} --attributes ${attribute}=${value}`;

/** The checks of the queues. */
export const queueChecks: readonly Check[] = [
  {
    id: "queue-there",
    topic: "Queues",
    title: "both queues are there",
    why: "hooks notify nobody, or no drain that has begun is ended",
    severity: "error",
    look: ({ queues, inputs }) =>
      PAIR.flatMap((name) => {
        if (known(queues[name]) !== undefined) return [];
        const given = ifRead(inputs.deregister)?.keys[KEYS[name]];
        return [
          {
            what: `there is no queue ${given}, which the input names as ${KEYS[name]}`,
            mend: "npx serverless deploy",
          },
        ];
      }),
  },
  {
    id: "queue-dead-letters",
    topic: "Queues",
    title: "both queues have a queue of dead letters, and it is there",
    why: "what makes run after run fail comes again until it is too old, and then it is lost unseen",
    severity: "error",
    look: (facts) =>
      PAIR.flatMap((name, i) => {
        const { name: full, deadLetters } = queueIn(facts, name);
        const [deadName = "lifecycleDeadLetters"] = DEAD_LETTERS.slice(i);
        if (deadLetters !== undefined && known(facts.queues[deadName]) !== undefined) return [];
        const what =
          deadLetters === undefined
            ? `the queue ${full} has no redrive policy`
            : `the queue ${full} sends its dead letters to ${deadLetters}, which there is not`;
        return [{ what, mend: "npx serverless deploy" }];
      }),
  },
  {
    id: "queue-visibility",
    topic: "Queues",
    title: "what a run has received stays hidden for longer than the run",
    why: "the next run receives it too, and both make the same calls",
    severity: "warning",
    look: ofQueues(PAIR, (queue) =>
      queue.visibilitySeconds >= VISIBILITY_SECONDS
        ? undefined
        : {
            what: `the queue ${queue.name} hides messages for ${queue.visibilitySeconds} s`,
            mend: set(queue, "VisibilityTimeout", VISIBILITY_SECONDS),
          },
    ),
  },
  {
    id: "queue-retention",
    topic: "Queues",
    title: "both queues keep messages for as long as a drain may take",
    why: "a message that is too old is lost, and its drain is only found again by a sweep",
    severity: "warning",
    look: ofQueues(PAIR, (queue) =>
      queue.retentionSeconds >= RETENTION_SECONDS
        ? undefined
        : {
            what: `the queue ${queue.name} keeps messages for ${queue.retentionSeconds} s`,
            mend: set(queue, "MessageRetentionPeriod", 345_600),
          },
    ),
  },
  {
    id: "queue-dead-letter-retention",
    topic: "Queues",
    title: "dead letters are kept for longer than messages",
    why: "a dead letter keeps the time when it was first sent, and arrives expired",
    severity: "warning",
    look: (facts) =>
      PAIR.flatMap((name, i) => {
        const queue = queueIn(facts, name);
        const [deadName = "lifecycleDeadLetters"] = DEAD_LETTERS.slice(i);
        const dead = queueIn(facts, deadName);
        return dead.retentionSeconds > queue.retentionSeconds
          ? []
          : [
              {
                what: `the queue ${dead.name} keeps messages for ${dead.retentionSeconds} s, and ${queue.name} for ${queue.retentionSeconds} s`,
                mend: set(dead, "MessageRetentionPeriod", 1_209_600),
              },
            ];
      }),
  },
  {
    id: "queue-receives",
    topic: "Queues",
    title: "messages outlast an outage",
    why: "each run that fails counts as a receive, and after a few minutes of trouble all drains are dead letters",
    severity: "warning",
    look: ofQueues(PAIR, ({ name, receives }) =>
      receives === undefined || receives >= RECEIVES
        ? undefined
        : {
            what: `the queue ${name} moves a message to the dead letters after ${receives} receives`,
            mend: "npx serverless deploy, whose maxReceiveCount is 240",
          },
    ),
  },
  {
    id: "queue-delay",
    topic: "Queues",
    title: "messages can be received at once",
    why: "each drain begins later by the delay, and terminate checks again later too",
    severity: "warning",
    look: ofQueues(PAIR, (queue) =>
      queue.delaySeconds === 0
        ? undefined
        : {
            what: `the queue ${queue.name} delays messages by ${queue.delaySeconds} s`,
            mend: set(queue, "DelaySeconds", 0),
          },
    ),
  },
  {
    id: "queue-dead-letters-empty",
    topic: "Queues",
    title: "there are no dead letters",
    why: "each is a termination that nobody could read, or that made run after run fail",
    severity: "warning",
    look: ofQueues(DEAD_LETTERS, ({ name, url, messages }) =>
      messages === 0
        ? undefined
        : {
            what: `the queue ${name} has ${messages} ${messages === 1 ? "message" : "messages"}`,
            mend: `aws sqs receive-message --queue-url ${url} --message-attribute-names All`,
          },
    ),
  },
  {
    id: "queue-policy-hook",
    topic: "Queues",
    title: "the policy of the lifecycle queue lets the hooks' roles send",
    why: "Auto Scaling cannot notify us, and an instance waits until a sweep finds it",
    severity: "error",
    look: (facts) => {
      const queue = queueIn(facts, "lifecycle");
      const roles = known(facts.groups).flatMap(({ hooks }) =>
        known(hooks).flatMap(({ role, target }) =>
          target === queue.arn && role !== undefined ? [role] : [],
        ),
      );
      return refused(queue, roles);
    },
  },
  {
    id: "queue-policy-functions",
    topic: "Queues",
    title: "the policies of the other queues let the functions send",
    why: "no drain is passed on to terminate, or handed over to its next run",
    severity: "error",
    look: (facts) => {
      const role = (name: "deregister" | "terminate") =>
        there(facts.functions[name], `function ${facts.deployment}-${name}`).role;
      return [
        ...refused(queueIn(facts, "monitor"), [role("deregister"), role("terminate")]),
        ...refused(queueIn(facts, "lifecycleDeadLetters"), [role("deregister")]),
        ...refused(queueIn(facts, "monitorDeadLetters"), [role("terminate")]),
      ];
    },
  },
  {
    id: "queue-policy-others",
    topic: "Queues",
    title: "the policies of both queues let nobody else send",
    why: "whoever may send in the account can forge a termination, or end a drain",
    severity: "warning",
    look: ofQueues(PAIR, ({ name, policy }) =>
      deniesOthers(policy) && !allowsAll(policy)
        ? undefined
        : {
            what:
              policy === undefined
                ? `the queue ${name} has no policy`
                : `the policy of ${name} denies nobody to send`,
            mend: "npx serverless deploy",
          },
    ),
  },
  {
    id: "queue-encrypted",
    topic: "Queues",
    title: "the queues are encrypted",
    why: "the names of your groups and load balancers lie there in clear text",
    severity: "warning",
    look: ofQueues(QUEUES, (queue) =>
      queue.isEncrypted
        ? undefined
        : {
            what: `the queue ${queue.name} is not encrypted`,
            mend: set(queue, "SqsManagedSseEnabled", "true"),
          },
    ),
  },
  {
    id: "queue-key",
    topic: "Queues",
    title: "services can use the key of the lifecycle queue",
    why: "neither EventBridge nor SNS can use AWS's own key of SQS, and what they send is lost",
    severity: "error",
    look: (facts) => {
      const queue = queueIn(facts, "lifecycle");
      const isSentTo =
        known(facts.queueRules).some(({ isEnabled }) => isEnabled) ||
        ((known(facts.inputs.deregister)?.keys.lifecycle_topic_arns ?? []) as readonly string[]).some(
          Boolean,
        );
      return queue.key === "alias/aws/sqs" && isSentTo
        ? [
            {
              what: `the queue ${queue.name} has the key alias/aws/sqs, and a rule or a topic sends to it`,
              mend: set(queue, "SqsManagedSseEnabled", "true"),
            },
          ]
        : [];
    },
  },
];

function refused({ name, policy }: QueueShown, roles: readonly string[]): Finding[] {
  return [...new Set(roles)]
    .filter((role) => deniesRole(policy, role))
    .map((role) => ({
      what: `the policy of the queue ${name} denies ${role} to send`,
      mend: "npx serverless deploy",
    }));
}
