import * as z from "zod/mini";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { scaleManyInput, scaleTasksInput } from "../../functions/scale-tasks/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import {
  clusterName,
  drainKeys,
  eventBus,
  groupName,
  hookName,
  objectExpected,
} from "../../shared/model/settings.ts";

const text = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).check(z.regex(pattern, { error: expected }));
const listOf = <T extends z.core.$ZodType>(item: T, expected: string) =>
  z.optional(z.nullable(z.array(item, { error: expected })));
const truth = z.optional(z.boolean({ error: "expected true or false" }));

/** How short and how long a hook may hold an instance, in seconds. It is Auto Scaling's own limit. */
const SHORTEST_HOOK = 30;
const LONGEST_HOOK = 7200;
const seconds = `expected a whole number of seconds from ${SHORTEST_HOOK} to ${LONGEST_HOOK}`;

/** Lambda's functions have names of up to 64 characters, and the longest of ours has 22 beside the stage. */
const STAGE = /^[A-Za-z0-9-]{1,42}$/;

// In a role's policy a star would stand for other groups too, and CloudFormation would read `${` as a reference.
const named = groupName.check(
  z.refine((name) => !/[*?]|\$\{/.test(name), {
    error: "expected the name of one Auto Scaling group, without * and ?",
  }),
);

const hookSeconds = z
  .int({ error: seconds })
  .check(z.gte(SHORTEST_HOOK, { error: seconds }), z.lte(LONGEST_HOOK, { error: seconds }));

/** A group with settings of its own: its hook's, and those of its drains, which its hook carries in its metadata. */
export const groupSchema = z.strictObject(
  {
    name: named.check(z.describe("The Auto Scaling group. It must exist.")),
    heartbeat_timeout_seconds: z
      .optional(hookSeconds)
      .check(
        z.describe(
          "How long its hook holds an instance when nobody prolongs it. The default is the block's.",
        ),
      ),
    ...drainKeys,
  },
  {
    error: objectExpected(
      "expected the name of an Auto Scaling group, or an object with its name and settings",
    ),
  },
);

/** What the rule for lifecycle actions matches. */
export const lifecycleEventsSchema = z.strictObject(
  {
    hooks: z
      .array(hookName, { error: "expected a list of lifecycle hook names" })
      .check(z.minLength(1, { error: "expected a list of lifecycle hook names, with at least one" }))
      .check(z.describe("The names of the hooks. Both functions know them as yours.")),
    groups: listOf(named, "expected a list of Auto Scaling group names").check(
      z.describe(
        "The groups of the block whose hooks these are. Without it, they are all groups that the block names. With `group_tag`, they are then all groups that have such a hook.",
      ),
    ),
  },
  { error: objectExpected("expected an object with the names of hooks, and of groups if you like") },
);

const functionsInput = (expected: string) => z.looseObject({}, { error: objectExpected(expected) });

const arns = {
  role: text(/^arn:[\w-]+:iam::\d{12}:role\/.+$/, "expected the ARN of an IAM role"),
  source: text(
    /^arn:[\w-]+:(?:events|sns):[\w-]+:\d{12}:.+$/,
    "expected the ARN of an EventBridge rule or an SNS topic",
  ),
  // Auto Scaling sends to no FIFO topic.
  topic: text(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, "expected the ARN of an SNS topic"),
  boundary: text(/^arn:[\w-]+:iam::(\d{12}|aws):policy\/.+$/, "expected the ARN of an IAM policy"),
  // A role's policy cannot name a key by its alias.
  key: text(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/.+$/, "expected the ARN of a KMS key, not of its alias"),
  action: text(
    /^arn:[\w-]+:[\w-]+:[\w-]*:[^:]*:.+$/,
    "expected an ARN that CloudWatch tells, such as that of an SNS topic",
  ),
};

/** How many days CloudWatch Logs can keep a log group's lines. It takes no other numbers. */
const RETENTION = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** CloudFormation's limits for the tags of a stack. */
const TAGS = { most: 50, key: /^(?!aws:)[\s\S]{1,128}$/, value: /^[\s\S]{1,256}$/ };
const tagsExpected =
  "expected up to 50 tags, each with a key that does not begin with aws:, and a text as its value";
const isTag = ([key, value]: [string, unknown]) =>
  TAGS.key.test(key) && typeof value === "string" && TAGS.value.test(value);
const tags = z.record(z.string(), z.unknown(), { error: tagsExpected }).check(
  z.refine((all) => Object.keys(all).length <= TAGS.most && Object.entries(all).every(isTag), {
    error: tagsExpected,
  }),
);

/** The block at the top of serverless.yml: what a user edits. */
export const blockSchema = z.strictObject(
  {
    region: text(
      /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/,
      "expected the name of an AWS Region, such as us-east-1",
    ).check(z.describe("The Region that everything is deployed to.")),
    stage: text(STAGE, "expected a name of up to 42 letters, digits and hyphens").check(
      z.describe(
        "Part of the functions' names, the hook's and the stack's. A second deployment in the same account and Region needs another one.",
      ),
    ),
    auto_scaling_group_name: z
      .optional(named)
      .check(z.describe("An Auto Scaling group that gets a lifecycle hook. It must exist.")),
    groups: listOf(z.union([named, groupSchema]), "expected a list of Auto Scaling groups").check(
      z.describe(
        "More groups that get a hook each. Each is a name, or an object with the [settings of a group](#the-settings-of-a-group).",
      ),
    ),
    group_tag: z
      .optional(text(/^(?!.*\$\{)[^=*?]{1,128}(=.{0,256})?$/, "expected a tag's key, or key=value"))
      .check(
        z.describe(
          "Groups that carry this tag, `key` or `key=value`, are ours too. The roles may act on them, and terminate sweeps them. Their hooks are yours to make.",
        ),
      ),
    heartbeat_timeout_seconds: hookSeconds.check(
      z.describe(
        "How long a hook holds an instance when nobody prolongs it. 180 or more is safe. The functions prolong it while a drain goes on.",
      ),
    ),
    dry_run: truth.check(
      z.describe(
        "For all functions: whether everything is only observed, and the log says what would be done. A function's input may say otherwise.",
      ),
    ),
    deregister_at_once: truth.check(
      z.describe("Whether a drain begins seconds after the hook's message, and not with the next minute."),
    ),
    deregister: functionsInput("expected deregister's input").check(
      z.describe(
        "deregister's input, with the keys in [inputs.md](inputs.md#deregister). The queues' names may be left out. They are then `asg-drain-STAGE-lifecycle` and `asg-drain-STAGE-monitor`.",
      ),
    ),
    terminate: z
      .optional(functionsInput("expected terminate's input"))
      .check(
        z.describe(
          "terminate's input, with the keys in [inputs.md](inputs.md#terminate). Its queue and the groups of this block are added. Without this key, it is deregister's.",
        ),
      ),
    scale_tasks: z
      .optional(z.union([scaleManyInput, scaleTasksInput]))
      .check(
        z.describe(
          "scale-tasks' input, with the keys in [inputs.md](inputs.md#scale-tasks). Without services the function is not invoked.",
        ),
      ),
    more_auto_scaling_groups: listOf(named, "expected a list of Auto Scaling group names").check(
      z.describe(
        "Groups with hooks of your own that notify the same queue. The functions may act on them, and terminate sweeps them.",
      ),
    ),
    more_clusters: listOf(clusterName, "expected a list of ECS cluster names or ARNs").check(
      z.describe("ECS clusters that hooks of your own name. The functions may change these too."),
    ),
    more_sender_role_ids: listOf(
      text(/^AROA[A-Z0-9]{12,124}$/, "expected the id of an IAM role, such as AROA1EXAMPLE2EXAMPLE3"),
      "expected a list of ids of IAM roles",
    ).check(
      z.describe(
        "Ids of roles besides the functions' own that may write what a drain remembers. Such a role can end any drain.",
      ),
    ),
    more_roles_that_may_send: listOf(arns.role, "expected a list of ARNs of IAM roles").check(
      z.describe("Roles besides the stack's own that may send to the queues. An ARN may have `*` in it."),
    ),
    more_sources_that_may_send: listOf(
      arns.source,
      "expected a list of ARNs of EventBridge rules and SNS topics",
    ).check(z.describe("EventBridge rules and SNS topics that may send to the lifecycle queue.")),
    topics: listOf(arns.topic, "expected a list of ARNs of SNS topics").check(
      z.describe(
        "SNS topics that bring messages of your hooks: the lifecycle queue is subscribed to each, and both functions know them. See [intake.md](intake.md).",
      ),
    ),
    lifecycle_events: z
      .optional(lifecycleEventsSchema)
      .check(
        z.describe(
          "An EventBridge rule that brings the lifecycle actions of hooks that notify nobody, with [keys of its own](#topics-and-a-rule). See [intake.md](intake.md).",
        ),
      ),
    replace_and_delete: truth.check(
      z.describe(
        "Whether a deployment may replace or delete queues and hooks, which loses what is in them. See [below](#names-that-change). The default is false.",
      ),
    ),
    remove_while_held: truth.check(
      z.describe(
        "Whether `serverless remove` goes on though instances are held or messages wait. See [below](#removing-it). The default is false.",
      ),
    ),
    alarm_actions: listOf(arns.action, "expected a list of ARNs").check(
      z.describe("ARNs of SNS topics, for instance, that are told when an alarm goes off."),
    ),
    ok_actions: listOf(arns.action, "expected a list of ARNs").check(
      z.describe("The same, for when an alarm is over."),
    ),
    event_bus: z
      .optional(eventBus)
      .check(
        z.describe(
          "The event bus, by name or ARN, that both functions tell of drains ([events.md](events.md)). `default` is the account's own. Without it, none is told.",
        ),
      ),
    dashboard: truth.check(
      z.describe(
        "Whether the stack has a [CloudWatch dashboard](metrics.md#the-dashboard). The default is false: CloudWatch bills $3 a month for each beyond an account's first three.",
      ),
    ),
    log_retention_days: z
      .optional(z.literal(RETENTION, { error: `expected one of ${RETENTION.join(", ")}` }))
      .check(z.describe("How many days the functions' log lines are kept. The default is 30.")),
    tags: z
      .optional(tags)
      .check(
        z.describe("Tags of the stack. CloudFormation puts them on all that is in it and can have tags."),
      ),
    permissions_boundary_arn: z
      .optional(arns.boundary)
      .check(z.describe("The IAM policy that bounds the permissions of all roles of the stack.")),
    kms_key_arn: z
      .optional(arns.key)
      .check(
        z.describe(
          "The KMS key that encrypts the queues and the logs. See [below](#a-key-of-your-own). Without it, SQS and CloudWatch Logs use keys of their own.",
        ),
      ),
  },
  { error: objectExpected("expected an object with the keys of the block") },
);

/** The block, right or in part. */
export type Block = Partial<z.infer<typeof blockSchema>>;

/** The keys of the block, in the order of the page. */
export const BLOCK_KEYS = Object.keys(blockSchema.shape) as (keyof Block & string)[];

/** What stands in `custom` beside the block: the settings of a plugin, and what the template uses more than once. */
const BESIDE = /^esbuild$|(^|-)(queue|alarm|metric)$/;

/** The block alone, of all that stands in `custom`. */
export function blockIn(custom: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(custom).filter(([key]) => !BESIDE.test(key)));
}

/**
 * A key's value, if it is right. What is wrong counts as left out while Serverless reads the file, so that all that is wrong
 * can be told at once: nothing is packaged then.
 */
export function rightValue(key: string, value: unknown): unknown {
  const schema = (blockSchema.shape as Shape)[key];
  if (key === "groups") return Array.isArray(value) ? value.filter(isGroup) : undefined;
  if (schema === undefined || value === null || !z.safeParse(schema, value).success) return undefined;
  const inner = INPUTS[key];
  if (inner === undefined || value === undefined) return value;
  const isRight = ([name, each]: [string, unknown]) =>
    inner[name] !== undefined && z.safeParse(inner[name], each).success;
  return Object.fromEntries(Object.entries(value).filter(isRight));
}

function isGroup(value: unknown): boolean {
  return z.safeParse(z.union([named, groupSchema]), value).success;
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The keys of the inputs that the block only knows to be objects. */
const INPUTS: Readonly<Record<string, Shape>> = {
  deregister: deregisterInput.shape,
  terminate: terminateInput.shape,
};
