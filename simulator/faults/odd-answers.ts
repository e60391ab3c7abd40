import type { Random } from "../kernel/random.ts";

/** What an answer can lack, or have besides, that AWS documents in no way. */
type Oddities = {
  /** The key of the answer's list, or of the one thing that it is about. */
  readonly list: string;
  /** Fields of each item that AWS always sends. */
  readonly fields?: readonly string[];
  /** Where an item has a status, with dots between the keys. The first item of a list within it stands for all. */
  readonly status?: string;
  /** The key of the input that names each thing. The answer can leave one out. */
  readonly named?: string;
  /** The reasons of failures for one that is left out, and the key of its ARN. There may be no failure too. */
  readonly failures?: { readonly arn: string; readonly reasons: readonly string[] };
};

const UNKNOWN = "HOVERING";

const OPERATIONS: Readonly<Record<string, Oddities>> = {
  "autoscaling:DescribeAutoScalingInstances": {
    list: "AutoScalingInstances",
    fields: ["InstanceId", "AutoScalingGroupName", "LifecycleState"],
    status: "LifecycleState",
  },
  "autoscaling:DescribeLifecycleHooks": {
    list: "LifecycleHooks",
    fields: ["LifecycleHookName", "LifecycleTransition", "HeartbeatTimeout", "GlobalTimeout"],
  },
  "autoscaling:DescribeAutoScalingGroups": {
    list: "AutoScalingGroups",
    fields: ["AutoScalingGroupName", "DesiredCapacity", "SuspendedProcesses", "Instances"],
    status: "Instances.0.LifecycleState",
  },
  "autoscaling:DescribeScalingActivities": {
    list: "Activities",
    fields: ["Description", "StartTime", "StatusCode"],
  },
  "autoscaling:DescribeWarmPool": { list: "Instances", fields: ["InstanceId", "LifecycleState"] },
  "ecs:ListContainerInstances": { list: "containerInstanceArns" },
  "ecs:DescribeContainerInstances": {
    list: "containerInstances",
    fields: [
      "ec2InstanceId",
      "status",
      "runningTasksCount",
      "pendingTasksCount",
      "agentConnected",
      "version",
    ],
    status: "status",
    named: "containerInstances",
    failures: { arn: "containerInstanceArn", reasons: ["MISSING", "INTERNAL_ERROR"] },
  },
  "ecs:ListTasks": { list: "taskArns" },
  "ecs:DescribeTasks": {
    list: "tasks",
    fields: ["taskArn", "group", "lastStatus", "desiredStatus", "taskDefinitionArn"],
    status: "lastStatus",
    named: "tasks",
    failures: { arn: "taskArn", reasons: ["MISSING", "INTERNAL_ERROR"] },
  },
  "ecs:DescribeServices": {
    list: "services",
    fields: ["schedulingStrategy", "desiredCount", "runningCount", "pendingCount", "loadBalancers"],
    named: "services",
    failures: { arn: "serviceArn", reasons: ["INTERNAL_ERROR"] },
  },
  "ecs:DescribeServiceRevisions": {
    list: "serviceRevisions",
    named: "serviceRevisionArns",
    failures: { arn: "serviceRevisionArn", reasons: ["INTERNAL_ERROR"] },
  },
  "ecs:DescribeTaskDefinition": { list: "taskDefinition" },
  "ecs:ListClusters": { list: "clusterArns" },
  "ecs:DescribeClusters": {
    list: "clusters",
    fields: ["clusterName", "registeredContainerInstancesCount"],
    named: "clusters",
    failures: { arn: "clusterArn", reasons: ["MISSING"] },
  },
  "ecs:UpdateContainerInstancesState": { list: "containerInstances" },
  "elb:DescribeLoadBalancers": {
    list: "LoadBalancerDescriptions",
    fields: ["Instances", "ListenerDescriptions"],
    named: "LoadBalancerNames",
  },
  "elb:DescribeInstanceHealth": {
    list: "InstanceStates",
    fields: ["InstanceId", "State", "Description"],
    status: "State",
  },
  "elbv2:DescribeTargetGroups": {
    list: "TargetGroups",
    fields: ["TargetType", "Protocol", "VpcId", "LoadBalancerArns"],
    named: "TargetGroupArns",
  },
  "elbv2:DescribeTargetHealth": {
    list: "TargetHealthDescriptions",
    fields: ["Target", "TargetHealth"],
    status: "TargetHealth.State",
  },
  "ec2:DescribeInstances": {
    list: "Reservations",
    fields: ["Instances"],
    status: "Instances.0.State.Name",
  },
  "ec2:DescribeNetworkInterfaces": { list: "NetworkInterfaces", fields: ["VpcId"] },
  "ec2:DescribeInstanceStatus": { list: "InstanceStatuses" },
  "ec2:DescribeSpotInstanceRequests": { list: "SpotInstanceRequests", fields: ["InstanceId", "Status"] },
  "sqs:ReceiveMessage": { list: "Messages", fields: ["Attributes", "ReceiptHandle"] },
  "sqs:SendMessageBatch": { list: "Successful" },
  "sqs:DeleteMessageBatch": { list: "Successful" },
  "application-autoscaling:DescribeScalableTargets": { list: "ScalableTargets" },
};

type Fields = Record<string, unknown>;

/** Whether anything is known that could be odd about the answer to an action. */
export function canBeOdd(action: string): boolean {
  return Object.hasOwn(OPERATIONS, action);
}

/**
 * An answer with one oddity in it: it lacks its list, or a field of an item, or one of those that it was asked about. Or a status
 * is one that nobody knows. The call has taken effect. The given answer stays as it is.
 */
export function oddAnswer(action: string, input: object, output: object, random: Random): object {
  const { list, fields = [], status, named, failures } = OPERATIONS[action] as Oddities;
  const odd = structuredClone(output) as Fields;
  const items = listIn(odd, list);
  const item = items.length === 0 ? undefined : random.pick(items);
  const ways: (() => void)[] = [() => delete odd[list]];
  const sent = fields.filter((field) => item !== undefined && isFields(item) && item[field] !== undefined);
  if (item !== undefined && isFields(item) && sent.length > 0)
    ways.push(() => delete item[random.pick(sent)]);
  const place = status === undefined || item === undefined ? undefined : placeOf(item, status.split("."));
  if (place) ways.push(() => Object.assign(place.of, { [place.key]: UNKNOWN }));
  if (item !== undefined && named !== undefined && listIn(input as Fields, named).length > 0)
    ways.push(() => {
      odd[list] = items.filter((each) => each !== item);
      const reason = random.pick([undefined, ...(failures?.reasons ?? [])]);
      if (failures === undefined || reason === undefined || !isFields(item)) return;
      odd.failures = [...listIn(odd, "failures"), { arn: item[failures.arn], reason }];
    });
  random.pick(ways)();
  return odd;
}

function listIn(answer: Fields, key: string): readonly unknown[] {
  const list = answer[key];
  return Array.isArray(list) ? list : [];
}

function placeOf(
  item: unknown,
  [key = "", ...rest]: readonly string[],
): { of: object; key: string } | undefined {
  if (!isFields(item) || !(key in item)) return undefined;
  return rest.length === 0 ? { of: item, key } : placeOf(item[key], rest);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
