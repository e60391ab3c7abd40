import { complete, drain, type Peer, scanFor } from "./peer.ts";

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
    const found = await scanFor(aws, event, { whole: false });
    if (found?.containerInstanceArn && found.status === "ACTIVE") {
      await drain(aws, event, found.containerInstanceArn);
    }
    if ((found?.runningTasksCount ?? 0) > 0) {
      await aws.sleep(SLEEP_SECONDS);
      await aws.republish({ ...event, hops: event.hops + 1 });
      return;
    }
    await complete(aws, event);
  },
};
