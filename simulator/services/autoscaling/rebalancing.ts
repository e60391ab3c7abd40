import type { Group, GroupInstance } from "./model.ts";

/**
 * Capacity Rebalancing: the instances at risk whose replacements are in service, and that are terminated now.
 *
 * @param present the instances of the group that do not leave
 */
export function replacedByRebalancing(
  { atRisk, desired, suspended }: Group,
  present: readonly GroupInstance[],
): GroupInstance[] {
  const ids = new Set(present.map(({ instanceId }) => instanceId));
  for (const id of atRisk) if (!ids.has(id)) atRisk.delete(id);
  const serving = present.filter(({ state, healthy }) => state.latest === "InService" && healthy);
  const ready = suspended.has("Terminate") ? 0 : Math.max(0, serving.length - desired);
  const replaced = serving.filter(({ instanceId }) => atRisk.has(instanceId)).slice(0, ready);
  for (const { instanceId } of replaced) atRisk.delete(instanceId);
  return replaced;
}

/** How many replacements for instances at risk a group has at the moment: up to a tenth of its capacity, and at least one. */
export function replacementsWanted({ atRisk, desired }: Group): number {
  return Math.min(atRisk.size, Math.max(1, Math.floor(desired / 10)));
}
