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
    {
      terminations: 1,
      instances: 10,
      calls: 40,
      lambdaSeconds: 61.1,
      sleptSeconds: 60,
      lagSeconds: [0.9, 0.9],
    },
    {
      terminations: 20,
      instances: 250,
      calls: 1224,
      lambdaSeconds: 1440,
      sleptSeconds: 760,
      lagSeconds: [0.2, 5.2],
    },
  ],
  differs:
    "at N=20 the real one's calls took 0.56 s, so a poll took 8.4 s: 172 polls instead of 260 in all. But the terminated instances were on the last page of the list, so each poll read 3 pages; in any order it reads 1.9. Both come to about as many calls by chance",
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
