import * as z from "zod/mini";
import { InputError } from "./errors.ts";
import type { Log } from "./log.ts";
import { problemsOf } from "./problems.ts";

/** How often terminate looks again where nothing else is said, in seconds. */
export const POLL_SECONDS = 5;

const text = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).check(z.regex(pattern, { error: expected }));

/** The name of a standard SQS queue: Auto Scaling does not send to FIFO queues. */
export const queueName = text(/^[A-Za-z0-9_-]{1,80}$/, "expected the name of a standard SQS queue");
const elbName = text(/^[A-Za-z0-9-]{1,32}$/, "expected the name of a classic load balancer");
const clusterName = text(
  /^(arn:[^:]+:ecs:[^:]+:\d+:cluster\/)?[A-Za-z0-9_-]{1,255}$/,
  "expected the name or ARN of an ECS cluster",
);
const targetGroup = text(
  /^([A-Za-z0-9-]{1,32}|arn:[^:]+:elasticloadbalancing:[^:]+:\d+:targetgroup\/[^/]+\/[^/]+)$/,
  "expected the name or ARN of a target group",
);
const listOf = <T extends z.core.$ZodType>(item: T, expected: string) => z.array(item, { error: expected });

/**
 * What a drain is told: where the instance may be registered, and how closely to watch. These keys are deregister's
 * input; they travel in the message to terminate, and a hook may set its own in its NotificationMetadata.
 */
export const drainKeys = {
  elb_name: z.optional(elbName).check(z.describe("A classic load balancer to take instances out of.")),
  elb_names: z
    .optional(listOf(elbName, "expected a list of classic load balancer names"))
    .check(z.describe("More classic load balancers.")),
  target_groups: z
    .optional(listOf(targetGroup, "expected a list of target group names or ARNs"))
    .check(z.describe("Target groups of instance type, by name or ARN, to take instances out of.")),
  cluster_name: z.optional(clusterName).check(z.describe("The ECS cluster that the instances are in.")),
  cluster_names: z
    .optional(listOf(clusterName, "expected a list of ECS cluster names or ARNs"))
    .check(z.describe("More ECS clusters to look for the instances in.")),
  poll_seconds: z
    .optional(
      z
        .int({ error: "expected a whole number of seconds from 1 to 60" })
        .check(
          z.gte(1, { error: "expected a whole number of seconds from 1 to 60" }),
          z.lte(60, { error: "expected a whole number of seconds from 1 to 60" }),
        ),
    )
    .check(z.describe(`How often terminate looks again, in seconds; ${POLL_SECONDS} when not given.`)),
};

const settingsSchema = z.object(drainKeys);

/** The keys of a drain as they are written: in an input, in a message, in a hook's metadata. */
export type DrainKeys = z.infer<typeof settingsSchema>;

/** The same, with single and plural keys in one. */
export type DrainSettings = {
  readonly elbNames: readonly string[];
  readonly targetGroups: readonly string[];
  readonly clusterNames: readonly string[];
  readonly pollSeconds: number;
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
    pollSeconds: keys.poll_seconds ?? POLL_SECONDS,
  };
}

/** Lays a hook's own keys over those of the input: what it says of load balancers or clusters replaces all of them. */
export function overlay(base: DrainKeys, own: DrainKeys): DrainKeys {
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
    ...(settings.elbNames[0] === undefined ? {} : { elb_name: settings.elbNames[0] }),
    ...(settings.elbNames.length > 1 ? { elb_names: [...settings.elbNames] } : {}),
    ...(settings.targetGroups.length > 0 ? { target_groups: [...settings.targetGroups] } : {}),
    ...(settings.clusterNames.length > 0 ? { cluster_names: [...settings.clusterNames] } : {}),
    poll_seconds: settings.pollSeconds,
  };
}

/**
 * The keys that a hook's NotificationMetadata sets, or undefined where it is not meant for us: no JSON object, or none
 * of our keys in it. Other keys in it are left alone. `problems` names what is wrong with ours.
 */
export function keysOfMetadata(
  metadata: string | undefined,
): { keys: DrainKeys } | { problems: string[] } | undefined {
  if (!metadata) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(metadata);
  } catch {
    return undefined;
  }
  if (
    typeof value !== "object" ||
    value === null ||
    !Object.keys(drainKeys).some((key) => Object.hasOwn(value, key))
  ) {
    return undefined;
  }
  const parsed = settingsSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return { keys: parsed.data };
  return { problems: problemsOf(parsed.error).map((problem) => `NotificationMetadata.${problem}`) };
}

/** Reads a function's input. Throws an InputError, after logging it, that names every key that is wrong. */
export function readInput<T extends z.core.$ZodType>(
  schema: T,
  functionName: string,
  event: unknown,
  log: Log,
): z.infer<T> {
  const parsed = z.safeParse(schema, event, { reportInput: true });
  if (parsed.success) return parsed.data;
  const reason = problemsOf(parsed.error).join("; ");
  log.error("input refused", { reason });
  throw new InputError(`${functionName}: the scheduled event's input is wrong: ${reason}`);
}
