import { unlessGone } from "../aws/call.ts";
import { forEachOf, groupBy } from "../base/batches.ts";
import type { Questions } from "../model/questions.ts";
import { type ContainerInstance, INACTIVE } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { observeManagedDraining, observeProtections } from "./explanations.ts";
import type { InClusters, Observable } from "./records.ts";
import { observeServices } from "./services.ts";
import { observeTasks } from "./tasks.ts";

/** An instance whose clusters nobody asked about. */
const IN_NONE: InClusters = {
  instances: [],
  managed: [],
  managedDraining: undefined,
  protections: [],
  unread: undefined,
};

/**
 * Finds the instances in their clusters, with their tasks, and the load balancers of the tasks' services. Throws only what is a
 * fault of ours.
 */
export async function observeClusters<T extends Observable>(
  run: Run,
  records: readonly T[],
  questions: Questions,
): Promise<(T & { readonly clusters: InClusters })[]> {
  const asked = records.flatMap((each, index) =>
    each.isObserved
      ? clustersOf(each.termination).map((cluster) => ({ cluster, index, termination: each.termination }))
      : [],
  );
  const views = await forEachOf(
    groupBy(asked, ({ cluster }) => cluster),
    async ([cluster, concerned]) => {
      const found = await observeCluster(run, cluster, concerned, questions);
      return found.map((view, i) => ({ index: concerned[i]?.index, view }));
    },
  );
  const byRecord = groupBy(views.flat(), ({ index }) => index);
  return records.map((each, index) => ({
    ...each,
    clusters: (byRecord.get(index) ?? []).map(({ view }) => view).reduce(together, IN_NONE),
  }));
}

function clustersOf({ settings, memory }: Termination): string[] {
  const seen = memory.containerInstances.map((each) => each.cluster);
  return [...new Set([...settings.clusterNames, ...seen])];
}

function together(one: InClusters, other: InClusters): InClusters {
  return {
    instances: [...one.instances, ...other.instances],
    managed: [...one.managed, ...other.managed],
    managedDraining: one.managedDraining || (other.managedDraining ?? one.managedDraining),
    protections: [...one.protections, ...other.protections],
    unread: one.unread ?? other.unread,
  };
}

/** A termination whose instance may be in the cluster that is asked. */
type Concerned = { readonly termination: Termination };

// Returns a view for each of the concerned, in their order.
async function observeCluster(
  run: Run,
  cluster: string,
  concerned: readonly Concerned[],
  questions: Questions,
): Promise<InClusters[]> {
  const answer = await reading(run, async () => {
    const found = await findContainerInstances(
      run,
      cluster,
      concerned.map(({ termination }) => termination),
    );
    const hosted = concerned.flatMap(({ termination }, index) =>
      (found.get(termination.instanceId) ?? []).map((containerInstance) => ({
        index,
        termination,
        containerInstance,
      })),
    );
    return groupBy(await observeTasks(run, cluster, hosted, questions), ({ index }) => index);
  });
  if ("unread" in answer) return concerned.map(() => ({ ...IN_NONE, unread: answer.unread }));
  const instances = concerned.map(({ termination }, index) => ({
    termination,
    instances: (answer.value.get(index) ?? []).map(({ clusterInstance }) => clusterInstance),
  }));
  const withServices = await observeServices(run, cluster, instances);
  const drained = await observeManagedDraining(run, cluster, withServices, questions);
  const all = await observeProtections(run, cluster, drained, questions);
  return all.map(({ termination: _, ...view }) => view);
}

// Container instances seen before are described by ARN. The others are searched by instance id, in a call for many whatever the
// cluster's size. So is one whose agent is silent: it may have registered again, as another container instance.
async function findContainerInstances(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
): Promise<Map<string, ContainerInstance[]>> {
  const { ecs } = run.ports;
  const seenIn = ({ memory }: Termination) =>
    memory.containerInstances.filter((each) => each.cluster === cluster);
  const known = [...new Set(terminations.flatMap(seenIn).map(({ arn }) => arn))];
  const found = await unlessGone(async () => {
    const seen = known.length === 0 ? [] : await ecs.describeContainerInstances(cluster, known);
    const present = new Set(
      seen
        .filter(({ status, agentConnected }) => status !== INACTIVE && agentConnected)
        .map(({ instanceId }) => instanceId),
    );
    const sought = terminations.filter(
      ({ instanceId, memory }) =>
        !present.has(instanceId) && !memory.containerInstances.some((each) => each.cluster !== cluster),
    );
    const listed = await ecs.findContainerInstances(cluster, [
      ...new Set(sought.map(({ instanceId }) => instanceId)),
    ]);
    const more = listed.filter((arn) => !known.includes(arn));
    const others = more.length === 0 ? [] : await ecs.describeContainerInstances(cluster, more);
    return groupBy([...seen, ...others], ({ instanceId }) => instanceId);
  });
  if (found) return found;
  // A cluster that does not exist has no instances. If none was ever seen in it, its name is wrong.
  if (known.length === 0) run.cannotUse(cluster, "there is no such ECS cluster");
  return new Map();
}
