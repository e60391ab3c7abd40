// Blocks that are wrong, each with all that is said of it. None of them may be packaged.

type Block = Readonly<Record<string, unknown>>;

/** A block that is right. */
export const RIGHT = {
  region: "eu-west-1",
  stage: "blue",
  auto_scaling_group_name: "web",
  heartbeat_timeout_seconds: 900,
  dry_run: false,
  deregister: {
    lifecycle_queue_name: "blue-in",
    elb_monitor_queue_name: "blue-out",
    cluster_name: "web",
  },
  terminate: { lifecycle_queue_name: "blue-in", cluster_name: "web" },
} satisfies Block;

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:terminations";
const { deregister, terminate } = RIGHT;
const without = (key: keyof typeof RIGHT): Block =>
  Object.fromEntries(Object.entries(RIGHT).filter(([each]) => each !== key));
const within = (keys: Block): Block => ({ ...RIGHT, deregister: { ...deregister, ...keys } });
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => `${n}-`.padEnd(length, "x"));
const bothWithin = (keys: Block): Block => ({
  ...RIGHT,
  deregister: { ...deregister, ...keys },
  terminate: { ...terminate, ...keys },
});
const service = { cluster_name: "web", service_name: "edge", min_task_count: 2, n_count: 1 };

/** [why, the block, what is said of it, after `serverless.yml: custom.`] */
export const WRONG: readonly (readonly [why: string, block: Block, problems: readonly string[]])[] = [
  [
    "a key with a slip in it",
    { ...without("heartbeat_timeout_seconds"), heartbeat_timeout_secnds: 900 },
    [
      "heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found nothing",
      "heartbeat_timeout_secnds: unknown key; did you mean heartbeat_timeout_seconds?",
    ],
  ],
  [
    "a key of deregister's with a slip in it",
    within({ drain_timeout_secnds: 900 }),
    ["deregister.drain_timeout_secnds: unknown key; did you mean drain_timeout_seconds?"],
  ],
  [
    "the same slip in both inputs, told once",
    bothWithin({ "cluster-name": "web" }),
    ["deregister.cluster-name: unknown key; did you mean cluster_name?"],
  ],
  ["a key that is one of an input's", { ...RIGHT, elb_name: "web" }, ["elb_name: unknown key"]],
  [
    "no Region",
    without("region"),
    ["region: expected the name of an AWS Region, such as us-east-1, found nothing"],
  ],
  [
    "a zone in place of its Region",
    { ...RIGHT, region: "us-east-1a" },
    ['region: expected the name of an AWS Region, such as us-east-1, found "us-east-1a"'],
  ],
  [
    "no stage",
    without("stage"),
    ["stage: expected a name of up to 42 letters, digits and hyphens, found nothing"],
  ],
  [
    "a stage that no function's name can have",
    { ...RIGHT, stage: "blue_green" },
    ['stage: expected a name of up to 42 letters, digits and hyphens, found "blue_green"'],
  ],
  [
    "a hook that is too short",
    { ...RIGHT, heartbeat_timeout_seconds: 29 },
    ["heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found 29"],
  ],
  [
    "a hook that is too long",
    { ...RIGHT, heartbeat_timeout_seconds: 7201 },
    ["heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found 7201"],
  ],
  [
    "a number that is a text",
    { ...RIGHT, heartbeat_timeout_seconds: "900" },
    ['heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found "900"'],
  ],
  ["yes in place of true", { ...RIGHT, dry_run: "yes" }, ['dry_run: expected true or false, found "yes"']],
  [
    "a group by its ARN",
    { ...RIGHT, auto_scaling_group_name: "arn:aws:autoscaling:eu-west-1:123456789012:web" },
    [
      'auto_scaling_group_name: expected the name of an Auto Scaling group, found "arn:aws:autoscaling:eu-west-1:123456789012:web"',
    ],
  ],
  [
    "many groups by a star",
    { ...RIGHT, more_auto_scaling_groups: ["web-*"] },
    [
      'more_auto_scaling_groups[0]: expected the name of one Auto Scaling group, without * and ?, found "web-*"',
    ],
  ],
  [
    "a group twice",
    { ...RIGHT, more_auto_scaling_groups: ["batch", "web"] },
    ['more_auto_scaling_groups[1]: expected each name once, found "web" in auto_scaling_group_name too'],
  ],
  [
    "a list that is one name",
    { ...RIGHT, more_auto_scaling_groups: "batch" },
    ['more_auto_scaling_groups: expected a list of Auto Scaling group names, found "batch"'],
  ],
  [
    "no input for deregister",
    without("deregister"),
    ["deregister: expected deregister's input, found nothing"],
  ],
  [
    "one queue for both",
    within({ elb_monitor_queue_name: "blue-in" }),
    ['deregister.elb_monitor_queue_name: expected another queue than lifecycle_queue_name, found "blue-in"'],
  ],
  [
    "a FIFO queue",
    { ...without("terminate"), deregister: { ...deregister, lifecycle_queue_name: "blue.fifo" } },
    ['deregister.lifecycle_queue_name: expected the name of a standard SQS queue, found "blue.fifo"'],
  ],
  [
    "a queue whose dead letters' queue would have too long a name",
    { ...within({ elb_monitor_queue_name: "x".repeat(68) }) },
    [
      "deregister.elb_monitor_queue_name: expected at most 67 characters, because SQS takes 80 and the dead letters' queue has -dead-letters after it, found 68",
    ],
  ],
  [
    "a queue that is the other's dead letters'",
    within({ elb_monitor_queue_name: "blue-in-dead-letters" }),
    [
      'deregister.elb_monitor_queue_name: expected another name than that of the dead letters of "blue-in", found "blue-in-dead-letters"',
    ],
  ],
  [
    "a terminate that reads another queue than deregister sends to",
    { ...RIGHT, terminate: { ...terminate, queue_name: "green-out" } },
    ['terminate.queue_name: expected deregister\'s elb_monitor_queue_name, "blue-out", found "green-out"'],
  ],
  [
    "a terminate that looks for another hook",
    { ...RIGHT, terminate: { ...terminate, lifecycle_queue_name: "green-in" } },
    [
      'terminate.lifecycle_queue_name: expected deregister\'s lifecycle_queue_name, "blue-in", found "green-in"',
    ],
  ],
  [
    "a word with a slip in it",
    within({ on_timeout: "contineu" }),
    [
      'deregister.on_timeout: expected one of "continue", "abandon", "leave", found "contineu"; did you mean "continue"?',
    ],
  ],
  [
    "a number that is out of its bounds",
    within({ drain_timeout_seconds: 59 }),
    ["deregister.drain_timeout_seconds: expected a whole number of seconds from 60 to 172800, found 59"],
  ],
  [
    "two wrong values and a wrong key, all told at once",
    { ...within({ poll_seconds: 0, stop_tasks: true }), more_cluster: ["web"] },
    [
      "more_cluster: unknown key; did you mean more_clusters?",
      "deregister.poll_seconds: expected a whole number of seconds from 1 to 60, found 0",
      'deregister.stop_tasks: expected one of "none", "daemon", "all", found true',
    ],
  ],
  [
    "a service without its counts",
    { ...RIGHT, scale_tasks: { services: [{ cluster_name: "web", service_name: "edge" }] } },
    [
      "scale_tasks.services[0].min_task_count: expected a whole number from 0 on, found nothing",
      "scale_tasks.services[0].n_count: expected a whole number from 0 on, found nothing",
    ],
  ],
  [
    "a service with a slip in a key",
    { ...RIGHT, scale_tasks: { services: [{ ...service, servicename: "edge" }] } },
    ["scale_tasks.services[0].servicename: unknown key; did you mean service_name?"],
  ],
  [
    "a name in place of a role's ARN",
    { ...RIGHT, more_roles_that_may_send: ["on-call"] },
    ['more_roles_that_may_send[0]: expected the ARN of an IAM role, found "on-call"'],
  ],
  [
    "a session in place of its role",
    { ...RIGHT, more_roles_that_may_send: ["arn:aws:sts::123456789012:assumed-role/on-call/me"] },
    [
      'more_roles_that_may_send[0]: expected the ARN of an IAM role, found "arn:aws:sts::123456789012:assumed-role/on-call/me"',
    ],
  ],
  [
    "a queue in place of a rule",
    { ...RIGHT, more_sources_that_may_send: ["arn:aws:sqs:eu-west-1:123456789012:in"] },
    [
      'more_sources_that_may_send[0]: expected the ARN of an EventBridge rule or an SNS topic, found "arn:aws:sqs:eu-west-1:123456789012:in"',
    ],
  ],
  [
    "a role's name in place of its id",
    { ...RIGHT, more_sender_role_ids: ["deregister"] },
    [
      'more_sender_role_ids[0]: expected the id of an IAM role, such as AROA1EXAMPLE2EXAMPLE3, found "deregister"',
    ],
  ],
  [
    "a mail address in place of a topic",
    { ...RIGHT, alarm_actions: ["on-call@example.com"] },
    [
      'alarm_actions[0]: expected an ARN that CloudWatch tells, such as that of an SNS topic, found "on-call@example.com"',
    ],
  ],
  [
    "an input that is too long for EventBridge",
    within({ target_groups: names(190, 32).concat(names(100, 32)).slice(0, 200), elb_names: names(60, 32) }),
    [
      "deregister: expected an input of at most 8,192 characters as JSON, which is all that EventBridge takes, found 9,239; name fewer load balancers and target groups: what has the instance is found without a name, too",
    ],
  ],
  [
    "an input that is too long for Lambda's environment",
    { ...within({ target_groups: names(120, 32) }), deregister_at_once: true },
    [
      "deregister_at_once: expected deregister's input to fit into Lambda's environment of 4,096 bytes, found 4,695 bytes with it; name fewer load balancers and target groups, or set it to false",
    ],
  ],
  [
    "more groups than IAM takes in a policy",
    { ...RIGHT, more_auto_scaling_groups: names(66, 20) },
    [
      "more_auto_scaling_groups: expected inline policies of at most 10,240 characters, which is all that IAM takes for a role, found 10,676 of TerminateRole; let groups carry group_tag and clusters cluster_tag in place of their names, or deploy a second stage for the others",
    ],
  ],
  [
    "more groups with hooks than IAM takes in a policy",
    { ...RIGHT, groups: names(66, 20) },
    [
      "groups: expected inline policies of at most 10,240 characters, which is all that IAM takes for a role, found 10,676 of TerminateRole; let groups carry group_tag and clusters cluster_tag in place of their names, or deploy a second stage for the others",
    ],
  ],
  [
    "no group at all",
    without("auto_scaling_group_name"),
    ["auto_scaling_group_name: expected it, groups or group_tag, found nothing"],
  ],
  [
    "a group with a hook twice",
    { ...RIGHT, groups: ["batch", "web", { name: "batch" }] },
    [
      'groups[1]: expected each name once, found "web" in auto_scaling_group_name too',
      'groups[2].name: expected each name once, found "batch" in groups[0] too',
    ],
  ],
  [
    "a group's settings with slips in them",
    { ...RIGHT, groups: [{ name: "batch", drain_timeout_secnds: 900, on_timeout: "abndon" }] },
    [
      'groups[0].on_timeout: expected one of "continue", "abandon", "leave", found "abndon"; did you mean "abandon"?',
      "groups[0].drain_timeout_secnds: unknown key; did you mean drain_timeout_seconds?",
    ],
  ],
  [
    "a group without its name, with a hook that is too short, and another one with a star",
    { ...RIGHT, groups: [{ heartbeat_timeout_seconds: 10 }, "batch-*"] },
    [
      "groups[0].name: expected the name of an Auto Scaling group, found nothing",
      "groups[0].heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found 10",
      'groups[1]: expected the name of one Auto Scaling group, without * and ?, found "batch-*"',
    ],
  ],
  [
    "a switch that no group has of its own",
    { ...RIGHT, groups: [{ name: "batch", dry_run: true }] },
    ["groups[0].dry_run: unknown key"],
  ],
  [
    "settings that are too long for a hook's metadata",
    { ...RIGHT, groups: [{ name: "batch", target_groups: names(40, 32) }] },
    [
      "groups[0]: expected settings of at most 1,023 characters as JSON, which is all that a hook's metadata takes, found 1,419; name fewer load balancers and target groups: what has the instance is found without a name, too",
    ],
  ],
  [
    "a tag without a key",
    { ...RIGHT, group_tag: "=yes" },
    ['group_tag: expected a tag\'s key, or key=value, found "=yes"'],
  ],
  [
    "another tag for terminate than the roles go by",
    { ...RIGHT, group_tag: "drain", terminate: { ...terminate, group_tag: "drain=yes" } },
    ['terminate.group_tag: expected the block\'s group_tag, "drain", found "drain=yes"'],
  ],
  [
    "a number of days that CloudWatch Logs does not take",
    { ...RIGHT, log_retention_days: 31 },
    [
      "log_retention_days: expected one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, found 31",
    ],
  ],
  [
    "a key by its alias",
    { ...RIGHT, kms_key_arn: "arn:aws:kms:eu-west-1:123456789012:alias/ours" },
    [
      'kms_key_arn: expected the ARN of a KMS key, not of its alias, found "arn:aws:kms:eu-west-1:123456789012:alias/ours"',
    ],
  ],
  [
    "a key and a topic of another Region",
    {
      ...RIGHT,
      kms_key_arn: "arn:aws:kms:us-east-1:123456789012:key/1",
      ok_actions: ["arn:aws:sns:us-east-1:123456789012:on-call"],
    },
    [
      'kms_key_arn: expected an ARN in eu-west-1, found "arn:aws:kms:us-east-1:123456789012:key/1"',
      'ok_actions[0]: expected an ARN in eu-west-1, found "arn:aws:sns:us-east-1:123456789012:on-call"',
    ],
  ],
  [
    "a tag of AWS's own",
    { ...RIGHT, tags: { "aws:team": "web" } },
    [
      'tags: expected up to 50 tags, each with a key that does not begin with aws:, and a text as its value, found {"aws:team":"web"}',
    ],
  ],
  [
    "a role in place of a boundary",
    { ...RIGHT, permissions_boundary_arn: "arn:aws:iam::123456789012:role/boundary" },
    [
      'permissions_boundary_arn: expected the ARN of an IAM policy, found "arn:aws:iam::123456789012:role/boundary"',
    ],
  ],
  [
    "a queue in place of a topic, and a FIFO topic",
    {
      ...RIGHT,
      topics: ["arn:aws:sqs:eu-west-1:123456789012:in", "arn:aws:sns:eu-west-1:123456789012:in.fifo"],
    },
    [
      'topics[0]: expected the ARN of an SNS topic, found "arn:aws:sqs:eu-west-1:123456789012:in"',
      'topics[1]: expected the ARN of an SNS topic, found "arn:aws:sns:eu-west-1:123456789012:in.fifo"',
    ],
  ],
  [
    "a topic twice, and one of another Region",
    { ...RIGHT, topics: [TOPIC, TOPIC, "arn:aws:sns:us-east-1:123456789012:terminations"] },
    [
      `topics[1]: expected each name once, found "${TOPIC}" in topics[0] too`,
      'topics[2]: expected an ARN in eu-west-1, found "arn:aws:sns:us-east-1:123456789012:terminations"',
    ],
  ],
  [
    "a rule for lifecycle actions without a hook",
    { ...RIGHT, lifecycle_events: { groups: ["web"] } },
    ["lifecycle_events.hooks: expected a list of lifecycle hook names, found nothing"],
  ],
  [
    "a rule for lifecycle actions of no hook, and a slip",
    { ...RIGHT, lifecycle_events: { hooks: [], group: ["web"] } },
    [
      "lifecycle_events.hooks: expected a list of lifecycle hook names, with at least one, found []",
      "lifecycle_events.group: unknown key; did you mean groups?",
    ],
  ],
  [
    "hooks as they are called, in place of an object",
    { ...RIGHT, lifecycle_events: ["drain"] },
    [
      'lifecycle_events: expected an object with the names of hooks, and of groups if you like, found ["drain"]',
    ],
  ],
  [
    "a rule for hooks of a group that the roles may not act on, and a hook twice",
    { ...RIGHT, lifecycle_events: { hooks: ["drain", "drain"], groups: ["web", "batch"] } },
    [
      'lifecycle_events.hooks[1]: expected each name once, found "drain" in lifecycle_events.hooks[0] too',
      'lifecycle_events.groups[1]: expected a group that the block names, found "batch"; name it in more_auto_scaling_groups too',
    ],
  ],
  [
    "a rule whose pattern is too long for EventBridge",
    { ...RIGHT, more_auto_scaling_groups: names(30, 70), lifecycle_events: { hooks: ["drain"] } },
    [
      "lifecycle_events: expected a pattern of at most 2,048 characters as JSON, which is all that EventBridge takes, found 2,350; list in lifecycle_events.groups only those with such a hook",
    ],
  ],
  [
    "a terminate that does not know a hook for which deregister begins drains",
    {
      ...RIGHT,
      deregister: { ...deregister, lifecycle_hook_names: ["ours", "theirs"] },
      terminate: { ...terminate, lifecycle_hook_names: ["ours"] },
    },
    ['terminate.lifecycle_hook_names: expected all of deregister\'s, "theirs" too, found ["ours"]'],
  ],
];
