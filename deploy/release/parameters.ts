// The parameters of the template that a release holds. What each takes and means comes from the schemas of the block and of the
// inputs. Here stands which of their keys a template can have, and their defaults.
import * as z from "zod/mini";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { QUEUE_NAME_LIMIT } from "../block/problems.ts";
import { blockSchema } from "../block/schema.ts";

/**
 * How a parameter is written: one text, a list with commas, a list whose places count, a whole number, true or false, or JSON that goes in
 * as it is.
 */
type Kind = "text" | "list" | "places" | "number" | "truth" | "json";

/** A parameter of the template. */
export type Parameter = {
  /** As the block or an input has it. */
  readonly key: string;
  /** As the template has it. */
  readonly name: string;
  readonly kind: Kind;
  /** What is so if nobody says otherwise. An empty text leaves it out. Undefined: somebody must say it. */
  readonly otherwise: string | undefined;
  readonly description: string;
  /** What an error has of a wrong value, or of a wrong item of a list. */
  readonly expected: string;
  readonly pattern?: string;
  /** Of one item, where the pattern is of a text with all items. */
  readonly item?: string;
  readonly values?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** What stands in its place while the template is packaged: a value that occurs nowhere else. */
  readonly standIn?: string | number;
};

type JsonSchema = {
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
};
type Said = Partial<Omit<Parameter, "key">>;

const SCHEMAS = [terminateInput, deregisterInput, blockSchema];
const KEYS: Readonly<Record<string, JsonSchema>> = Object.assign({}, ...SCHEMAS.map(propertiesOf));
const SHAPES: Readonly<Record<string, z.core.$ZodType>> = Object.assign(
  {},
  ...SCHEMAS.map(({ shape }) => shape),
);
const STAND_IN_ACCOUNT = "123456789012";

/** What stands in the place of a text or of a list's only item. */
const standIn = (key: string) => `0${key.replaceAll("_", "-")}0`;
const arn = (service: string, key: string, resource = "") =>
  `arn:aws:${service}:${service === "iam" ? "" : "us-east-1"}:${STAND_IN_ACCOUNT}:${resource}${standIn(key)}`;
const text = (key: string, said: Said = {}) =>
  parameter(key, { kind: "text", otherwise: "", standIn: standIn(key), ...said });
const list = (key: string, said: Said = {}) =>
  parameter(key, { kind: "list", otherwise: "", standIn: standIn(key), ...said });
const number = (key: string, otherwise: string, said: Said = {}) =>
  parameter(key, { kind: "number", otherwise, ...said });
const choice = (key: string, otherwise: string) => parameter(key, { kind: "text", otherwise });
const truth = (key: string, said: Said = {}) =>
  parameter(key, { kind: "truth", otherwise: "false", values: ["true", "false"], ...said });

/** Names alone, where the block takes ARNs too: a role's policy is made of them. */
const CLUSTER_NAME = {
  pattern: "^[A-Za-z0-9_-]{1,255}$",
  expected: "expected the name of an ECS cluster, and not its ARN",
};
const ONE_GROUP = "expected the name of one Auto Scaling group, without : , * ? and $";
/** Short enough for the dead letters' queue too, which has its name and more. */
const QUEUE_NAME = {
  pattern: `^[A-Za-z0-9_-]{1,${QUEUE_NAME_LIMIT}}$`,
  expected: `expected the name of a standard SQS queue, of up to ${QUEUE_NAME_LIMIT} characters`,
};
/** Of one group. */
export const GROUP_NAME = "^[^:,*?$]{1,255}$";
/** No item that stands there twice. CloudFormation's patterns are Java's, which look ahead. An empty place is no item. */
const EACH_ONCE = "(?!(?:.*,)?([^,]+),(?:.*,)?\\1(?:,.*)?$)";
/** Without a comma, which parts the names. An empty place is that of a group that was taken out. */
const GROUPS = `^${EACH_ONCE}([^:,*?$]{1,255})?(,([^:,*?$]{1,255})?)*$`;
const TOPIC = "(arn:[^:,]+:sns:[^:,]+:[0-9]{12}:[A-Za-z0-9_-]+)?";
const TOPICS = `^${EACH_ONCE}${TOPIC}(,${TOPIC})*$`;

/**
 * A list whose places count, because each makes a resource. It is a text, and no list: what AWS makes of an empty place in a list is not
 * documented, and of a text that is split it is.
 */
const places = (key: string, said: Said) =>
  parameter(key, { kind: "places", otherwise: "", standIn: standIn(key), ...said });

/** The groups that get a hook each. */
export const GROUPS_PARAMETER = places("groups", {
  pattern: GROUPS,
  item: GROUP_NAME,
  expected: ONE_GROUP,
  description:
    "Auto Scaling groups that get a lifecycle hook each, with commas between them. Add names at the end alone. Leave the place of a name that you take out empty: a,,c.",
});
/** The topics that are subscribed to. */
export const TOPICS_PARAMETER = places("topics", {
  standIn: arn("sns", "topics"),
  pattern: TOPICS,
  item: `^${TOPIC}$`,
  description:
    "SNS topics that bring messages of your hooks, up to ten ARNs with commas between them. The lifecycle queue is subscribed to each. Add ARNs at the end alone. Leave the place of one that you take out empty: a,,c.",
});
const GROUP_TAG = text("group_tag_value", {
  pattern: "^.{0,256}$",
  expected: "expected a tag's value of up to 256 characters",
  description:
    "Groups whose tag asg-drain has this value are drained too, without being named. Their hooks are yours to make.",
});
const HEARTBEAT = number("heartbeat_timeout_seconds", "3600", { standIn: 7199 });

/** All parameters but those of the code, in the order of the page. */
export const PARAMETERS: readonly Parameter[] = [
  text("stage", { otherwise: "live" }),
  GROUPS_PARAMETER,
  list("more_auto_scaling_groups", { pattern: GROUP_NAME, expected: ONE_GROUP }),
  GROUP_TAG,
  HEARTBEAT,
  list("cluster_names", {
    ...CLUSTER_NAME,
    description:
      "The ECS clusters that the instances are in, by name, 50 at the most. For more, use Clusters or ClusterTag.",
  }),
  list("more_clusters", CLUSTER_NAME),
  choice("discover", "all"),
  choice("clusters", ""),
  text("cluster_tag"),
  list("elb_names", { description: "Classic load balancers to take instances out of." }),
  list("target_groups"),
  number("drain_timeout_seconds", "3600"),
  choice("on_timeout", "continue"),
  choice("stop_tasks", "daemon"),
  choice("deregister_container_instance", "when_disconnected"),
  number("settle_seconds", "", { pattern: "^[0-9]{1,4}$" }),
  number("poll_seconds", "5"),
  number("sweep_minutes", "5"),
  truth("dry_run"),
  truth("deregister_at_once"),
  choice("on_spot_interruption", "ignore"),
  choice("on_rebalance", "ignore"),
  choice("on_maintenance", "ignore"),
  number("replace_at_once", "1"),
  truth("replace_last"),
  number("maintenance_lead_hours", "48"),
  text("lifecycle_queue_name", QUEUE_NAME),
  text("elb_monitor_queue_name", QUEUE_NAME),
  list("lifecycle_hook_names"),
  list("lifecycle_topic_arns", { standIn: arn("sns", "lifecycle_topic_arns") }),
  TOPICS_PARAMETER,
  list("lifecycle_event_hooks", {
    pattern: "^[A-Za-z0-9_/-]{1,255}$",
    expected: "expected the name of a lifecycle hook",
    description:
      "Hooks that notify nobody, by name. An EventBridge rule brings their lifecycle actions, of the groups in Groups and MoreAutoScalingGroups. With GroupTagValue, it brings those of all groups that have such a hook.",
  }),
  parameter("scale_tasks_services", {
    kind: "json",
    otherwise: "",
    pattern: "^\\s*\\{[\\s\\S]*\\}\\s*$",
    expected: "expected JSON objects of services, with commas between them",
    description:
      'Services for scale-tasks as JSON, with commas between them: {"cluster_name":"web","service_name":"edge","min_task_count":2,"n_count":1}.',
  }),
  list("scale_tasks_cluster_names", {
    ...CLUSTER_NAME,
    description:
      "The clusters of these services. The role of scale-tasks may change services in these alone.",
  }),
  list("more_sender_role_ids", { standIn: "AROA0MORE0SENDER0ROLE0IDS" }),
  list("more_roles_that_may_send", { standIn: arn("iam", "more_roles_that_may_send", "role/") }),
  list("more_rules_that_may_send", {
    standIn: arn("events", "more_rules_that_may_send", "rule/"),
    pattern: "^arn:[\\w-]+:events:[\\w-]+:\\d{12}:rule/.+$",
    expected: "expected the ARN of an EventBridge rule",
    description: "ARNs of EventBridge rules that may send to the lifecycle queue.",
  }),
  list("more_topics_that_may_send", {
    standIn: arn("sns", "more_topics_that_may_send"),
    pattern: "^arn:[\\w-]+:sns:[\\w-]+:\\d{12}:[A-Za-z0-9_-]{1,256}$",
    expected: "expected the ARN of an SNS topic",
    description: "ARNs of SNS topics that may send to the lifecycle queue.",
  }),
  list("alarm_actions", { standIn: arn("sns", "alarm_actions") }),
  list("ok_actions", { standIn: arn("sns", "ok_actions") }),
  text("event_bus", {
    pattern: "^[A-Za-z0-9_./-]{0,256}$",
    expected: "expected the name of an event bus, such as default",
    description:
      "The event bus of EventBridge, by name, that is told of drains. default is the account's own. Empty: none is told.",
  }),
  // A parameter must not be called as a resource is.
  truth("dashboard", { name: "WithDashboard" }),
  number("log_retention_days", "30", { standIn: 3653 }),
  text("permissions_boundary_arn", { standIn: arn("iam", "permissions_boundary_arn", "policy/") }),
  text("kms_key_arn", { standIn: arn("kms", "kms_key_arn", "key/") }),
];

/** The parameters for the functions' code. */
export const CODE = {
  CodeBucket: {
    Type: "String",
    Description: "The S3 bucket with the zips of this release. It must be in the Region of the stack.",
    AllowedPattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
  },
  CodeKeyPrefix: {
    Type: "String",
    Default: "asg-drain/",
    Description: "What stands before the names of the zips in the bucket.",
  },
} as const;

/** What only the template with hooks has. */
export const OF_HOOKS: readonly string[] = [HEARTBEAT.name];

/** The parameter of a key. */
export function parameterOf(key: string): Parameter {
  const found = PARAMETERS.find((each) => each.key === key);
  if (found === undefined) throw new Error(`the template has no parameter for ${key}`);
  return found;
}

/** Whether a parameter may be left out, so that a condition says whether it was. */
export function isOptional({ otherwise }: Parameter): boolean {
  return otherwise === "";
}

function parameter(key: string, said: Said & { kind: Kind }): Parameter {
  const { anyOf, items = itemsOf(anyOf), ...schema } = KEYS[key] ?? {};
  const { pattern = items?.pattern, minimum, maximum } = schema;
  const literals = (anyOf ?? []).flatMap((each) => each.enum ?? []).map(String);
  const values = schema.enum?.map(String) ?? (literals.length > 0 ? literals : undefined);
  return {
    key,
    name: nameOf(key),
    otherwise: undefined,
    description: briefly(schema.description ?? ""),
    expected: expectedBy(SHAPES[key]),
    ...(pattern === undefined ? {} : { pattern }),
    ...(values === undefined ? {} : { values: said.otherwise === "" ? ["", ...values] : values }),
    ...(minimum === undefined ? {} : { least: minimum }),
    ...(maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? {} : { most: maximum }),
    ...said,
  };
}

// Those of a list that may be empty.
function itemsOf(anyOf: readonly JsonSchema[] = []): JsonSchema | undefined {
  return anyOf.find(({ items }) => items !== undefined)?.items;
}

/** What a schema says that it expects, or a list's of its items. */
export function expectedBy(schema: z.core.$ZodType | undefined): string {
  if (schema === undefined) return "expected another value";
  const { innerType, element } = schema._zod.def as {
    readonly innerType?: z.core.$ZodType;
    readonly element?: z.core.$ZodType;
  };
  const inner = innerType ?? element;
  if (inner !== undefined) return expectedBy(inner);
  return z.safeParse(schema, Symbol("no value of any key")).error?.issues[0]?.message ?? "";
}

// A template's descriptions are texts alone: without what is a link on a page.
function briefly(description: string): string {
  return description
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/ See below\.| The default is [^.]*\./g, "")
    .replace(/`(clusters|cluster_tag)`/g, (_, key: string) => nameOf(key))
    .replaceAll("`", "");
}

function nameOf(key: string): string {
  return key.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

function propertiesOf(schema: z.core.$ZodType): Readonly<Record<string, JsonSchema>> {
  return (z.toJSONSchema(schema, { io: "input" }) as { properties: Record<string, JsonSchema> }).properties;
}
