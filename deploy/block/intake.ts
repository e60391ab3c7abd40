import { createHash } from "node:crypto";
import { groupNamesOf, groupTagOf } from "./inputs.ts";
import type { Block } from "./schema.ts";

/** How EventBridge calls the event of a hook that holds an instance which is terminated. */
const TERMINATE_ACTION = "EC2 Instance-terminate Lifecycle Action";

type Subscription = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

/**
 * The subscriptions of the lifecycle queue to the topics of the block, by logical ids. An id is made of the topic's ARN alone, so that
 * no subscription is replaced when the list changes its order.
 *
 * A message stays in SNS's envelope. Its subject tells what a text is that is no JSON, and a raw message has none.
 */
export function subscriptionsOf({ topics }: Pick<Block, "topics">): Record<string, Subscription> {
  const made = (topics ?? []).map((topic) => [subscriptionIdOf(topic), subscriptionTo(topic)] as const);
  return Object.fromEntries(made);
}

function subscriptionTo(topic: string): Subscription {
  const Endpoint = { "Fn::GetAtt": ["LifecycleQueue", "Arn"] };
  return { Type: "AWS::SNS::Subscription", Properties: { TopicArn: topic, Protocol: "sqs", Endpoint } };
}

function subscriptionIdOf(topic: string): string {
  const readable = topic
    .replace(/^.*:/, "")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 60);
  return `Subscription${readable}${createHash("sha256").update(topic).digest("hex").slice(0, 8)}`;
}

/**
 * The pattern of the rule that brings lifecycle actions. It has the hooks, and the groups that `lifecycle_events` names, or else all of
 * the block. Groups that are ours by a tag have no names here, so with a tag the hooks' names alone count.
 */
export function lifecycleEventPatternOf(block: Block): Readonly<Record<string, unknown>> {
  const { hooks = [], groups } = block.lifecycle_events ?? {};
  const named = groups ?? (groupTagOf(block) === undefined ? groupNamesOf(block) : undefined);
  return {
    source: ["aws.autoscaling"],
    "detail-type": [TERMINATE_ACTION],
    detail: {
      LifecycleHookName: hooks,
      ...(named === undefined ? {} : { AutoScalingGroupName: named }),
    },
  };
}
