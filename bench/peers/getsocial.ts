import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { complete, drain, type Peer, scanFor } from "./peer.ts";

const POLL_SECONDS = 10;

/**
 * One Lambda for one instance. It reads the cluster's name from the instance's user data, scans the whole cluster twice,
 * and describes the tasks every ten seconds. Once it has seen them end, it sleeps once more.
 */
export const getsocial: Peer = {
  name: "getsocial-rnd/ecs-drain-lambda",
  kind: "event",
  measured: [
    {
      terminations: 1,
      instances: 10,
      calls: 16,
      lambdaSeconds: 70.6,
      sleptSeconds: 70,
      lagSeconds: [10.4, 10.4],
    },
    {
      terminations: 20,
      instances: 250,
      calls: 480,
      lambdaSeconds: 1602,
      sleptSeconds: 1400,
      lagSeconds: [14.1, 15.6],
    },
  ],
  differs:
    "its calls do not; at N=20 the real one's calls took 0.42 s each, which its Lambda seconds and its lag show",
  async handle(event, aws) {
    const { cluster, instanceId } = event;
    await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    await aws.note("ec2:DescribeInstanceAttribute");
    await scanFor(aws, event, { whole: true });
    const found = await scanFor(aws, event, { whole: true });
    if (!found?.containerInstanceArn) return;
    const { containerInstanceArn: arn } = found;
    // Invoked again, after a timeout for example, it takes an instance that drains already for one without tasks.
    if (found.status !== "ACTIVE") return complete(aws, event);
    await drain(aws, event, arn);
    const { taskArns = [] } = await aws.ecs.send(new ListTasksCommand({ cluster, containerInstance: arn }));
    for (let running = taskArns.length; running > 0; ) {
      const { tasks = [] } = await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      running = tasks.filter((each) => each.lastStatus !== "STOPPED").length;
      await aws.sleep(POLL_SECONDS);
    }
    await complete(aws, event);
  },
};
