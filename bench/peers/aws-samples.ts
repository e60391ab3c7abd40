import { CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import { UpdateContainerInstancesStateCommand } from "@aws-sdk/client-ecs";
import { type Peer, scanFor } from "./peer.ts";

const SLEEP_SECONDS = 5;

/**
 * A Lambda that publishes its event to its own topic until the container instance runs no task. Each time it scans the
 * cluster until it comes upon the instance.
 */
export const awsSamples: Peer = {
  name: "aws-samples/ecs-cid-sample",
  kind: "event",
  measured: [
    { terminations: 1, instances: 10, calls: 40 },
    { terminations: 20, instances: 250, calls: 1224 },
  ],
  differs:
    "moto answered a scan of 250 instances in 3 s, so a poll took 8.4 s instead of 5.2; and it depends on the order of the list how many pages a scan reads",
  async handle(event, aws) {
    const { cluster, group, hook, token } = event;
    const found = await scanFor(aws, event, { whole: false });
    if (found?.containerInstanceArn && found.status === "ACTIVE") {
      await aws.ecs.send(
        new UpdateContainerInstancesStateCommand({
          cluster,
          containerInstances: [found.containerInstanceArn],
          status: "DRAINING",
        }),
      );
    }
    if ((found?.runningTasksCount ?? 0) > 0) {
      await aws.sleep(SLEEP_SECONDS);
      await aws.republish({ ...event, hops: event.hops + 1 });
      return;
    }
    await aws.autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: hook,
        LifecycleActionToken: token,
        LifecycleActionResult: "CONTINUE",
      }),
    );
  },
};
