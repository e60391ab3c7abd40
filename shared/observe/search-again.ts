import { forEachOf, groupBy } from "../base/batches.ts";
import { isNamedCluster } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { findContainerInstances } from "./container-instances.ts";

/**
 * Searches the clusters that nobody named once more, for instances that were in none of them. What it finds, the next pass over an
 * instance asks about. Returns the ids of the instances that it has found. Throws only what is a fault of ours.
 */
export function searchAgain(
  run: Run,
  terminations: readonly Termination[],
): Promise<Reading<ReadonlySet<string>>> {
  return reading(run, async () => {
    // The first agent of a cluster may have joined since the run has listed them all.
    const all = (await run.ports.ecs.clusters()).filter(({ instances }) => instances > 0);
    const views = await forEachOf(all, async ({ name }) => {
      const concerned = terminations.filter(({ settings }) => !isNamedCluster(settings, name));
      const found = concerned.length === 0 ? undefined : await findContainerInstances(run, name, concerned);
      return [...(found?.keys() ?? [])].map((instanceId) => ({ name, instanceId }));
    });
    const found = groupBy(views.flat(), ({ instanceId }) => instanceId);
    for (const [instanceId, clusters] of found)
      run.round.searched.set(
        instanceId,
        clusters.map(({ name }) => name),
      );
    return new Set(found.keys());
  });
}
