// Why a role has each of its actions, and what it cannot do. docs/permissions.md is made of it. test/package/roles.test.ts asks the packaged
// roles for all of that.

/** The roles by the names that the page has for them. */
export type RoleName = "deregister" | "terminate" | "scale-tasks" | "the lifecycle hooks";

/** What a role is asked for, as a policy sees it. */
type Request = { readonly action: string; readonly resource: string; readonly cluster?: string };
/** Something that a role must refuse. */
export type Refusal = { readonly what: string; readonly requests: readonly Request[] };

const READS =
  "It reads whose instance it is, and what is registered or runs on it. IAM knows no narrower resource.";
const READS_ECS = "It finds the instance in a cluster, and sees what runs on it.";
const TAKES_OUT =
  "The instance must not get new connections. Which load balancers have it is found, so none is named.";
const GIVES_BACK =
  "An instance that comes back from its warm pool, or with a new root volume, gets back what was taken from it.";

/** By the action, or by its service and `reads` for what only reads. */
export const WHY: Readonly<Record<string, string>> = {
  "logs:CreateLogStream": "Lambda writes the function's log.",
  "logs:PutLogEvents": "Lambda writes the function's log.",
  "sqs:GetQueueUrl": "A queue is known by its name.",
  "sqs:ReceiveMessage": "It takes its messages.",
  "sqs:DeleteMessage": "It takes its messages.",
  "sqs:GetQueueAttributes":
    "It asks for the queue's visibility timeout and ARN, as Lambda does before it polls for a function.",
  "sqs:SendMessage": "It passes drains on, and sets aside what cannot be read.",
  "autoscaling:reads": READS,
  "ec2:reads": READS,
  "elasticloadbalancing:reads": READS,
  "elasticloadbalancing:DeregisterInstancesFromLoadBalancer": TAKES_OUT,
  "elasticloadbalancing:DeregisterTargets": TAKES_OUT,
  "elasticloadbalancing:RegisterInstancesWithLoadBalancer": GIVES_BACK,
  "elasticloadbalancing:RegisterTargets": GIVES_BACK,
  "ecs:reads": READS_ECS,
  "ecs:UpdateContainerInstancesState":
    "It sets the container instance DRAINING, or ACTIVE if the instance comes back.",
  "ecs:DeregisterContainerInstance":
    "A container instance whose instance is dead would count for ever. With `deregister_container_instance: never`, it is not called.",
  "ecs:StopTask": "Tasks that do not leave by themselves, such as daemons, are stopped last.",
  "autoscaling:CompleteLifecycleAction": "The lifecycle action is completed once the instance is drained.",
  "autoscaling:RecordLifecycleActionHeartbeat": "The hook is prolonged while the drain goes on.",
  "autoscaling:TerminateInstanceInAutoScalingGroup":
    "For `on_rebalance` and `on_maintenance`, it has Auto Scaling replace the instance.",
  "application-autoscaling:reads": "A service that Application Auto Scaling scales is left to it.",
  "ecs:UpdateService": "It sets the desired count of services.",
};

const ACCOUNT = "us-east-1:123456789012";
const queue = `arn:aws:sqs:${ACCOUNT}:somebody-elses`;
const group = `arn:aws:autoscaling:${ACCOUNT}:autoScalingGroup:x:autoScalingGroupName/other`;
const cluster = `arn:aws:ecs:${ACCOUNT}:cluster/other`;
const ofCluster = (kind: string) => `arn:aws:ecs:${ACCOUNT}:${kind}/other/0`;
const each = (actions: readonly string[], resource: string): Request[] =>
  actions.map((action) => ({ action, resource }));

const QUEUES: Refusal = {
  what: "read or send to any queue but its own.",
  requests: each(["sqs:ReceiveMessage", "sqs:SendMessage", "sqs:DeleteMessage"], queue),
};
const PURGE: Refusal = {
  what: "purge, delete or change a queue.",
  requests: each(["sqs:PurgeQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes"], queue),
};
const GROUPS: Refusal = {
  what: "complete or prolong a lifecycle action of a group that is not named and does not carry the tag, or terminate its instances.",
  requests: each(
    [
      "autoscaling:CompleteLifecycleAction",
      "autoscaling:RecordLifecycleActionHeartbeat",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ],
    group,
  ),
};
const SIZES: Refusal = {
  what: "change a group, its size or its hooks, or end an instance through EC2.",
  requests: [
    ...each(
      [
        "autoscaling:UpdateAutoScalingGroup",
        "autoscaling:SetDesiredCapacity",
        "autoscaling:DeleteLifecycleHook",
      ],
      group,
    ),
    ...each(["ec2:TerminateInstances", "ec2:StopInstances"], `arn:aws:ec2:${ACCOUNT}:instance/i-0`),
  ],
};
const CLUSTERS: Refusal = {
  what: "change anything in a cluster that is not named, unless `clusters` or `cluster_tag` allow it.",
  requests: [
    { action: "ecs:DeregisterContainerInstance", resource: cluster },
    { action: "ecs:UpdateContainerInstancesState", resource: ofCluster("container-instance"), cluster },
    { action: "ecs:UpdateContainerInstancesState", resource: ofCluster("container-instance") },
    { action: "ecs:StopTask", resource: ofCluster("task"), cluster },
    { action: "ecs:UpdateService", resource: ofCluster("service"), cluster },
  ],
};
const CODE: Refusal = {
  what: "start tasks, pass a role on, or change a load balancer's listeners, rules and target groups.",
  requests: [
    ...each(["ecs:RunTask", "iam:PassRole"], "*"),
    ...each(
      ["elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:DeleteTargetGroup"],
      `arn:aws:elasticloadbalancing:${ACCOUNT}:targetgroup/web/0`,
    ),
  ],
};
const BUSES: Refusal = {
  what: "put events on a bus that `event_bus` does not name.",
  requests: each(["events:PutEvents"], `arn:aws:events:${ACCOUNT}:event-bus/default`),
};
const REGISTER: Refusal = {
  what: "complete a lifecycle action, stop a task, or register an instance anywhere.",
  requests: [
    ...each(["autoscaling:CompleteLifecycleAction"], group.replace("other", "web-instances")),
    {
      action: "ecs:StopTask",
      resource: "arn:aws:ecs:us-east-1:123456789012:task/web/0",
      cluster: cluster.replace("other", "web"),
    },
    ...each(
      ["elasticloadbalancing:RegisterTargets"],
      `arn:aws:elasticloadbalancing:${ACCOUNT}:targetgroup/web/0`,
    ),
  ],
};

/** What each role must refuse. */
export const CANNOT: Readonly<Record<RoleName, readonly Refusal[]>> = {
  deregister: [REGISTER, QUEUES, PURGE, GROUPS, SIZES, CLUSTERS, CODE, BUSES],
  terminate: [QUEUES, PURGE, GROUPS, SIZES, CLUSTERS, CODE, BUSES],
  "scale-tasks": [
    {
      what: "drain: it changes no instance, no registration, no lifecycle action and no queue.",
      requests: [...QUEUES.requests, ...GROUPS.requests, ...REGISTER.requests],
    },
    { ...CLUSTERS, what: "change a service of a cluster in which it scales none." },
    SIZES,
    CODE,
    BUSES,
  ],
  "the lifecycle hooks": [
    {
      what: "read or delete a message, send to any queue but the lifecycle queue, or do anything else.",
      requests: [
        ...QUEUES.requests,
        ...PURGE.requests,
        ...GROUPS.requests,
        ...SIZES.requests,
        ...CLUSTERS.requests,
        ...CODE.requests,
        ...BUSES.requests,
      ],
    },
  ],
};
