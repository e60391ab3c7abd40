import { z } from "zod";
import { isLive } from "../services/ecs/model.ts";
import type { World } from "../world.ts";
import { instanceIds, name, seconds } from "./values.ts";

/** What can happen to clusters and the agents in them, by the keys of the timeline. */
export const clusterHappenings = {
  disconnect_agent: z
    .strictObject({
      instance_ids: instanceIds,
      for_seconds: seconds.optional().describe("Without it, the agents stay disconnected."),
    })
    .describe(
      "ECS loses sight of the instances: what it shows of their tasks stays, and what is true goes on.",
    ),
  protect_tasks: z
    .strictObject({ cluster: name, service: name, for_seconds: seconds })
    .describe("Protects all tasks of the service from being scaled in, or with 0 seconds no more."),
};

type Happening = {
  [Key in keyof typeof clusterHappenings]?: z.output<(typeof clusterHappenings)[Key]> | undefined;
};

/** Lets happen what an entry of the timeline says of clusters. */
export function happenInClusters(world: World, { disconnect_agent, protect_tasks }: Happening): void {
  if (disconnect_agent) disconnectAgents(world, disconnect_agent);
  if (protect_tasks) protectTasks(world, protect_tasks);
}

function disconnectAgents(
  { agenda, clusters }: World,
  { instance_ids, for_seconds }: NonNullable<Happening["disconnect_agent"]>,
): void {
  for (const instanceId of instance_ids) {
    clusters.agents.disconnect(instanceId);
    if (for_seconds !== undefined) agenda.in(for_seconds * 1000, () => clusters.agents.reconnect(instanceId));
  }
}

function protectTasks({ agenda, clusters }: World, given: NonNullable<Happening["protect_tasks"]>): void {
  const until = agenda.now + given.for_seconds * 1000;
  for (const task of clusters.byName(given.cluster).tasks.values()) {
    if (task.service?.name === given.service && isLive(task)) clusters.protect(task, until);
  }
}
