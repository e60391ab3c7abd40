import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { complete, drain, type Peer, scanFor } from "./peer.ts";

const POLL_SECONDS = 10;

/**
 * One Lambda for one instance. It reads the cluster's name from the group's tags, and knows the first hundred container
 * instances. It lists the running tasks, then those that are stopping, and sleeps ten seconds before each list.
 */
export const kayac: Peer = {
  name: "kayac/asg-lifecycle-hook-ecs",
  kind: "event",
  measured: [
    {
      terminations: 1,
      instances: 10,
      calls: 13,
      lambdaSeconds: 70.4,
      sleptSeconds: 70,
      lagSeconds: [10.2, 10.2],
    },
    {
      terminations: 20,
      instances: 100,
      calls: 275,
      lambdaSeconds: 1617,
      sleptSeconds: 1550,
      lagSeconds: [10.1, 20.1],
    },
  ],
  differs:
    "at N=20 the real one listed the running tasks a seventh time in 15 of 20 drains: a drain of little more than 60 s is enough for that. The model's sixth list has none",
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
      await aws.sleep(POLL_SECONDS);
      const { taskArns = [] } = await aws.ecs.send(
        new ListTasksCommand({ cluster, containerInstance, desiredStatus: "STOPPED" }),
      );
      if (taskArns.length === 0) break;
      const { tasks = [] } = await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      isStopping = tasks.some((each) => each.lastStatus !== "STOPPED");
    }
    await complete(aws, event);
  },
};
