// Messages and inputs as they should be, in all their forms; most cases of the fuzzer are one of these with something wrong.
import type { Random } from "../../simulator/kernel/random.ts";
import { brokenValue } from "./break.ts";
import { type Form, oddText, oddValue, textOf } from "./draw.ts";
import { memoryForm } from "./memory-forms.ts";

const NAMES = ["fleet", "web", "main", "a-b_c", "drain", "Größe"];
const SECONDS = [60, 600, 3600, 172_800];

const instanceId = (random: Random) => `i-${random.hex(random.pick([8, 17]))}`;
const time = (random: Random) => new Date(random.whole(0, 2 ** 31 - 1) * 1000).toISOString();
const names = (random: Random) =>
  Array.from({ length: random.whole(0, 4) }, () => random.pick(["a", "b", "web"]));
const maybe = (random: Random, form: Form): Form => (random.chance(0.5) ? form : {});

/** The settings of a drain. */
export function drainKeys(random: Random): Form {
  return {
    ...maybe(random, { elb_name: "web" }),
    ...maybe(random, { elb_names: names(random) }),
    ...maybe(random, { target_groups: names(random) }),
    ...maybe(random, { cluster_name: "arn:aws:ecs:us-east-1:123456789012:cluster/main" }),
    ...maybe(random, { cluster_names: names(random) }),
    ...maybe(random, { poll_seconds: random.whole(1, 60) }),
    ...maybe(random, { drain_timeout_seconds: random.pick(SECONDS) }),
    ...maybe(random, { on_timeout: random.pick(["continue", "abandon", "leave"]) }),
    ...maybe(random, { stop_tasks: random.pick(["none", "daemon", "all"]) }),
    ...maybe(random, { deregister_container_instance: random.pick(["never", "always"]) }),
    ...maybe(random, { settle_seconds: random.whole(0, 3600) }),
  };
}

function notification(random: Random): Form {
  return {
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    EC2InstanceId: instanceId(random),
    AutoScalingGroupName: random.chance(0.2) ? oddText(random) || "x" : random.pick(NAMES),
    LifecycleHookName: random.pick(NAMES),
    LifecycleActionToken: random.uuid(),
    ...maybe(random, { Time: time(random) }),
    ...maybe(random, {
      NotificationMetadata: random.pick([
        () => oddText(random),
        () => textOf(drainKeys(random)),
        () => textOf(brokenValue(random, drainKeys(random), [(each, known) => oddValue(each, 400, known)])),
      ])(),
    }),
  };
}

function notice(random: Random): Form {
  if (random.chance(0.5)) {
    return {
      source: "aws.ec2",
      "detail-type": random.pick([
        "EC2 Spot Instance Interruption Warning",
        "EC2 Instance Rebalance Recommendation",
        oddText(random),
      ]),
      time: "2026-11-20T09:00:00Z",
      detail: { "instance-id": instanceId(random) },
    };
  }
  return {
    source: "aws.health",
    time: "2026-11-20T09:00:00Z",
    detail: {
      service: "EC2",
      eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
      eventTypeCategory: "scheduledChange",
      statusCode: random.pick(["open", "upcoming", "closed"]),
      affectedEntities: Array.from({ length: random.whole(0, 3) }, () => ({
        entityValue: random.chance(0.5)
          ? instanceId(random)
          : `arn:aws:ec2:us-east-1:123456789012:instance/${instanceId(random)}`,
      })),
    },
  };
}

/** A message of the lifecycle queue, as an object: sent by Auto Scaling itself, EventBridge, EC2 or AWS Health. */
export function lifecycleForm(random: Random): Form {
  switch (random.whole(0, 3)) {
    case 0:
      return notification(random);
    case 1:
      return { source: "aws.autoscaling", time: time(random), detail: notification(random) };
    case 2:
      return notice(random);
    default:
      return { Event: "autoscaling:TEST_NOTIFICATION", AutoScalingGroupName: random.pick(NAMES) };
  }
}

/** A body in the envelope of SNS. */
export function enveloped(body: string): string {
  return textOf({ Type: "Notification", Message: body });
}

/** A message of the monitor queue: ours, the original's, or that of a Spot interruption. */
export function monitorForm(random: Random): Form {
  return {
    ...maybe(random, {
      version: random.pick([1, 2, 99]),
      time: time(random),
      memory: memoryForm(random, random.pick([0.1, 0.3, 1])),
    }),
    instance_id: instanceId(random),
    auto_scaling_group: random.chance(0.2) ? oddText(random) || "x" : random.pick(NAMES),
    ...(random.chance(0.8) ? { life_cycle_hook_name: "drain" } : { interrupted_at: time(random) }),
    ...maybe(random, { lifecycle_action_token: random.pick([random.uuid(), "", null]) }),
    ...drainKeys(random),
    ...maybe(random, { dry_run: true }),
  };
}

/** A message of the monitor queue with notices that wait. */
export function noticesForm(random: Random): Form {
  const waiting = (): Form => ({
    instance_id: instanceId(random),
    notice: random.pick(["rebalance", "maintenance"]),
    time: time(random),
    ...maybe(random, { denials: random.whole(0, 3) }),
    ...maybe(random, { whole_since: time(random) }),
    ...maybe(random, { waits_for: random.pick(["others under way", "warms up", "suspended", "unread"]) }),
  });
  return {
    notices: Array.from({ length: random.whole(0, 3) }, waiting),
    replace_at_once: random.whole(1, 1_000),
    replace_last: random.chance(0.5),
    ...maybe(random, { lifecycle_queue_name: "lifecycle" }),
    ...maybe(random, { lifecycle_hook_names: [oddText(random), ...names(random)] }),
    ...maybe(random, { lifecycle_topic_arns: ["arn:aws:sns:us-east-1:123456789012:drain"] }),
  };
}

const queues = { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" };
const notices = (random: Random) => maybe(random, { on_spot_interruption: "drain", on_rebalance: "replace" });

/** The input of deregister's scheduled event. */
export function deregisterForm(random: Random): Form {
  return { ...queues, ...drainKeys(random), ...notices(random) };
}

/** The input of terminate's. */
export function terminateForm(random: Random): Form {
  return {
    queue_name: "monitor",
    ...maybe(random, { auto_scaling_groups: names(random), group_tag: "drain=yes" }),
    ...maybe(random, { sweep_minutes: 5, lifecycle_hook_name: "drain", ...queues }),
    ...drainKeys(random),
    ...notices(random),
  };
}

/** The input of scale-tasks', for one service or several. */
export function scaleTasksForm(random: Random): Form {
  const service = (): Form => ({
    cluster_name: "main",
    service_name: random.pick(["web", "edge"]),
    min_task_count: random.whole(0, 9),
    n_count: random.whole(0, 3),
  });
  return random.chance(0.5) ? service() : { services: [service(), service()] };
}

/** What an event source mapping invokes a function with: up to three messages of a queue. */
export function recordsForm(random: Random): Form {
  const record = (): Form => ({
    messageId: random.uuid(),
    receiptHandle: random.hex(20),
    body: textOf(lifecycleForm(random)),
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(random.whole(0, 2 ** 31 - 1) * 1000) },
    messageAttributes: {},
    md5OfBody: random.hex(32),
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:lifecycle",
    awsRegion: "us-east-1",
  });
  return { Records: Array.from({ length: random.whole(1, 3) }, record) };
}
