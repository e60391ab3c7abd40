import * as z from "zod/mini";
import { parseJson } from "../base/json.ts";
import { meant } from "../base/meant.ts";
import { firstOf, problemsOf, shortened } from "../base/validation-problems.ts";
import type { OurHooks } from "./hooks.ts";

/** How often terminate has another pass by default, in seconds. */
const POLL_SECONDS = 5;

/** What is looked for by default, beyond what is named. */
const DISCOVER = "all";
/** How long a drain may take by default, in seconds. */
const DRAIN_TIMEOUT_SECONDS = 3600;
/** How long before a maintenance its instance is replaced by default, in hours. */
const MAINTENANCE_LEAD_HOURS = 48;
/** How long an instance behind a Network Load Balancer settles by default, in seconds. */
export const NETWORK_LOAD_BALANCER_SETTLE_SECONDS = 120;

const text = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).check(z.regex(pattern, { error: expected }));

/** An EC2 instance's id. A wrong one would fail the calls that ask for many. */
export const instanceId = text(/^i-[0-9a-f]{8,17}$/, "expected an instance id such as i-0123456789abcdef0");
/** The name of a standard SQS queue: Auto Scaling does not send to FIFO queues. */
export const queueName = text(/^[A-Za-z0-9_-]{1,80}$/, "expected the name of a standard SQS queue");
const elbName = text(/^[A-Za-z0-9-]{1,32}$/, "expected the name of a classic load balancer");
/** The name of an Auto Scaling group. */
export const groupName = text(/^[^:]{1,255}$/, "expected the name of an Auto Scaling group");
/** The name or ARN of an ECS cluster. */
export const clusterName = text(
  /^(arn:[^:]+:ecs:[^:]+:\d+:cluster\/)?[A-Za-z0-9_-]{1,255}$/,
  "expected the name or ARN of an ECS cluster",
);
/** A tag as `key` or `key=value`. */
const tag = text(/^[^=]{1,128}(=.{0,256})?$/, "expected a tag's key, or key=value");
const targetGroup = text(
  /^([A-Za-z0-9-]{1,32}|arn:[^:]+:elasticloadbalancing:[^:]+:\d+:targetgroup\/[^/]+\/[^/]+)$/,
  "expected the name or ARN of a target group",
);
/** How many things a list may name. They travel in each message, which stays small. */
const LISTED = 200;
/** How many clusters it may name. A drain asks each of them, and others wait meanwhile. */
const CLUSTERS = 50;
/** The name of a lifecycle hook. */
export const hookName = text(/^[A-Za-z0-9\-_/]{1,255}$/, "expected the name of a lifecycle hook");
// Empty where a template's list of topics has an empty place.
const topicArn = text(
  /^(arn:[^:]+:sns:[^:]+:\d{12}:[A-Za-z0-9_-]{1,256})?$/,
  "expected the ARN of an SNS topic",
);
const wholeNumber = (from: number, to: number, unit: "" | " of seconds" | " of hours" = " of seconds") => {
  const error = `expected a whole number${unit} from ${from} to ${to}`;
  return z.int({ error }).check(z.gte(from, { error }), z.lte(to, { error }));
};
/** One of some words. */
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `expected one of ${values.map((each) => `"${each}"`).join(", ")}` });
const listOf = <T extends z.core.$ZodType>(item: T, expected: string, most = LISTED) =>
  z.array(item, { error: expected }).check(
    z.refine((list) => list.length <= most, {
      error: ({ input }) => `expected at most ${most}, found ${Array.isArray(input) ? input.length : "more"}`,
    }),
  );

/**
 * The settings of a drain: where the instance may be registered, how often to have a pass, and how the drain may end. These keys
 * are in the functions' inputs, and a hook may set its own in its NotificationMetadata. They travel in the message to terminate too.
 */
export const drainKeys = {
  elb_name: z.optional(elbName).check(z.describe("A classic load balancer to take instances out of.")),
  elb_names: z
    .optional(listOf(elbName, "expected a list of classic load balancer names"))
    .check(z.describe("More classic load balancers.")),
  target_groups: z
    .optional(listOf(targetGroup, "expected a list of target group names or ARNs"))
    .check(
      z.describe(
        "Target groups, by name or ARN, to take instances out of. In a target group of type ip, the targets of a service's tasks are left to ECS. Other addresses that are the instance's own are taken out.",
      ),
    ),
  cluster_name: z.optional(clusterName).check(z.describe("The ECS cluster that the instances are in.")),
  cluster_names: z
    .optional(listOf(clusterName, "expected a list of ECS cluster names or ARNs", CLUSTERS))
    .check(
      z.describe(
        `More ECS clusters to look for the instances in, ${CLUSTERS} at the most. For more, use \`clusters\` or \`cluster_tag\`.`,
      ),
    ),
  discover: z
    .optional(oneOf(["all", "named", "warn"]))
    .check(
      z.describe(
        `What is looked for beyond what is named here. With \`all\`, a drain finds the classic load balancers, target groups and clusters that have the instance, and takes out what is its own. With \`named\`, only what is named counts. With \`warn\`, the log says what \`all\` would find, and nothing of it is taken out. What was found is given back after a new root volume. An instance that returns to its warm pool is registered nowhere again: whatever registers it at launch does that. The default is \`${DISCOVER}\`.`,
      ),
    ),
  clusters: z
    .optional(oneOf(["*"]))
    .check(
      z.describe(
        "`*` allows to drain instances in all clusters that are found. Without it, only clusters that are named, or carry `cluster_tag`, are changed.",
      ),
    ),
  cluster_tag: z
    .optional(tag)
    .check(
      z.describe(
        "Clusters that carry this tag, `key` or `key=value`, may be changed too, where they are found.",
      ),
    ),
  poll_seconds: z
    .optional(wholeNumber(1, 60))
    .check(z.describe(`How often terminate checks again, in seconds. The default is ${POLL_SECONDS}.`)),
  drain_timeout_seconds: z
    .optional(wholeNumber(60, 172_800))
    .check(
      z.describe(
        `How long a drain may take, counted from the first run that can work on it and is not dry. The default is ${DRAIN_TIMEOUT_SECONDS}. The hook's global limit less two minutes counts instead if that comes first.`,
      ),
    ),
  on_timeout: z
    .optional(oneOf(["continue", "abandon", "leave"]))
    .check(
      z.describe(
        "What happens when that time is over. `continue` (the default) and `abandon` complete the lifecycle action with that result. `leave` sends no more heartbeats, and the hook's own timeout and default result decide. `abandon` also cancels the other hooks that hold the instance.",
      ),
    ),
  stop_tasks: z
    .optional(oneOf(["none", "daemon", "all"]))
    .check(
      z.describe(
        "Which tasks are stopped once nothing else is left, of those that do not leave by themselves. `daemon` (the default) stops those of daemon services, and those that the instance itself started. `all` stops other standalone tasks too, `none` stops none.",
      ),
    ),
  deregister_container_instance: z
    .optional(oneOf(["never", "when_disconnected", "always"]))
    .check(
      z.describe(
        "Whether the container instance is taken out of its cluster. `when_disconnected` (the default): once the instance is certainly dead and its agent is disconnected. `always`: in any case after its last task. `never`: ECS does it.",
      ),
    ),
  settle_seconds: z
    .optional(wholeNumber(0, 3600))
    .check(
      z.describe(
        `How long to wait after everything is gone, before the lifecycle action is completed. The default is 0, or ${NETWORK_LOAD_BALANCER_SETTLE_SECONDS} behind a Network Load Balancer, which may take minutes to take a target out.`,
      ),
    ),
};

/** By what an input knows our hooks. */
export function ourHooksOf(keys: {
  readonly lifecycle_queue_name?: string | undefined;
  readonly lifecycle_topic_arns?: readonly string[] | undefined;
  readonly lifecycle_hook_names?: readonly string[] | undefined;
  readonly lifecycle_hook_name?: string | undefined;
}): OurHooks {
  const { lifecycle_hook_name: one, lifecycle_hook_names: more = [] } = keys;
  return {
    queue: keys.lifecycle_queue_name,
    topics: (keys.lifecycle_topic_arns ?? []).filter(Boolean),
    names: [...(one === undefined ? [] : [one]), ...more],
  };
}

/** The error for a value that must be an object and is none. Wrong keys in an object have errors of their own. */
export const objectExpected = (expected: string) => (issue: { readonly code?: string }) =>
  issue.code === "invalid_type" ? expected : undefined;

/** The error for an input that is no object. */
export const inputExpected = objectExpected("expected an object with the function's input");

/** The key that all functions take. It does not travel in messages: each function's own switch decides. */
export const dryRunKey = {
  dry_run: z
    .optional(z.boolean({ error: "expected true or false" }))
    .check(
      z.describe(
        "Whether everything is only observed, and the log says what would be done. Any text in the environment's variable DRYRUN has the same effect.",
      ),
    ),
};

/** The name or ARN of an event bus. */
export const eventBus = text(
  /^(arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\/)?[\w/.-]{1,256}$/,
  "expected the name or ARN of an event bus, such as default",
);

/** Where both functions of the pair tell of drains. It does not travel in messages: each function tells of what it does. */
export const eventKeys = {
  event_bus: z
    .optional(eventBus)
    .check(
      z.describe(
        "The event bus of EventBridge, by name or ARN, that is told when a drain starts, stalls, is half over, is cut off and is completed ([events.md](events.md)). `default` is the account's own. Without this key, no event is put.",
      ),
    ),
};

/** By what the functions know which hooks are ours, beside the queue that these notify. */
export const hookKeys = {
  lifecycle_topic_arns: z
    .optional(listOf(topicArn, "expected a list of ARNs of SNS topics"))
    .check(
      z.describe(
        "SNS topics, by ARN, that bring the messages of your hooks to the lifecycle queue. A hook that notifies one of them is yours. An empty ARN is left out.",
      ),
    ),
  lifecycle_hook_names: z
    .optional(listOf(hookName, "expected a list of lifecycle hook names"))
    .check(
      z.describe(
        "Hooks that are yours by their name, in whatever group and whatever they notify. A hook whose messages an EventBridge rule brings needs it. A hook that neither notifies the lifecycle queue or a topic of yours, nor is named, is another's: it is never touched.",
      ),
    ),
};

/** What deregister does about the notices of EC2 and AWS Health. */
export const noticeKeys = {
  on_spot_interruption: z
    .optional(oneOf(["drain", "ignore"]))
    .check(
      z.describe(
        "What to do at a Spot interruption notice, two minutes before EC2 takes the instance: `drain` it at once, or `ignore` the notice (the default).",
      ),
    ),
  on_rebalance: z
    .optional(oneOf(["replace", "ignore"]))
    .check(
      z.describe(
        "What to do when EC2 recommends to rebalance. `replace` terminates the instance through Auto Scaling, which starts another one; the hook does the rest. It is left to Auto Scaling in a group with Capacity Rebalancing. `ignore` is the default.",
      ),
    ),
  on_maintenance: z
    .optional(oneOf(["replace", "ignore"]))
    .check(
      z.describe(
        "The same for a change that EC2 has scheduled for an instance, such as a retirement, a maintenance or a reboot. AWS Health tells of it, and deregister asks EC2 each hour. `ignore` is the default.",
      ),
    ),
  replace_at_once: z
    .optional(wholeNumber(1, 1_000, ""))
    .check(
      z.describe(
        "How many instances of a group may be under way at once because of such notices. The default is 1: the next one goes when the replacement is in service and healthy, and load balancers send to it. Whatever it says, one instance stays in service.",
      ),
    ),
  replace_last: z
    .optional(z.boolean({ error: "expected true or false" }))
    .check(
      z.describe(
        "Whether the only instance of a group is replaced too. Nothing serves until the new one is in service. The default is false.",
      ),
    ),
  maintenance_lead_hours: z
    .optional(wholeNumber(0, 8_760, " of hours"))
    .check(
      z.describe(
        `How many hours before a scheduled change its instance is replaced. The default is ${MAINTENANCE_LEAD_HOURS}. With many instances in one group, and drains that take long, give more.`,
      ),
    ),
};

/** The keys of an input that say how notices are handled. */
export type NoticeKeys = z.infer<typeof noticesSchema>;
const noticesSchema = z.object(noticeKeys);

/** Whether an input says anything of notices. */
export function hasNoticeKeys(input: NoticeKeys): boolean {
  return Object.keys(noticesSchema.parse(input)).length > 0;
}

/** How long before a scheduled change its instance is replaced, in milliseconds. */
export function leadOf({ maintenance_lead_hours = MAINTENANCE_LEAD_HOURS }: NoticeKeys): number {
  return maintenance_lead_hours * 3_600_000;
}

const settingsSchema = z.object(drainKeys);

/** The settings of a drain as keys: in an input, in a message, or in a hook's metadata. */
export type DrainKeys = z.infer<typeof settingsSchema>;

/** The settings of a drain alone, of the keys of a function's input. The input was checked before. */
export function drainKeysOf(input: DrainKeys): DrainKeys {
  return settingsSchema.parse(input);
}

/** The settings of a drain in terminate's input. Undefined if it has none, as the original's: then those that a message tells count. */
export function ownKeysOf(input: DrainKeys): DrainKeys | undefined {
  const keys = drainKeysOf(input);
  return Object.keys(keys).length === 0 ? undefined : keys;
}

/** The settings of a drain, with single and plural keys in one. */
export type DrainSettings = {
  readonly elbNames: readonly string[];
  readonly targetGroups: readonly string[];
  readonly clusterNames: readonly string[];
  /** Whether what nobody named is looked for, and taken out too, or only told. */
  readonly discover: "all" | "named" | "warn";
  /** Which clusters may be changed besides those that are named: all of them, or those with a tag. */
  readonly allClusters: boolean;
  readonly clusterTag: string | undefined;
  readonly pollSeconds: number;
  readonly drainTimeoutSeconds: number;
  readonly onTimeout: "continue" | "abandon" | "leave";
  readonly stopTasks: "none" | "daemon" | "all";
  readonly deregisterContainerInstance: "never" | "when_disconnected" | "always";
  /** Undefined means: as long as the load balancers need. */
  readonly settleSeconds: number | undefined;
};

/** Brings single and plural keys together, each name once. */
export function settingsOf(keys: DrainKeys): DrainSettings {
  const together = (one: string | undefined, more: readonly string[] | undefined) => [
    ...new Set([...(one === undefined ? [] : [one]), ...(more ?? [])]),
  ];
  return {
    elbNames: together(keys.elb_name, keys.elb_names),
    targetGroups: together(undefined, keys.target_groups),
    clusterNames: together(keys.cluster_name, keys.cluster_names),
    discover: keys.discover ?? DISCOVER,
    allClusters: keys.clusters !== undefined,
    clusterTag: keys.cluster_tag,
    pollSeconds: keys.poll_seconds ?? POLL_SECONDS,
    drainTimeoutSeconds: keys.drain_timeout_seconds ?? DRAIN_TIMEOUT_SECONDS,
    onTimeout: keys.on_timeout ?? "continue",
    stopTasks: keys.stop_tasks ?? "daemon",
    deregisterContainerInstance: keys.deregister_container_instance ?? "when_disconnected",
    settleSeconds: keys.settle_seconds,
  };
}

/** Puts keys over others, such as a hook's over the input's. If they name load balancers or clusters, those replace all others. */
function overlay(base: DrainKeys, own: DrainKeys): DrainKeys {
  const result = { ...base };
  if (own.elb_name !== undefined || own.elb_names !== undefined) {
    delete result.elb_name;
    delete result.elb_names;
  }
  if (own.cluster_name !== undefined || own.cluster_names !== undefined) {
    delete result.cluster_name;
    delete result.cluster_names;
  }
  return { ...result, ...own };
}

/** Settings as keys again, as a message carries them. */
export function keysOf(settings: DrainSettings): DrainKeys {
  return {
    // The first one has this key alone: the original's may have a name that the list does not take.
    ...(settings.elbNames[0] === undefined ? {} : { elb_name: settings.elbNames[0] }),
    ...(settings.elbNames.length > 1 ? { elb_names: settings.elbNames.slice(1) } : {}),
    ...(settings.targetGroups.length > 0 ? { target_groups: [...settings.targetGroups] } : {}),
    ...(settings.clusterNames.length > 0 ? { cluster_names: [...settings.clusterNames] } : {}),
    discover: settings.discover,
    ...(settings.allClusters ? { clusters: "*" as const } : {}),
    ...(settings.clusterTag === undefined ? {} : { cluster_tag: settings.clusterTag }),
    poll_seconds: settings.pollSeconds,
    drain_timeout_seconds: settings.drainTimeoutSeconds,
    on_timeout: settings.onTimeout,
    stop_tasks: settings.stopTasks,
    deregister_container_instance: settings.deregisterContainerInstance,
    ...(settings.settleSeconds === undefined ? {} : { settle_seconds: settings.settleSeconds }),
  };
}

/** What a hook's NotificationMetadata sets: the keys that are right, and what is wrong with the others. */
export type MetadataKeys = { readonly keys: DrainKeys; readonly problems: readonly string[] };

/**
 * The keys that a hook's NotificationMetadata sets. Undefined if it is not meant for us: it is no JSON object, or has none of
 * our keys. Other keys in it do not matter. `problems` names what is wrong with ours: a wrong value is left out of the keys.
 */
export function keysOfMetadata(metadata: string | undefined): MetadataKeys | undefined {
  const value = objectIn(metadata);
  if (!value || !Object.keys(drainKeys).some((key) => Object.hasOwn(value, key))) return undefined;
  const parsed = settingsSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return { keys: parsed.data, problems: [] };
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]));
  const right = Object.entries(value).filter(([key]) => !wrong.has(key));
  const problems = problemsOf(parsed.error).map((problem) => `NotificationMetadata.${problem}`);
  return { keys: settingsSchema.parse(Object.fromEntries(right)), problems: firstOf(problems) };
}

/** The settings of these keys, with those of a hook's NotificationMetadata over them, as far as these are right. */
export function settingsUnder(metadata: string | undefined, keys: DrainKeys): DrainSettings {
  return settingsOf(overlay(keys, keysOfMetadata(metadata)?.keys ?? {}));
}

/** The keys of a function's own input, over those that deregister's message tells, where these count. */
export function keysOver(told: DrainKeys | undefined, own: DrainKeys | undefined): DrainKeys {
  return overlay(told ?? {}, own ?? {});
}

/** The keys that only a function's input can set. */
const INPUT_KEYS = Object.keys({ ...dryRunKey, ...hookKeys, ...noticeKeys });

/** The keys in a hook's NotificationMetadata that only a function's input can set. */
export function ignoredKeys(metadata: string | undefined): string[] {
  const value = objectIn(metadata);
  return value ? INPUT_KEYS.filter((key) => Object.hasOwn(value, key)) : [];
}

/** A key in a hook's NotificationMetadata that is no setting, with the settings that it may have meant. */
export type UnknownKey = { readonly key: string; readonly meant: readonly string[] };

/** How many unknown keys are told of. Metadata has room for hundreds. */
const UNKNOWN_LIMIT = 20;

/** The keys in a hook's NotificationMetadata that are no settings at all. They change nothing, so somebody should know. */
export function unknownKeys(metadata: string | undefined): UnknownKey[] {
  const known = settingNames();
  return Object.keys(objectIn(metadata) ?? {})
    .filter((key) => !known.includes(key))
    .slice(0, UNKNOWN_LIMIT)
    .map((key) => ({ key: shortened(key), meant: meant(key, Object.keys(drainKeys)) }));
}

/** The settings that a hook's NotificationMetadata names, though it is no JSON object: then none of them counts. */
export function keysInText(metadata: string | undefined): string[] {
  if (metadata === undefined || objectIn(metadata)) return [];
  return settingNames().filter((key) => new RegExp(`\\b${key}\\b`).test(metadata));
}

function settingNames(): string[] {
  return [...Object.keys(drainKeys), ...INPUT_KEYS];
}

/** A cluster's name, given its name or ARN. */
export function bareName(cluster: string): string {
  return cluster.slice(cluster.lastIndexOf("/") + 1);
}

/** Whether the settings name a cluster, by its name or ARN. */
export function isNamedCluster({ clusterNames }: DrainSettings, cluster: string): boolean {
  return clusterNames.some((each) => bareName(each) === bareName(cluster));
}

/** A tag that is written as `key`, for any value, or as `key=value`. */
export function tagIn(text: string): { readonly key: string; readonly value: string | undefined } {
  const [key = "", ...value] = text.split("=");
  return { key, value: value.length === 0 ? undefined : value.join("=") };
}

/** Whether a cluster may be changed: it is named, it carries the tag, or all may be. */
export function mayChange(
  settings: DrainSettings,
  cluster: string,
  tags: readonly { readonly key: string; readonly value: string }[],
): boolean {
  const { allClusters, clusterTag } = settings;
  if (allClusters || isNamedCluster(settings, cluster)) return true;
  if (clusterTag === undefined) return false;
  const { key, value } = tagIn(clusterTag);
  return tags.some((each) => each.key === key && (value === undefined || each.value === value));
}

/** The object that a JSON text stands for. Undefined if it is none. */
export function objectIn(json: string | undefined): object | undefined {
  const value = json === undefined ? undefined : parseJson(json);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
