import { z } from "zod";
import { instanceIds, named, seconds } from "./values.ts";

const cluster = named("the cluster");
const service = named("the service");

/** What can happen to clusters and their agents, and what can be deleted, by the keys of the timeline. */
export const clusterHappenings = {
  disconnect_agent: z
    .strictObject({
      instance_ids: instanceIds,
      for_seconds: seconds.optional().describe("Without it, the agents stay disconnected."),
    })
    .describe(
      "ECS loses the connection to the agents: what it shows of their tasks stays, and the tasks themselves go on.",
    ),
  hang_agent: z
    .strictObject({
      instance_ids: instanceIds,
      for_seconds: seconds
        .optional()
        .describe("Until the agents are restarted; without it, they hang for ever."),
    })
    .describe(
      "The agents hang. ECS shows them as connected, but its tasks there neither start nor leave STOPPING.",
    ),
  join_cluster: z
    .strictObject({ instance_ids: instanceIds, cluster })
    .describe("An agent starts on the instances, and joins the cluster, even while a hook holds them."),
  fail_health_checks: z
    .strictObject({
      target_group: named("the target group"),
      for_seconds: seconds.optional().describe("Without it, they fail for ever."),
    })
    .describe(
      "The health checks of all targets of the target group fail. ECS stops its tasks for that, one after the other.",
    ),
  set_active: z
    .strictObject({ instance_ids: instanceIds })
    .describe("An operator sets the container instances ACTIVE."),
  deregister_container_instance: z
    .strictObject({
      instance_ids: instanceIds,
      force: z
        .boolean()
        .default(false)
        .describe("Whether to do so while tasks run, which then go on without ECS."),
    })
    .describe(
      "An operator deregisters the container instances. While tasks run there, only `force` does it.",
    ),
  protect_tasks: z
    .strictObject({ cluster, service, for_seconds: seconds.describe("From then on.") })
    .describe("Protects all tasks of the service from being scaled in. 0 seconds end the protection."),
  delete_service: z
    .strictObject({ cluster, service })
    .describe("DeleteService with `force`: its tasks stop one after the other."),
  delete_cluster: z
    .strictObject({ cluster })
    .describe(
      "Deletes the cluster with its services, once its last task has stopped. Its instances are deregistered by force, and their containers run on.",
    ),
  delete_target_group: z
    .strictObject({ target_group: named("the target group") })
    .describe("Deletes the target group with the listeners in front of it."),
  delete_load_balancer: z
    .strictObject({ load_balancer: named("the load balancer") })
    .describe("Deletes a classic load balancer."),
};
