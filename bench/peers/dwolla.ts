import { DescribeAutoScalingInstancesCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import { complete, drain, type Peer } from "./peer.ts";

const SLEEP_SECONDS = 5;

/**
 * A Lambda that publishes its event to its own topic until no task is left, or the instance is not held any more. Each time
 * it looks for the instance in all clusters, by filter.
 */
export const dwolla: Peer = {
  name: "Dwolla/ecs-autoscaling-lifecycle-hooks",
  kind: "event",
  measured: [],
  differs: "it was not run; from its code, a poll makes six calls and one for each cluster of the account",
  async handle(event, aws) {
    const { cluster, instanceId } = event;
    const { clusterArns = [] } = await aws.ecs.send(new ListClustersCommand({}));
    let arn: string | undefined;
    for (const each of clusterArns) {
      const { containerInstanceArns = [] } = await aws.ecs.send(
        new ListContainerInstancesCommand({ cluster: each, filter: `ec2InstanceId == ${instanceId}` }),
      );
      arn ??= containerInstanceArns[0];
    }
    if (!arn) return;
    const { containerInstances = [] } = await aws.ecs.send(
      new DescribeContainerInstancesCommand({ cluster, containerInstances: [arn] }),
    );
    if (containerInstances[0]?.status === "ACTIVE") {
      await drain(aws, event, arn);
    }
    const { taskArns = [] } = await aws.ecs.send(new ListTasksCommand({ cluster, containerInstance: arn }));
    if (taskArns.length > 0) {
      await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      await aws.sleep(SLEEP_SECONDS);
      await aws.autoScaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }));
      await aws.republish({ ...event, hops: event.hops + 1 });
      return;
    }
    await complete(aws, event);
  },
};
