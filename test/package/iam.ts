// Says what a role of the packaged template allows, and what IAM would be asked for a call that was made. The resources
// of each action are those of AWS's service authorization reference.

import type { RecordedCall } from "../../simulator/cloud/simulation.ts";
import { ACCOUNT, REGION } from "../../simulator/kernel/account.ts";
import type { Resources } from "./packaged.ts";

/** One action on one resource, as a policy sees it. */
export type IamRequest = {
  readonly action: string;
  readonly resource: string;
  readonly cluster?: string;
  /** The tags of the resource. */
  readonly tags?: Readonly<Record<string, string>>;
};

type Statement = {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
type Policy = { readonly PolicyDocument: { readonly Statement: readonly Statement[] } };

/** A role's permissions. */
export type Role = {
  /** All actions in it, on whatever resource. */
  readonly actions: readonly string[];
  readonly allows: (request: IamRequest) => boolean;
};

/** Reads a role of the template. Throws where it holds what is not understood here. */
export function readRole(resources: Resources, roleId: string): Role {
  const attached = Object.values(resources).filter(
    ({ Type, Properties }) =>
      Type === "AWS::IAM::Policy" && JSON.stringify(Properties.Roles).includes(`{"Ref":"${roleId}"}`),
  );
  const policies = [
    ...((resources[roleId]?.Properties.Policies ?? []) as unknown as Policy[]),
    ...attached.map(({ Properties }) => Properties as unknown as Policy),
  ];
  const statements = policies.flatMap((each) => each.PolicyDocument.Statement);
  for (const { Effect, Condition } of statements) {
    const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
      Object.keys(keys).map((key) => `${operator} ${key}`),
    );
    if (Effect !== "Allow" || conditions.some((each) => !UNDERSTOOD.test(each))) {
      throw new Error(`${roleId}: expected Allow, and conditions on clusters and tags at the most`);
    }
  }
  const actionsOf = ({ Action }: Statement) => [Action].flat();
  return {
    actions: [...new Set(statements.flatMap(actionsOf))].sort(),
    allows: (request) =>
      statements.some(
        (each) =>
          actionsOf(each).includes(request.action) &&
          [each.Resource].flat().some((value) => matches(arnOf(resources, value), request.resource)) &&
          meets(request, each, resources),
      ),
  };
}

const UNDERSTOOD = /^(ArnEquals ecs:cluster|(StringEquals|Null) aws:ResourceTag\/[^/]+)$/;

// Whether a request meets all conditions of a statement. A key that the request does not have meets none but Null.
function meets(
  { cluster, tags = {} }: IamRequest,
  { Condition = {} }: Statement,
  resources: Resources,
): boolean {
  const found = (key: string) =>
    key === "ecs:cluster" ? cluster : tags[key.slice("aws:ResourceTag/".length)];
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const value = found(key);
      if (operator === "Null") return String(value === undefined) === expected;
      return value !== undefined && [expected].flat().some((each) => arnOf(resources, each) === value);
    }),
  );
}

// As IAM does: a star stands for any characters.
function matches(pattern: string, resource: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`).test(resource);
}

function arnOf(resources: Resources, value: unknown): string {
  if (typeof value === "string") return value;
  const { "Fn::Sub": text, "Fn::GetAtt": attribute } = value as {
    "Fn::Sub"?: string;
    "Fn::GetAtt"?: string[];
  };
  if (text !== undefined) {
    return text
      .replaceAll(`\${AWS::Partition}`, "aws")
      .replaceAll(`\${AWS::Region}`, REGION)
      .replaceAll(`\${AWS::AccountId}`, ACCOUNT);
  }
  const { Type, Properties } = resources[attribute?.[0] ?? ""] ?? {};
  if (Type === "AWS::SQS::Queue") return queueArn(String(Properties?.QueueName));
  if (Type === "AWS::Logs::LogGroup")
    return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${Properties?.LogGroupName}:*`;
  throw new Error(`cannot tell the ARN of ${JSON.stringify(value)}`);
}

type Input = Readonly<Record<string, unknown>>;
type Asked = { readonly action: string; readonly resources: readonly string[]; readonly cluster?: string };

const queueArn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
const loadBalancingArn = (resource: string) =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:${resource}`;
const ecsArn = (resource: string) => `arn:aws:ecs:${REGION}:${ACCOUNT}:${resource}`;

const onQueue =
  (action: string) =>
  ({ QueueUrl, QueueName }: Input): Asked => ({
    action: `sqs:${action}`,
    resources: [queueArn(String(QueueName ?? String(QueueUrl).split("/").at(-1)))],
  });
const onAll = (action: string) => (): Asked => ({ action, resources: ["*"] });
const onClassic =
  (action: string) =>
  ({ LoadBalancerName }: Input): Asked => ({
    action: `elasticloadbalancing:${action}`,
    resources: [loadBalancingArn(`loadbalancer/${LoadBalancerName}`)],
  });
const onTargetGroup =
  (action: string) =>
  ({ TargetGroupArn }: Input): Asked => ({
    action: `elasticloadbalancing:${action}`,
    resources: [String(TargetGroupArn)],
  });
const onGroup = (action: string, group: unknown): Asked => ({
  action: `autoscaling:${action}`,
  resources: [
    `arn:aws:autoscaling:${REGION}:${ACCOUNT}:autoScalingGroup:8d7b2f3e-0000-4000-8000-000000000000:autoScalingGroupName/${group}`,
  ],
});
const inCluster =
  (action: string, resourcesOf: (input: Input) => readonly string[]) =>
  (input: Input): Asked => ({
    action: `ecs:${action}`,
    resources: resourcesOf(input),
    cluster: ecsArn(`cluster/${input.cluster}`),
  });

/** What IAM would be asked for a call; the group is that of all instances, which a call may not name. */
type Ask = (input: Input, group: string) => Asked;

const ASKED: Readonly<Record<string, Ask>> = {
  "sqs:GetQueueUrl": onQueue("GetQueueUrl"),
  "sqs:GetQueueAttributes": onQueue("GetQueueAttributes"),
  "sqs:ReceiveMessage": onQueue("ReceiveMessage"),
  "sqs:SendMessage": onQueue("SendMessage"),
  "sqs:SendMessageBatch": onQueue("SendMessage"),
  "sqs:DeleteMessageBatch": onQueue("DeleteMessage"),
  "application-autoscaling:DescribeScalableTargets": onAll("application-autoscaling:DescribeScalableTargets"),
  "autoscaling:DescribeAutoScalingGroups": onAll("autoscaling:DescribeAutoScalingGroups"),
  "autoscaling:DescribeAutoScalingInstances": onAll("autoscaling:DescribeAutoScalingInstances"),
  "autoscaling:DescribeLifecycleHooks": onAll("autoscaling:DescribeLifecycleHooks"),
  "autoscaling:DescribeScalingActivities": onAll("autoscaling:DescribeScalingActivities"),
  "autoscaling:DescribeWarmPool": onAll("autoscaling:DescribeWarmPool"),
  "autoscaling:CompleteLifecycleAction": ({ AutoScalingGroupName }) =>
    onGroup("CompleteLifecycleAction", AutoScalingGroupName),
  "autoscaling:RecordLifecycleActionHeartbeat": ({ AutoScalingGroupName }) =>
    onGroup("RecordLifecycleActionHeartbeat", AutoScalingGroupName),
  "autoscaling:TerminateInstanceInAutoScalingGroup": (_, group) =>
    onGroup("TerminateInstanceInAutoScalingGroup", group),
  "events:PutEvents": ({ Entries }) => ({
    action: "events:PutEvents",
    resources: [
      ...new Set(
        (Entries as readonly Input[]).map(
          ({ EventBusName }) => `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${EventBusName}`,
        ),
      ),
    ],
  }),
  "ec2:DescribeInstances": onAll("ec2:DescribeInstances"),
  "ec2:DescribeInstanceStatus": onAll("ec2:DescribeInstanceStatus"),
  "ec2:DescribeSpotInstanceRequests": onAll("ec2:DescribeSpotInstanceRequests"),
  "ec2:DescribeNetworkInterfaces": onAll("ec2:DescribeNetworkInterfaces"),
  "elb:DescribeLoadBalancers": onAll("elasticloadbalancing:DescribeLoadBalancers"),
  "elb:DescribeInstanceHealth": onAll("elasticloadbalancing:DescribeInstanceHealth"),
  "elb:DeregisterInstancesFromLoadBalancer": onClassic("DeregisterInstancesFromLoadBalancer"),
  "elb:RegisterInstancesWithLoadBalancer": onClassic("RegisterInstancesWithLoadBalancer"),
  "elbv2:DescribeTargetGroups": onAll("elasticloadbalancing:DescribeTargetGroups"),
  "elb:DescribeLoadBalancerAttributes": onAll("elasticloadbalancing:DescribeLoadBalancerAttributes"),
  "elbv2:DescribeTargetGroupAttributes": onAll("elasticloadbalancing:DescribeTargetGroupAttributes"),
  "elbv2:DescribeTargetHealth": onAll("elasticloadbalancing:DescribeTargetHealth"),
  "elbv2:DeregisterTargets": onTargetGroup("DeregisterTargets"),
  "elbv2:RegisterTargets": onTargetGroup("RegisterTargets"),
  "ecs:ListContainerInstances": inCluster("ListContainerInstances", ({ cluster }) => [
    ecsArn(`cluster/${cluster}`),
  ]),
  "ecs:DescribeContainerInstances": inCluster(
    "DescribeContainerInstances",
    ({ containerInstances }) => containerInstances as string[],
  ),
  "ecs:DescribeClusters": ({ clusters }) => ({
    action: "ecs:DescribeClusters",
    resources: (clusters as string[]).map((each) =>
      each.startsWith("arn:") ? each : ecsArn(`cluster/${each}`),
    ),
  }),
  "ecs:ListClusters": onAll("ecs:ListClusters"),
  "ecs:ListTasks": inCluster("ListTasks", ({ containerInstance = "*" }) => [String(containerInstance)]),
  "ecs:DescribeTasks": inCluster("DescribeTasks", ({ tasks }) => tasks as string[]),
  "ecs:DescribeTaskDefinition": onAll("ecs:DescribeTaskDefinition"),
  "ecs:DescribeServices": inCluster("DescribeServices", ({ cluster, services }) =>
    (services as string[]).map((name) => ecsArn(`service/${cluster}/${name}`)),
  ),
  "ecs:DescribeServiceRevisions": ({ serviceRevisionArns }) => {
    const resources = serviceRevisionArns as string[];
    return {
      action: "ecs:DescribeServiceRevisions",
      resources,
      cluster: ecsArn(`cluster/${resources[0]?.split("/")[1]}`),
    };
  },
  "ecs:UpdateService": inCluster("UpdateService", ({ cluster, service }) => [
    ecsArn(`service/${cluster}/${service}`),
  ]),
  "ecs:StopTask": inCluster("StopTask", ({ task }) => [String(task)]),
  "ecs:GetTaskProtection": inCluster("GetTaskProtection", ({ tasks }) => tasks as string[]),
  // Asked of the cluster itself, so the key ecs:cluster is not there.
  "ecs:DeregisterContainerInstance": ({ cluster }) => ({
    action: "ecs:DeregisterContainerInstance",
    resources: [ecsArn(`cluster/${cluster}`)],
  }),
  "ecs:UpdateContainerInstancesState": inCluster(
    "UpdateContainerInstancesState",
    ({ containerInstances }) => containerInstances as string[],
  ),
};

/**
 * What IAM would be asked for a call, where all instances are in one group. Throws for an operation that has no line above.
 */
export function requestsOf({ action, input }: RecordedCall, group: string): IamRequest[] {
  const ask = ASKED[action];
  if (!ask) throw new Error(`${action}: say in test/package/iam.ts what IAM is asked for it`);
  const { resources, ...asked } = ask(input as Input, group);
  return resources.map((resource) => ({ ...asked, resource }));
}
