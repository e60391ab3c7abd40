import { unlessGone } from "../aws/call.ts";
import { forEachOf } from "../base/batches.ts";
import type { Suspect } from "../model/ghost.ts";
import { contentOf, reading, readingOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * Finds the container instances of clusters whose agents are silent, with EC2's word about their instances. It takes a call for
 * each cluster, and two more if there are any. What could not be read is left out. Throws only what is a fault of ours.
 *
 * @param isOfInterest whether to ask EC2 about an instance
 */
export async function observeSilent(
  run: Run,
  clusters: readonly string[],
  isOfInterest: (instanceId: string) => boolean,
): Promise<Suspect[]> {
  const { ecs, ec2 } = run.ports;
  const found = await forEachOf(clusters, async (cluster) => {
    const answer = await reading(run, () =>
      unlessGone(async () => {
        const arns = await ecs.listSilent(cluster);
        return arns.length === 0 ? [] : ecs.describeContainerInstances(cluster, arns);
      }),
    );
    return run
      .understood(contentOf(answer) ?? [])
      .map((containerInstance) => ({ cluster, containerInstance }));
  });
  const silent = found
    .flat()
    .filter(({ containerInstance: { instanceId } }) => instanceId !== "" && isOfInterest(instanceId));
  if (silent.length === 0) return [];
  const ids = [...new Set(silent.map(({ containerInstance }) => containerInstance.instanceId))];
  const instances = contentOf(await reading(run, () => ec2.instances(ids)));
  if (instances === undefined) return [];
  return silent.flatMap((each) => {
    const instance = readingOf(run, instances.get(each.containerInstance.instanceId));
    return "unread" in instance ? [] : [{ ...each, instance: instance.value }];
  });
}
