import { z } from "zod";
import { instanceIds, named, seconds } from "./values.ts";

const cluster = named("the cluster");
const service = named("the service");

/** What can happen to clusters and to the agents in them, and what can vanish, by the keys of the timeline. */
export const clusterHappenings = {
  disconnect_agent: z
    .strictObject({
      instance_ids: instanceIds,
      for_seconds: seconds.optional().describe("Without it, the agents stay disconnected."),
    })
    .describe(
      "ECS loses sight of the instances: what it shows of their tasks stays, and what is true goes on.",
    ),
  set_active: z
    .strictObject({ instance_ids: instanceIds })
    .describe("An operator sets the container instances ACTIVE."),
  deregister_container_instance: z
    .strictObject({
      instance_ids: instanceIds,
      force: z.boolean().default(false).describe("Whether tasks that run are given up."),
    })
    .describe("An operator deregisters the container instances; while tasks run there, by force alone."),
  protect_tasks: z
    .strictObject({ cluster, service, for_seconds: seconds.describe("From then on.") })
    .describe("Protects all tasks of the service from being scaled in, or with 0 seconds no more."),
  delete_service: z
    .strictObject({ cluster, service })
    .describe("DeleteService, by force: its tasks stop by and by."),
  delete_cluster: z
    .strictObject({ cluster })
    .describe("With its services; its instances are deregistered by force."),
  delete_target_group: z
    .strictObject({ target_group: named("the target group") })
    .describe("With the listeners in front of it."),
  delete_load_balancer: z
    .strictObject({ load_balancer: named("the load balancer") })
    .describe("A classic load balancer."),
};
