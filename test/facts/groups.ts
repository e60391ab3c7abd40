import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  type LifecycleHookSpecification,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SimulatedAws } from "./simulator-process.ts";

const ROLE = "arn:aws:iam::123456789012:role/hook";
/** Within this time a group has launched its instances, and a hook's message has arrived. */
const SHORTLY = 3;

export type Group = {
  readonly name: string;
  readonly queueUrl: string;
  readonly instanceIds: readonly string[];
};

/** What a test wants of a group; a hook is `drain` with AWS's defaults unless it says more. */
export type GroupWish = {
  readonly instances?: number;
  readonly hooks?: readonly Partial<LifecycleHookSpecification>[];
  readonly onAbandon?: "retain" | "terminate";
  readonly targetGroupArns?: string[];
  readonly loadBalancerNames?: string[];
};

/** The ARN of a queue, and the role that a hook needs to write to it. */
export function hookTarget(queueName: string) {
  return { NotificationTargetARN: `arn:aws:sqs:us-east-1:123456789012:${queueName}`, RoleARN: ROLE };
}

/** Makes a group whose instances are in service, with a queue that all its hooks notify. */
export async function makeGroup(aws: SimulatedAws, wish: GroupWish = {}): Promise<Group> {
  const name = aws.unusedName("group");
  const { QueueUrl: queueUrl = "" } = await aws.sqs.send(new CreateQueueCommand({ QueueName: name }));
  await aws.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: "template" },
      AvailabilityZones: ["us-east-1a"],
      MinSize: 0,
      MaxSize: 20,
      DesiredCapacity: wish.instances ?? 1,
      LifecycleHookSpecificationList: (wish.hooks ?? []).map((hook) => ({
        LifecycleHookName: "drain",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        ...hookTarget(name),
        ...hook,
      })),
      InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: wish.onAbandon ?? "terminate" } },
      ...(wish.targetGroupArns ? { TargetGroupARNs: wish.targetGroupArns } : {}),
      ...(wish.loadBalancerNames ? { LoadBalancerNames: wish.loadBalancerNames } : {}),
    }),
  );
  await aws.advance(SHORTLY);
  // The test messages of the hooks are none of a test's business.
  await aws.sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
  return { name, queueUrl, instanceIds: (await instancesOf(aws, name)).map(({ id }) => id) };
}

/** A group's instances with their states, as the group shows them. */
export async function instancesOf(aws: SimulatedAws, name: string): Promise<{ id: string; state: string }[]> {
  const { AutoScalingGroups } = await aws.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  const instances = AutoScalingGroups?.[0]?.Instances ?? [];
  return instances.map(({ InstanceId = "", LifecycleState = "" }) => ({
    id: InstanceId,
    state: LifecycleState,
  }));
}

/** An instance's lifecycle state, or `gone` once no group has it. */
export async function stateOf(aws: SimulatedAws, instanceId: string): Promise<string> {
  const { AutoScalingInstances } = await aws.autoScaling.send(
    new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }),
  );
  return AutoScalingInstances?.[0]?.LifecycleState ?? "gone";
}

/** Asks the group to terminate an instance, and to replace it only where that is wished. */
export async function terminate(aws: SimulatedAws, instanceId: string, replace = false): Promise<void> {
  await aws.autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: instanceId,
      ShouldDecrementDesiredCapacity: !replace,
    }),
  );
}

export type LifecycleMessage = Readonly<Record<string, unknown>> & {
  readonly LifecycleHookName: string;
  readonly LifecycleActionToken: string;
};

/** Takes all messages off a queue that are there, parsed. */
export async function takeMessages(aws: SimulatedAws, queueUrl: string): Promise<LifecycleMessage[]> {
  const taken: LifecycleMessage[] = [];
  for (;;) {
    const { Messages } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (!Messages) return taken;
    for (const { Body = "", ReceiptHandle } of Messages) {
      taken.push(JSON.parse(Body) as LifecycleMessage);
      await aws.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}

/** Makes a group, terminates its first instance, and waits until the hooks' messages have arrived. */
export async function makeTermination(
  aws: SimulatedAws,
  wish: GroupWish & { readonly replace?: boolean },
): Promise<{ group: string; instanceId: string; messages: LifecycleMessage[]; tokens: Map<string, string> }> {
  const group = await makeGroup(aws, wish);
  const instanceId = group.instanceIds[0] as string;
  await terminate(aws, instanceId, wish.replace);
  await aws.advance(SHORTLY);
  const messages = await takeMessages(aws, group.queueUrl);
  const tokens = new Map(messages.map((each) => [each.LifecycleHookName, each.LifecycleActionToken]));
  return { group: group.name, instanceId, messages, tokens };
}
