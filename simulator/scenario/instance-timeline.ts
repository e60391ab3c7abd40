import {
  interruptSpot,
  maintenanceNotice,
  rebalanceRecommendation,
} from "../services/eventbridge/notices.ts";
import type { World } from "../services/world.ts";
import type { TimelineEntry } from "./schema.ts";

/** Carries out what an entry of the timeline does to instances and their groups. */
export function happenToInstances(world: World, entry: TimelineEntry): void {
  happenToGroups(world, entry);
  const { eventRules, groups, instances } = world;
  for (const instanceId of entry.terminate?.instance_ids ?? []) {
    const found = groups.findInstance(instanceId);
    if (found) groups.terminate(found.group, found.instance, entry.terminate?.replace !== true);
  }
  for (const instanceId of entry.replace_root_volume?.instance_ids ?? []) {
    const found = groups.findInstance(instanceId);
    const agentIsNew = entry.replace_root_volume?.agent === "new";
    if (found) groups.passages.replaceRootVolume(found.group, found.instance, agentIsNew);
  }
  for (const instanceId of entry.kill?.instance_ids ?? []) instances.terminate(instanceId, "operator");
  for (const instanceId of entry.stop?.instance_ids ?? []) instances.stop(instanceId, "operator");
  if (entry.interrupt_spot) {
    const { instance_ids, action } = entry.interrupt_spot;
    for (const instanceId of instance_ids) interruptSpot(world, instanceId, action);
  }
  for (const instanceId of entry.recommend_rebalance?.instance_ids ?? [])
    eventRules.put(rebalanceRecommendation(instanceId));
  if (entry.schedule_maintenance) {
    const { instance_ids: instanceIds, code, arns } = entry.schedule_maintenance;
    eventRules.put(maintenanceNotice(world, { instanceIds, code, arns }));
  }
}

function happenToGroups({ groups }: World, entry: TimelineEntry): void {
  if (entry.scale_in) {
    const group = groups.byName(entry.scale_in.group);
    groups.setDesired(group, group.desired - entry.scale_in.count);
  }
  if (entry.scale_out) {
    const group = groups.byName(entry.scale_out.group);
    groups.setDesired(group, group.desired + entry.scale_out.count);
  }
  if (entry.shrink_warm_pool) {
    const { group, count } = entry.shrink_warm_pool;
    groups.shrinkWarmPool(groups.byName(group), count);
  }
}
