import type { Random } from "../../simulator/kernel/random.ts";
import { type Entry, HAPPENS_WITHIN } from "./happenings.ts";
import type { Place } from "./world.ts";

/**
 * Somebody deletes a cluster that is in use, in one seed of forty. Some empty it first, as AWS's console asks for. Where they do not
 * wait for that, the instances are deregistered by force while tasks still run.
 */
export function deletedClusters(
  random: Random,
  { auto_scaling_groups: groups, clusters, tasks }: Pick<Place, "auto_scaling_groups" | "clusters" | "tasks">,
): Entry[] {
  const used = clusters.filter(({ name }) => groups.some(({ cluster }) => cluster === name));
  if (used.length === 0 || !random.chance(0.03)) return [];
  const { name: cluster, services = [] } = random.pick(used);
  // Most drains begin in the first minutes.
  const at_seconds = random.whole(20, random.chance(0.7) ? HAPPENS_WITHIN / 2 : HAPPENS_WITHIN);
  if (random.chance(0.5)) return [{ at_seconds, delete_cluster: { cluster } }];
  return [
    ...services.map(({ name: service }) => ({ at_seconds, delete_service: { cluster, service } })),
    ...(tasks.some((each) => each.cluster === cluster)
      ? [{ at_seconds, stop_tasks: { cluster, family: "standalone" } }]
      : []),
    { at_seconds: at_seconds + random.whole(10, 200), delete_cluster: { cluster } },
  ];
}
