// Things as AWS describes them, with each field that it always sends. A test says what differs.
import type { AutoScalingGroup, LifecycleHook } from "@aws-sdk/client-auto-scaling";
import type { Instance, NetworkInterface } from "@aws-sdk/client-ec2";
import type { Cluster, ContainerInstance, Service, Task } from "@aws-sdk/client-ecs";
import type { LoadBalancerDescription } from "@aws-sdk/client-elastic-load-balancing";
import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Message } from "@aws-sdk/client-sqs";

/** A thing of AWS's, of which a test may take any field away. */
type Change<T> = { readonly [key in keyof T]?: unknown };

export const wholeGroup = (name: string, change: Change<AutoScalingGroup> = {}) => ({
  AutoScalingGroupName: name,
  DesiredCapacity: 0,
  SuspendedProcesses: [],
  Instances: [],
  ...change,
});

export const wholeHook = (change: Change<LifecycleHook> = {}) => ({
  LifecycleHookName: "drain",
  LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  HeartbeatTimeout: 300,
  GlobalTimeout: 30_000,
  ...change,
});

export const wholeInstance = (id: string, change: Change<Instance> = {}) => ({
  InstanceId: id,
  State: { Name: "running" },
  VpcId: "vpc-1",
  NetworkInterfaces: [],
  ...change,
});

export const wholeInterface = (change: Change<NetworkInterface> = {}) => ({
  VpcId: "vpc-1",
  Attachment: { InstanceId: "i-1" },
  PrivateIpAddress: "10.0.0.1",
  ...change,
});

export const wholeCluster = (arn: string, change: Change<Cluster> = {}) => ({
  clusterArn: arn,
  clusterName: arn.slice(arn.lastIndexOf("/") + 1),
  registeredContainerInstancesCount: 0,
  ...change,
});

export const wholeContainerInstance = (arn: string, change: Change<ContainerInstance> = {}) => ({
  containerInstanceArn: arn,
  ec2InstanceId: "i-1",
  status: "ACTIVE",
  runningTasksCount: 0,
  pendingTasksCount: 0,
  agentConnected: true,
  version: 7,
  ...change,
});

export const wholeTask = (arn: string, change: Change<Task> = {}) => ({
  taskArn: arn,
  taskDefinitionArn: "web:1",
  containerInstanceArn: "ci-1",
  group: "service:web",
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  ...change,
});

export const wholeService = (name: string, change: Change<Service> = {}) => ({
  serviceName: name,
  status: "ACTIVE",
  schedulingStrategy: "REPLICA",
  desiredCount: 1,
  runningCount: 1,
  pendingCount: 0,
  loadBalancers: [],
  ...change,
});

export const wholeClassic = (change: Change<LoadBalancerDescription> = {}) => ({
  LoadBalancerName: "elb",
  Instances: [],
  ListenerDescriptions: [],
  ...change,
});

export const wholeTargetGroup = (name: string, change: Change<TargetGroup> = {}) => ({
  TargetGroupArn: `arn:${name}`,
  TargetGroupName: name,
  TargetType: "instance",
  Protocol: "HTTP",
  VpcId: "vpc-1",
  LoadBalancerArns: ["arn:lb"],
  ...change,
});

export const wholeMessage = (change: Change<Message> = {}) => ({
  MessageId: "m",
  Body: "b",
  ReceiptHandle: "r",
  Attributes: { SentTimestamp: "1234" },
  ...change,
});

/** SQS's answer for a batch of which all entries succeed. */
export const allSucceed = ({ Entries }: { readonly Entries?: readonly { readonly Id: string }[] }) => ({
  Successful: (Entries ?? []).map(({ Id }) => ({ Id })),
});
