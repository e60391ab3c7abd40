import { isAlive } from "../services/ec2/instances.ts";
import { type Cluster, type ContainerInstance, isLive } from "../services/ecs/model.ts";
import type { World } from "../services/world.ts";
import { AwsError } from "../wire/errors.ts";
import type { TimelineEntry } from "./schema.ts";

/** So long a script waits before it tries once more to delete a cluster, in milliseconds. */
const RETRY_MS = 5_000;

/** Carries out what an entry of the timeline does to clusters, and what it deletes. */
export function happenInClusters(world: World, entry: TimelineEntry): void {
  const { agenda, classic, clusters } = world;
  if (entry.disconnect_agent) disconnectAgents(world, entry.disconnect_agent);
  if (entry.hang_agent) hangAgents(world, entry.hang_agent);
  if (entry.join_cluster) joinCluster(world, entry.join_cluster);
  if (entry.fail_health_checks) failHealthChecks(world, entry.fail_health_checks);
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
  if (entry.delete_cluster) deleteCluster(world, clusters.byName(entry.delete_cluster.cluster));
  if (entry.delete_target_group) deleteTargetGroup(world, entry.delete_target_group.target_group);
  if (entry.delete_load_balancer) classic.delete(entry.delete_load_balancer.load_balancer, "operator");
}

/**
 * Deletes a cluster that is in use, as a script does. It deletes the services by force, deregisters what is registered by force,
 * and tries again until nothing is left that DeleteCluster refuses.
 */
function deleteCluster(world: World, cluster: Cluster): void {
  const { agenda, clusters } = world;
  const { containerInstances, fargate, services } = cluster;
  for (const each of services.values()) if (each.status === "ACTIVE") clusters.deleteService(each);
  for (const each of containerInstances.values()) clusters.agents.deregister(each, true, "operator");
  for (const each of fargate.tasks) clusters.tasks.stop(each, "UserInitiated", "Task stopped by user");
  try {
    clusters.delete(cluster);
  } catch (refusal) {
    if (!(refusal instanceof AwsError)) throw refusal;
    agenda.in(RETRY_MS, () => deleteCluster(world, cluster));
  }
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

function hangAgents(
  { agenda, clusters }: World,
  { instance_ids, for_seconds }: NonNullable<TimelineEntry["hang_agent"]>,
): void {
  for (const instanceId of instance_ids) {
    clusters.agents.hang(instanceId);
    if (for_seconds !== undefined) agenda.in(for_seconds * 1000, () => clusters.agents.restart(instanceId));
  }
}

// An instance that has ended has no agent any more, and one that is in the cluster already has one.
function joinCluster(
  { clusters, firings, groups, instances }: World,
  { instance_ids, cluster: name }: NonNullable<TimelineEntry["join_cluster"]>,
): void {
  const cluster = clusters.byName(name);
  for (const instanceId of instance_ids) {
    const instance = instances.get(instanceId);
    const registered = [...cluster.containerInstances.values()].some(
      (each) => each.instanceId === instanceId && each.status.latest !== "INACTIVE",
    );
    if (registered || !instance || !isAlive(instance)) continue;
    const held = groups.findInstance(instanceId)?.instance.state.latest?.endsWith(":Wait");
    if (held) firings.count("agents that join while held");
    clusters.join(cluster, instanceId);
  }
}

function failHealthChecks(
  { agenda, clusters, firings, targetGroups }: World,
  { target_group, for_seconds }: NonNullable<TimelineEntry["fail_health_checks"]>,
): void {
  const group = targetGroups.byName(target_group);
  if (!group) return;
  const set = (fail: boolean) => {
    group.failHealthChecks(fail);
    clusters.touchAll();
  };
  set(true);
  if (group.targets.some(({ state }) => state.latest === "unhealthy")) firings.count("unhealthy targets");
  if (for_seconds !== undefined) agenda.in(for_seconds * 1000, () => set(false));
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
