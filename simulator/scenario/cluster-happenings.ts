import { z } from "zod";
import { type ContainerInstance, isLive } from "../services/ecs/model.ts";
import type { World } from "../world.ts";
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
  delete_service: z.strictObject({ cluster, service }).describe("DeleteService, by force."),
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

type Happening = {
  [Key in keyof typeof clusterHappenings]?: z.output<(typeof clusterHappenings)[Key]> | undefined;
};

/** Lets happen what an entry of the timeline says of clusters, and what it lets vanish. */
export function happenInClusters(world: World, entry: Happening): void {
  const { agenda, classic, clusters } = world;
  if (entry.disconnect_agent) disconnectAgents(world, entry.disconnect_agent);
  for (const each of containerInstancesOf(world, entry.set_active?.instance_ids))
    clusters.setStatus(each, "ACTIVE", "operator");
  const { instance_ids, force = false } = entry.deregister_container_instance ?? {};
  for (const each of containerInstancesOf(world, instance_ids))
    if (force || each.tasks.size === 0) clusters.agents.deregister(each, force);
  if (entry.protect_tasks) {
    const { cluster, service, for_seconds } = entry.protect_tasks;
    for (const task of clusters.byName(cluster).tasks.values())
      if (task.service?.name === service && isLive(task))
        task.protectedUntil = agenda.now + for_seconds * 1000;
  }
  if (entry.delete_service) {
    const { cluster, service } = entry.delete_service;
    const found = clusters.byName(cluster).services.get(service);
    if (found) clusters.deleteService(found);
  }
  if (entry.delete_cluster) clusters.vanish(clusters.byName(entry.delete_cluster.cluster));
  if (entry.delete_target_group) deleteTargetGroup(world, entry.delete_target_group.target_group);
  if (entry.delete_load_balancer) classic.delete(entry.delete_load_balancer.load_balancer, "operator");
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

function containerInstancesOf({ clusters }: World, instanceIds: readonly string[] = []): ContainerInstance[] {
  const all = clusters.all.flatMap(({ containerInstances }) => [...containerInstances.values()]);
  return all.filter((each) => each.status.latest !== "INACTIVE" && instanceIds.includes(each.instanceId));
}

function deleteTargetGroup({ targetGroups }: World, name: string): void {
  const arn = targetGroups.byName(name)?.settings.arn;
  if (arn === undefined) return;
  for (const listener of [...targetGroups.listeners.values()])
    if (listener.targetGroupArn === arn) targetGroups.deleteListener(listener.arn);
  targetGroups.delete(arn, "operator");
}
