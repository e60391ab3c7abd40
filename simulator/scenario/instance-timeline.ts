import type { Groups } from "../services/autoscaling/groups.ts";
import type { Group, GroupInstance } from "../services/autoscaling/model.ts";
import {
  cancelMaintenance,
  interruptSpot,
  recommendRebalance,
  scheduleMaintenance,
} from "../services/eventbridge/notices.ts";
import type { World } from "../services/world.ts";
import type { TimelineEntry } from "./schema.ts";

/** What is counted as it happens, by its key in the timeline. */
const COUNTED = {
  schedule_maintenance: "changes scheduled",
  suspend_processes: "processes suspended",
  protect_from_scale_in: "protected from scale-in",
  enter_standby: "set aside in Standby",
  detach: "detached",
  instance_refresh: "instance refreshes",
  rolling_update: "rolling updates",
} as const;
const KEYS_COUNTED = Object.keys(COUNTED) as (keyof typeof COUNTED)[];

/** Carries out what an entry of the timeline does to instances and their groups. */
export function happenToInstances(world: World, entry: TimelineEntry): void {
  happenToGroups(world, entry);
  for (const key of KEYS_COUNTED) if (entry[key]) world.firings.count(COUNTED[key]);
  const { groups, instances } = world;
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
  for (const instanceId of entry.lose_tags?.instance_ids ?? []) {
    const instance = instances.get(instanceId);
    if (instance) instance.tags = new Map();
  }
  if (entry.interrupt_spot) {
    const { instance_ids, ...interruption } = entry.interrupt_spot;
    for (const instanceId of instance_ids) interruptSpot(world, instanceId, interruption);
  }
  for (const address of entry.assign_addresses?.addresses ?? [])
    for (const instanceId of entry.assign_addresses?.instance_ids ?? [])
      instances.network.assign(instanceId, address);
  for (const instanceId of entry.recommend_rebalance?.instance_ids ?? []) {
    recommendRebalance(world, instanceId);
    groups.recommendRebalance(instanceId);
  }
  if (entry.schedule_maintenance) {
    const {
      instance_ids: instanceIds,
      code,
      arns,
      starts_in_hours,
      told: isTold,
    } = entry.schedule_maintenance;
    const startsInMs = starts_in_hours * 3_600_000;
    scheduleMaintenance(world, { instanceIds, code, arns, startsInMs, isTold });
  }
  for (const instanceId of entry.cancel_maintenance?.instance_ids ?? []) cancelMaintenance(world, instanceId);
}

function happenToGroups({ groups, firings }: World, entry: TimelineEntry): void {
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
  const { suspend_processes, resume_processes } = entry;
  if (suspend_processes) groups.suspend(groups.byName(suspend_processes.group), suspend_processes.processes);
  if (resume_processes) groups.resume(groups.byName(resume_processes.group), resume_processes.processes);
  if (entry.delete_group) {
    groups.delete(groups.byName(entry.delete_group.group), true);
    firings.count("groups deleted");
  }
  setAside(groups, entry);
  replaceAll(groups, entry);
}

function setAside(groups: Groups, entry: TimelineEntry): void {
  const { protect_from_scale_in, enter_standby, exit_standby, detach } = entry;
  const each = (ids: readonly string[] | undefined, act: (group: Group, instance: GroupInstance) => void) => {
    for (const { group, instance } of (ids ?? []).flatMap((id) => groups.findInstance(id) ?? []))
      act(group, instance);
  };
  each(protect_from_scale_in?.instance_ids, (_, instance) => {
    instance.isProtected = protect_from_scale_in?.protected === true;
  });
  each(enter_standby?.instance_ids, (group, instance) =>
    groups.setAside.enterStandby(group, instance, enter_standby?.replace !== true),
  );
  each(exit_standby?.instance_ids, (group, instance) => groups.setAside.exitStandby(group, instance));
  each(detach?.instance_ids, (group, instance) =>
    groups.setAside.detach(group, instance, detach?.replace !== true),
  );
}

function replaceAll(groups: Groups, { instance_refresh, rolling_update }: TimelineEntry): void {
  if (instance_refresh) {
    const group = groups.byName(instance_refresh.group);
    const spare = (group.desired * (100 - instance_refresh.min_healthy_percentage)) / 100;
    groups.refreshes.start(group, { atOnce: Math.max(1, Math.floor(spare)), pauseMs: 0, suspends: [] });
  }
  if (rolling_update) {
    const { group, batch_size: atOnce, pause_seconds, suspend: suspends } = rolling_update;
    groups.refreshes.start(groups.byName(group), { atOnce, pauseMs: pause_seconds * 1000, suspends });
  }
}
