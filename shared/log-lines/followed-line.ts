import type { Fields, Log } from "../base/log.ts";
import type { InCluster } from "../model/following.ts";

/** The id of the line that tells that an instance is followed, which is logged once. */
export const FOLLOWED = "container instance followed";

/** Writes the line which tells that an instance is followed, whose drain is over. */
export function logFollowed(log: Log, silent: readonly InCluster[]): void {
  log.info("container instance followed", {
    ...containerInstanceFields(silent),
    reason:
      "its ECS agent is disconnected, so ECS does not notice its end; it leaves its cluster once EC2 says that it is terminated",
  });
}

/** Container instances as fields of a log line. */
export function containerInstanceFields(all: readonly InCluster[]): Fields {
  return {
    clusters: [...new Set(all.map(({ cluster }) => cluster))],
    container_instances: all.map(({ containerInstance }) => containerInstance.arn),
  };
}
