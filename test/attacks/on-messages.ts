// Attacks on all else that messages say: names, tokens, times, versions, notices.
import { type Attack, inEach } from "./attack.ts";
import { remembering, worstOfNothing } from "./on-memory.ts";
import { OTHERS_GROUP, OTHERS_INSTANCE, STARTS_AT, TARGET } from "./world.ts";

const FAR = "9999-12-31T00:00:00.000Z";
const LONG_AGO = "2020-01-01T00:00:00.000Z";
const WRONG_TOKEN = "87654321-4321-4321-4321-210987654321";

type Row = readonly [field: string, value: string, body: string, worst: string | Worst];
type Worst = Parameters<typeof inEach>[1];

/** A message of the lifecycle queue about the instance. */
export const lifecycle = (more: Readonly<Record<string, unknown>>) =>
  JSON.stringify({
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    AutoScalingGroupName: "fleet",
    LifecycleHookName: "drain",
    EC2InstanceId: TARGET,
    LifecycleActionToken: WRONG_TOKEN,
    Time: new Date(STARTS_AT + 30_000).toISOString(),
    ...more,
  });
const event = (detailType: string, detail: Readonly<Record<string, unknown>>, source = "aws.ec2") =>
  JSON.stringify({
    version: "0",
    source,
    "detail-type": detailType,
    time: new Date(STARTS_AT + 30_000).toISOString(),
    detail,
  });
/** Notices about the instance that wait on the monitor queue. */
export const notices = (more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    notices: [{ instance_id: TARGET, notice: "rebalance", time: new Date(STARTS_AT).toISOString() }],
    replace_at_once: 1_000,
    replace_last: true,
    lifecycle_queue_name: "lifecycle",
    ...more,
  });

/** What becomes of a message that cannot be read. */
export const ASIDE = "it is set aside, and its alarm tells of it";
const DELETED = "a line in the log; it is deleted";
const DROPPED = "a line in the log; its drain is dropped within two minutes";

const interrupted = remembering({}, { interrupted_at: FAR, life_cycle_hook_name: undefined });

const OF_MONITOR: readonly Row[] = [
  ["instance_id", "another team's", remembering({}, { instance_id: OTHERS_INSTANCE }), DROPPED],
  ["instance_id", "no id", remembering({}, { instance_id: "web-1; rm" }), ASIDE],
  ["instance_id", "nobody's", remembering({}, { instance_id: "i-0fffffffffffffff0" }), DROPPED],
  ["auto_scaling_group", "another team's", remembering({}, { auto_scaling_group: OTHERS_GROUP }), DROPPED],
  ["auto_scaling_group", "nobody's", remembering({}, { auto_scaling_group: "no such group" }), DROPPED],
  [
    "life_cycle_hook_name",
    "another team's",
    remembering(
      {},
      { instance_id: OTHERS_INSTANCE, auto_scaling_group: OTHERS_GROUP, life_cycle_hook_name: "theirs" },
    ),
    DROPPED,
  ],
  ["life_cycle_hook_name", "nobody's", remembering({}, { life_cycle_hook_name: "no such hook" }), DROPPED],
  [
    "lifecycle_action_token",
    "wrong",
    remembering({}, { lifecycle_action_token: WRONG_TOKEN }),
    worstOfNothing,
  ],
  ["lifecycle_action_token", "no token", remembering({}, { lifecycle_action_token: "x" }), ASIDE],
  ["time", "long ago", remembering({}, { time: LONG_AGO }), worstOfNothing],
  ["time", "in the year 9999", remembering({}, { time: FAR }), worstOfNothing],
  ["time", "no time", remembering({}, { time: "now" }), ASIDE],
  ["interrupted_at", "in the year 9999", remembering({}, { interrupted_at: FAR }), worstOfNothing],
  ["interrupted_at", "long ago", remembering({}, { interrupted_at: LONG_AGO }), worstOfNothing],
  ["interrupted_at", "in the year 9999, without a hook", interrupted, DROPPED],
  ["interrupted_at", "no time", remembering({}, { interrupted_at: "now" }), ASIDE],
  ["version", "none, as the original's", remembering({}, { version: undefined }), worstOfNothing],
  ["version", "1", remembering({ look_at: LONG_AGO }, { version: 1 }), worstOfNothing],
  ["version", "a later one", remembering({}, { version: 99 }), worstOfNothing],
  ["version", "no number", remembering({}, { version: "2" }), ASIDE],
  ["dry_run", "true", remembering({}, { dry_run: true }), worstOfNothing],
  ["dry_run", "no truth value", remembering({}, { dry_run: "yes" }), ASIDE],
  ["notices", "of the instance", notices(), DELETED],
  ["notices", "by another's hook", notices({ lifecycle_hook_names: ["theirs", "drain"] }), DELETED],
  ["notices", "of a wrong form", notices({ replace_at_once: "all" }), ASIDE],
];

const OF_LIFECYCLE: readonly Row[] = [
  ["EC2InstanceId", "another team's", lifecycle({ EC2InstanceId: OTHERS_INSTANCE }), DROPPED],
  ["EC2InstanceId", "no id", lifecycle({ EC2InstanceId: "web-1; rm" }), ASIDE],
  ["AutoScalingGroupName", "another team's", lifecycle({ AutoScalingGroupName: OTHERS_GROUP }), DROPPED],
  ["LifecycleHookName", "nobody's", lifecycle({ LifecycleHookName: "no such hook" }), DROPPED],
  [
    "LifecycleHookName",
    "another team's",
    lifecycle({
      EC2InstanceId: OTHERS_INSTANCE,
      AutoScalingGroupName: OTHERS_GROUP,
      LifecycleHookName: "theirs",
    }),
    DROPPED,
  ],
  ["LifecycleActionToken", "wrong", lifecycle({}), worstOfNothing],
  ["LifecycleActionToken", "no token", lifecycle({ LifecycleActionToken: "x" }), ASIDE],
  ["Time", "long ago", lifecycle({ Time: LONG_AGO }), worstOfNothing],
  ["Time", "in the year 9999", lifecycle({ Time: FAR }), worstOfNothing],
  ["Time", "none", lifecycle({ Time: undefined }), worstOfNothing],
  [
    "LifecycleTransition",
    "a launch",
    lifecycle({ LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" }),
    DELETED,
  ],
  ["Event", "a test", JSON.stringify({ Event: "autoscaling:TEST_NOTIFICATION" }), DELETED],
  [
    "memory",
    "all was gone",
    lifecycle({ memory: { gone_at: LONG_AGO, completed_at: LONG_AGO } }),
    worstOfNothing,
  ],
  ["body", "no JSON", "drain it all", ASIDE],
  [
    "notice",
    "a Spot interruption, which the input ignores",
    event("EC2 Spot Instance Interruption Warning", { "instance-id": TARGET }),
    DELETED,
  ],
  [
    "notice",
    "a rebalance recommendation, which the input ignores",
    event("EC2 Instance Rebalance Recommendation", { "instance-id": TARGET }),
    DELETED,
  ],
];

const rowsOf = (queue: Attack["queue"], rows: readonly Row[]) =>
  rows.flatMap(([field, value, body, worst]) =>
    inEach({ queue, field, value, body }, typeof worst === "string" ? () => worst : worst),
  );

export const ON_MESSAGES: readonly Attack[] = [
  ...rowsOf("monitor", OF_MONITOR),
  ...rowsOf("lifecycle", OF_LIFECYCLE),
];
