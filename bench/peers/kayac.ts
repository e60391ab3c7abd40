import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { complete, drain, type Peer, scanFor } from "./peer.ts";

const POLL_SECONDS = 10;

/**
 * One Lambda holds one instance. It reads the cluster's name from the group's tags, knows the first hundred container
 * instances, and sleeps ten seconds before each list: first of the running tasks, then of those that are stopping.
 */
export const kayac: Peer = {
  name: "kayac/asg-lifecycle-hook-ecs",
  kind: "event",
  measured: [
    { terminations: 1, instances: 10, calls: 13 },
    { terminations: 20, instances: 100, calls: 275 },
  ],
  async handle(event, aws) {
    const { cluster, group } = event;
    await aws.autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }));
    const found = await scanFor(aws, event, { whole: false, pages: 1 });
    if (!found?.containerInstanceArn) return;
    const { containerInstanceArn: containerInstance } = found;
    await drain(aws, event, containerInstance);
    for (let isRunning = true; isRunning; ) {
      await aws.sleep(POLL_SECONDS);
      const { taskArns = [] } = await aws.ecs.send(new ListTasksCommand({ cluster, containerInstance }));
      isRunning = taskArns.length > 0;
    }
    for (let isStopping = true; isStopping; ) {
      const { taskArns = [] } = await aws.ecs.send(
        new ListTasksCommand({ cluster, containerInstance, desiredStatus: "STOPPED" }),
      );
      if (taskArns.length === 0) break;
      const { tasks = [] } = await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      isStopping = tasks.some((each) => each.lastStatus !== "STOPPED");
      if (isStopping) await aws.sleep(POLL_SECONDS);
    }
    await complete(aws, event);
  },
};
