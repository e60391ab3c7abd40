// What a template chooses between by its conditions: statements, resources and properties that the block has or has not. Each
// choice is packaged both ways, and where the two templates differ, the release's has an Fn::If.
import { deregisterInput } from "../../functions/deregister/input.ts";
import { isOptional, PARAMETERS, type Parameter, parameterOf } from "./parameters.ts";
import type { Branch, Tree } from "./tree.ts";

type Block = Readonly<Record<string, unknown>>;

/** A choice between the block that has everything and one that lacks something. */
export type Choice = {
  /** The condition under which it is as the block that has everything has it. */
  readonly condition: string;
  readonly means: Branch;
  /** The block in which it is otherwise. */
  readonly otherwise: (block: Block) => Block;
  /** Whether it decides where another choice has decided already: without it, the other cannot be made. */
  readonly decidesLast?: boolean;
};

const is = (key: string, value: string): Branch => ({
  "Fn::Equals": [{ Ref: parameterOf(key).name }, value],
});
const not = (condition: Tree): Branch => ({ "Fn::Not": [condition] });
const any = (...conditions: Tree[]): Branch => ({ "Fn::Or": conditions });

/** What the condition is called that says whether a parameter was given. */
export function conditionOf({ name }: Parameter): string {
  return `Has${name}`;
}

const without =
  (...keys: string[]) =>
  (block: Block): Block =>
    Object.fromEntries(Object.entries(block).filter(([key]) => !keys.includes(key)));

// Both inputs have them. What is undefined is left out.
const withSettings =
  (settings: Block) =>
  ({ deregister, terminate, ...block }: Block): Block => ({
    ...block,
    deregister: { ...(deregister as Block), ...settings },
    terminate: { ...(terminate as Block), ...settings },
  });

/** The choices, in the order in which they are made. */
export const CHOICES: readonly Choice[] = [
  {
    condition: conditionOf(parameterOf("group_tag_value")),
    means: {},
    otherwise: without("group_tag"),
  },
  {
    condition: "ChangesAllClusters",
    means: {
      "Fn::And": [
        not(is("discover", "named")),
        { "Fn::Not": [{ "Fn::And": [is("clusters", ""), is("cluster_tag", "")] }] },
      ],
    },
    otherwise: withSettings({ clusters: undefined, cluster_tag: undefined }),
  },
  {
    condition: "FindsClusters",
    means: not(is("discover", "named")),
    otherwise: withSettings({ discover: "named" }),
    decidesLast: true,
  },
  {
    condition: "SeeksNotices",
    means: any(
      is("on_spot_interruption", "drain"),
      is("on_rebalance", "replace"),
      is("on_maintenance", "replace"),
    ),
    otherwise: withSettings({
      on_spot_interruption: "ignore",
      on_rebalance: "ignore",
      on_maintenance: "ignore",
    }),
  },
  {
    condition: "DeregistersAtOnce",
    means: is("deregister_at_once", "true"),
    otherwise: without("deregister_at_once"),
  },
  {
    condition: conditionOf(parameterOf("event_bus")),
    means: {},
    otherwise: withSettings({ event_bus: undefined }),
  },
  { condition: "HasDashboard", means: is("dashboard", "true"), otherwise: without("dashboard") },
  {
    condition: conditionOf(parameterOf("scale_tasks_services")),
    means: {},
    otherwise: without("scale_tasks"),
  },
  { condition: conditionOf(parameterOf("topics")), means: {}, otherwise: without("topics") },
  {
    condition: conditionOf(parameterOf("lifecycle_event_hooks")),
    means: {},
    otherwise: without("lifecycle_events"),
  },
  {
    condition: conditionOf(parameterOf("more_topics_that_may_send")),
    means: {},
    otherwise: (block) => ({
      ...block,
      more_sources_that_may_send: [parameterOf("more_rules_that_may_send").standIn],
    }),
  },
  {
    condition: conditionOf(parameterOf("kms_key_arn")),
    means: {},
    otherwise: without("kms_key_arn"),
  },
];

/** The block that has everything, with what stands in for each parameter. */
export function blockOfEverything(): Block & { readonly stage: string } {
  const standIn = (key: string) => parameterOf(key).standIn;
  const scaled = { cluster_name: standIn("scale_tasks_cluster_names"), service_name: "any" };
  const settings = Object.fromEntries(SETTINGS.map((key) => [key, exampleOf(parameterOf(key))]));
  return {
    region: "us-east-1",
    stage: String(standIn("stage")),
    groups: [standIn("groups")],
    group_tag: `asg-drain=${standIn("group_tag_value")}`,
    heartbeat_timeout_seconds: standIn("heartbeat_timeout_seconds"),
    dry_run: false,
    deregister_at_once: true,
    dashboard: true,
    deregister: settings,
    // It has this queue as its own.
    terminate: { ...without("elb_monitor_queue_name")(settings), sweep_minutes: 5 },
    scale_tasks: { services: [{ ...scaled, min_task_count: 1, n_count: 0 }] },
    ...Object.fromEntries(LISTS.map((key) => [key, [standIn(key)]])),
    more_sources_that_may_send: [standIn("more_rules_that_may_send"), standIn("more_topics_that_may_send")],
    topics: [standIn("topics")],
    lifecycle_events: { hooks: [standIn("lifecycle_event_hooks")] },
    log_retention_days: standIn("log_retention_days"),
    permissions_boundary_arn: standIn("permissions_boundary_arn"),
    kms_key_arn: standIn("kms_key_arn"),
  };
}

/** The lists of the block beside its groups. */
const LISTS = [
  "more_auto_scaling_groups",
  "more_clusters",
  "more_sender_role_ids",
  "more_roles_that_may_send",
  "alarm_actions",
  "ok_actions",
];

/** The keys of deregister's input that are parameters; terminate has them too. */
const SETTINGS = Object.keys(deregisterInput.shape).filter(
  (key) => key !== "dry_run" && PARAMETERS.some((each) => each.key === key),
);

// Any right value: an input has the parameter in its place, whatever it is.
function exampleOf({ key, kind, standIn, values, otherwise }: Parameter): unknown {
  if (kind === "list") return [standIn];
  if (kind === "number") return Number(otherwise ?? 0);
  if (kind === "truth") return otherwise === "true";
  return key.startsWith("on_") && otherwise === "ignore"
    ? values?.[0]
    : otherwise || (values?.at(-1) ?? standIn);
}

/** All conditions that a template may have: those of the choices, and whether what may be left out was given. */
export function conditions(parameters: readonly Parameter[]): Branch {
  const given = parameters
    .filter(isOptional)
    .map((each) => [
      conditionOf(each),
      each.kind === "list"
        ? not({ "Fn::Equals": [{ "Fn::Join": ["", { Ref: each.name }] }, ""] })
        : not({ "Fn::Equals": [{ Ref: each.name }, ""] }),
    ]);
  const chosen = CHOICES.filter(({ means }) => Object.keys(means).length > 0).map(({ condition, means }) => [
    condition,
    means,
  ]);
  return Object.fromEntries([...given, ...chosen]);
}

/** The keys that the block and the inputs have and the template has not, each with its reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  region: "It is where the stack is made.",
  auto_scaling_group_name: "Groups has it.",
  group_tag: "A template cannot make a tag's key of a parameter. GroupTagValue is for the tag asg-drain.",
  deregister: "Its keys are parameters.",
  terminate: "It gets what deregister gets.",
  scale_tasks: "ScaleTasksServices and ScaleTasksClusterNames are for it.",
  more_sources_that_may_send: "MoreRulesThatMaySend and MoreTopicsThatMaySend are for it.",
  lifecycle_events: "LifecycleEventHooks is for it.",
  replace_and_delete: "The stack's policy is yours to set.",
  remove_while_held: "CloudFormation does not ask before it deletes a stack.",
  tags: "They are given with the stack.",
  elb_name: "ElbNames has it.",
  cluster_name: "ClusterNames has it.",
  lifecycle_hook_name: "LifecycleHookNames has it.",
  queue_name: "It is ElbMonitorQueueName.",
  auto_scaling_groups: "Groups and MoreAutoScalingGroups are for it.",
};
