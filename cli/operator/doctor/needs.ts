import type { DrainKeys } from "../../../shared/model/settings.ts";
import { settingsOf } from "../../../shared/model/settings.ts";
import type { Asked, GroupShown, QueueShown } from "./facts.ts";

/** Actions that a role needs on one resource. `check` is the id of the check that tells where one is missing. */
export type Need = Asked & {
  readonly check: string;
  /** Whose role it is: a function's name, or the hook's. */
  readonly of: string;
};

/** What is needed to say what the roles need. */
export type NeedsOf = {
  /** The ARN of one of the functions: it has the partition, the Region and the account. */
  readonly functionArn: string;
  readonly deployment: string;
  readonly settings: DrainKeys;
  /** The names or ARNs of the clusters that are named, without those that there are not. */
  readonly clusters: readonly string[];
  readonly groups: readonly GroupShown[];
  readonly lifecycle: QueueShown | undefined;
  readonly monitor: QueueShown | undefined;
  readonly eventBus: string | undefined;
  /** Whether a notice may have an instance replaced. */
  readonly replaces: boolean;
  readonly scaled: readonly { readonly cluster: string; readonly service: string }[];
};

/** The reads that no policy can bind to a resource. */
const READS = [
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeAutoScalingInstances",
  "autoscaling:DescribeLifecycleHooks",
  "autoscaling:DescribeScalingActivities",
  "ec2:DescribeInstanceStatus",
  "ec2:DescribeInstances",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSpotInstanceRequests",
  "elasticloadbalancing:DescribeInstanceHealth",
  "elasticloadbalancing:DescribeLoadBalancerAttributes",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeTargetGroupAttributes",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
];
const RECEIVES = ["sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
const SENDS = ["sqs:GetQueueUrl", "sqs:SendMessage"];
const USES_KEY = ["kms:Decrypt", "kms:GenerateDataKey"];

/** What stands for any resource of a kind in an ARN: nobody has one of this name. */
const ANY = "asg-drain-doctor";

/**
 * What the roles of the functions need, as the functions' calls are. It is deploy/permissions.cjs seen from the other side: a test holds
 * the two together.
 */
export function needsOf(given: NeedsOf): Need[] {
  const arn = arnsLike(given.functionArn);
  return [
    ...(["deregister", "terminate"] as const).flatMap((of) => [
      ...ofDrain(of, given, arn),
      {
        check: "permission-log",
        of,
        ...asked(["logs:CreateLogStream", "logs:PutLogEvents"], logGroup(of, given, arn)),
      },
    ]),
    ...ofQueues(given, arn),
    ...ofTerminate(given, arn),
    ...given.scaled.flatMap((each) => ofScaling(each, arn)),
  ];
}

type Arns = (service: string, resource: string) => string;

function arnsLike(functionArn: string): Arns {
  const [, partition, , region, account] = functionArn.split(":");
  return (service, resource) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

function asked(actions: readonly string[], resource: string, context: Asked["context"] = {}): Asked {
  return { actions, resource, context };
}

function logGroup(of: string, { deployment }: NeedsOf, arn: Arns): string {
  return arn("logs", `log-group:/aws/lambda/${deployment}-${of}:log-stream:${ANY}`);
}

function clusterArns({ clusters }: NeedsOf, arn: Arns): string[] {
  return clusters.map((each) => (each.startsWith("arn:") ? each : arn("ecs", `cluster/${each}`)));
}

function inCluster(cluster: string, kind: string): string {
  return `${cluster.replace(/:cluster\/.*/, "")}:${kind}/${cluster.split("/").at(-1)}/${ANY}`;
}

function ofDrain(of: "deregister" | "terminate", given: NeedsOf, arn: Arns): Need[] {
  const clusters = clusterArns(given, arn);
  const { discover } = settingsOf(given.settings);
  const read = "permission-read";
  return [
    { check: read, of, ...asked(READS, "*") },
    ...(discover === "named" ? [] : [{ check: read, of, ...asked(["ecs:ListClusters"], "*") }]),
    ...(clusters.length === 0 ? [] : [{ check: read, of, ...asked(["ecs:DescribeTaskDefinition"], "*") }]),
    ...clusters.flatMap((cluster) => [
      { check: read, of, ...asked(["ecs:DescribeClusters", "ecs:ListContainerInstances"], cluster) },
      {
        check: read,
        of,
        ...asked(
          ["ecs:DescribeContainerInstances", "ecs:ListTasks"],
          inCluster(cluster, "container-instance"),
          {
            "ecs:cluster": cluster,
          },
        ),
      },
      {
        check: read,
        of,
        ...asked(["ecs:DescribeTasks"], inCluster(cluster, "task"), { "ecs:cluster": cluster }),
      },
      {
        check: read,
        of,
        ...asked(["ecs:DescribeServices"], inCluster(cluster, "service"), { "ecs:cluster": cluster }),
      },
      {
        check: "permission-drain",
        of,
        ...asked(["ecs:UpdateContainerInstancesState"], inCluster(cluster, "container-instance"), {
          "ecs:cluster": cluster,
        }),
      },
      { check: "permission-container-instance", of, ...asked(["ecs:DeregisterContainerInstance"], cluster) },
    ]),
    ...balancers(
      of,
      "permission-deregister",
      ["DeregisterTargets", "DeregisterInstancesFromLoadBalancer"],
      arn,
    ),
    ...given.groups.map((group) => ({
      check: "permission-heartbeat",
      of,
      ...asked(["autoscaling:RecordLifecycleActionHeartbeat"], group.arn, tagsOf(group)),
    })),
    ...(given.eventBus === undefined
      ? []
      : [{ check: "permission-events", of, ...asked(["events:PutEvents"], busArn(given.eventBus, arn)) }]),
  ];
}

function busArn(bus: string, arn: Arns): string {
  return bus.startsWith("arn:") ? bus : arn("events", `event-bus/${bus}`);
}

function tagsOf({ tags }: GroupShown): Asked["context"] {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}

function balancers(
  of: string,
  check: string,
  [targets = "", classic = ""]: readonly string[],
  arn: Arns,
): Need[] {
  const name = (action: string) => `elasticloadbalancing:${action}`;
  return [
    {
      check,
      of,
      ...asked([name(targets)], arn("elasticloadbalancing", `targetgroup/${ANY}/0123456789abcdef`)),
    },
    { check, of, ...asked([name(classic)], arn("elasticloadbalancing", `loadbalancer/${ANY}`)) },
  ];
}

function ofQueues({ lifecycle, monitor }: NeedsOf, arn: Arns): Need[] {
  const check = "permission-queues";
  const deadLettersOf = ({ deadLetters }: QueueShown, of: string): Need[] =>
    deadLetters === undefined ? [] : [{ check, of, ...asked(SENDS, arn("sqs", deadLetters)) }];
  const keyOf = ({ key }: QueueShown, of: string): Need[] =>
    key?.startsWith("arn:") ? [{ check: "permission-key", of, ...asked(USES_KEY, key) }] : [];
  return [
    ...(lifecycle
      ? [
          { check, of: "deregister", ...asked(RECEIVES, lifecycle.arn) },
          ...deadLettersOf(lifecycle, "deregister"),
          ...keyOf(lifecycle, "deregister"),
        ]
      : []),
    ...(monitor
      ? [
          { check, of: "deregister", ...asked(SENDS, monitor.arn) },
          { check, of: "terminate", ...asked([...RECEIVES, "sqs:SendMessage"], monitor.arn) },
          ...deadLettersOf(monitor, "terminate"),
          ...keyOf(monitor, "deregister"),
          ...keyOf(monitor, "terminate"),
        ]
      : []),
  ];
}

function ofTerminate(given: NeedsOf, arn: Arns): Need[] {
  const of = "terminate";
  return [
    { check: "permission-read", of, ...asked(["autoscaling:DescribeWarmPool"], "*") },
    ...given.groups.flatMap((group) => [
      {
        check: "permission-complete",
        of,
        ...asked(["autoscaling:CompleteLifecycleAction"], group.arn, tagsOf(group)),
      },
      ...(given.replaces
        ? [
            {
              check: "permission-replace",
              of,
              ...asked(["autoscaling:TerminateInstanceInAutoScalingGroup"], group.arn, tagsOf(group)),
            },
          ]
        : []),
    ]),
    ...clusterArns(given, arn).flatMap((cluster) => [
      {
        check: "permission-stop-task",
        of,
        ...asked(["ecs:StopTask", "ecs:GetTaskProtection"], inCluster(cluster, "task"), {
          "ecs:cluster": cluster,
        }),
      },
    ]),
    ...balancers(of, "permission-restore", ["RegisterTargets", "RegisterInstancesWithLoadBalancer"], arn),
  ];
}

function ofScaling(
  { cluster, service }: { readonly cluster: string; readonly service: string },
  arn: Arns,
): Need[] {
  const of = "scale-tasks";
  const check = "permission-scale";
  const whole = cluster.startsWith("arn:") ? cluster : arn("ecs", `cluster/${cluster}`);
  const resource = inCluster(whole, "service").replace(ANY, service);
  return [
    { check, of, ...asked(["application-autoscaling:DescribeScalableTargets"], "*") },
    { check, of, ...asked(["ecs:ListContainerInstances"], whole) },
    {
      check,
      of,
      ...asked(["ecs:DescribeServices", "ecs:UpdateService"], resource, { "ecs:cluster": whole }),
    },
  ];
}

/** What a hook's role needs: Auto Scaling sends with it. */
export function needsOfHook(queue: QueueShown): Need[] {
  const of = "the hook";
  return [
    { check: "permission-hook", of, ...asked(SENDS, queue.arn) },
    ...(queue.key?.startsWith("arn:")
      ? [{ check: "permission-key", of, ...asked(USES_KEY, queue.key) }]
      : []),
  ];
}
