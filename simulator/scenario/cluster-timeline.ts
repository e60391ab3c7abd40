import { type ContainerInstance, isLive } from "../services/ecs/model.ts";
import type { World } from "../services/world.ts";
import type { TimelineEntry } from "./schema.ts";

/** Carries out what an entry of the timeline does to clusters, and what it deletes. */
export function happenInClusters(world: World, entry: TimelineEntry): void {
  const { agenda, classic, clusters } = world;
  if (entry.disconnect_agent) disconnectAgents(world, entry.disconnect_agent);
  for (const each of containerInstancesOf(world, entry.set_active?.instance_ids))
    clusters.setStatus(each, "ACTIVE", "operator");
  const { instance_ids, force = false } = entry.deregister_container_instance ?? {};
  for (const each of containerInstancesOf(world, instance_ids))
    if (force || each.tasks.size === 0) clusters.agents.deregister(each, force, "operator");
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
  { instance_ids, for_seconds }: NonNullable<TimelineEntry["disconnect_agent"]>,
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
