import { CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import {
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Peer, PeerAws } from "./peer.ts";

/**
 * The pair of Lambdas that this one replaces. Each handles one message a run, one run a minute, and takes the container
 * instance out of its cluster by force; tasks are not looked at. Its calls to the classic load balancer are only counted.
 */
export const original: Peer = {
  name: "the pair's original",
  kind: "schedule",
  measured: [],
  differs:
    "it was not run; from its code, N=1 and C=10 take 18 calls in deregister, and 5 in terminate. It looks at no tasks: by force it takes the container instance out of its cluster, where they run on, and completes",
  functions: [deregister, terminate],
};

async function deregister(aws: PeerAws): Promise<void> {
  const queue = await queueUrl(aws, "lifecycle");
  const monitor = await queueUrl(aws, "monitor");
  const message = await receive(aws, queue);
  if (!message) return;
  const body = JSON.parse(message.Body ?? "{}") as Record<string, string>;
  const cluster = body.AutoScalingGroupName;
  const { containerInstanceArns = [] } = await aws.ecs.send(
    new ListContainerInstancesCommand({ cluster, maxResults: 100 }),
  );
  for (const arn of containerInstanceArns) {
    const { containerInstances = [] } = await aws.ecs.send(
      new DescribeContainerInstancesCommand({ cluster, containerInstances: [arn] }),
    );
    if (containerInstances[0]?.ec2InstanceId !== body.EC2InstanceId) continue;
    await aws.ecs.send(
      new DeregisterContainerInstanceCommand({ cluster, containerInstance: arn, force: true }),
    );
  }
  await aws.note("elb:DeregisterInstancesFromLoadBalancer");
  await aws.sqs.send(new SendMessageCommand({ QueueUrl: monitor, MessageBody: message.Body }));
  await aws.sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: message.ReceiptHandle }));
}

async function terminate(aws: PeerAws): Promise<void> {
  const monitor = await queueUrl(aws, "monitor");
  const message = await receive(aws, monitor);
  if (!message) return;
  const body = JSON.parse(message.Body ?? "{}") as Record<string, string>;
  await aws.note("elb:DescribeLoadBalancers");
  await aws.autoScaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName: body.AutoScalingGroupName,
      LifecycleHookName: body.LifecycleHookName,
      LifecycleActionToken: body.LifecycleActionToken,
      LifecycleActionResult: "CONTINUE",
    }),
  );
  await aws.sqs.send(new DeleteMessageCommand({ QueueUrl: monitor, ReceiptHandle: message.ReceiptHandle }));
}

async function queueUrl({ sqs }: PeerAws, name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return QueueUrl as string;
}

async function receive({ sqs }: PeerAws, QueueUrl: string): Promise<Message | undefined> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  return Messages[0];
}
