import { forEachOf, groupBy } from "../base/batches.ts";
import { isRead, type OddAnswer } from "../base/errors.ts";
import type { Questions } from "../model/questions.ts";
import { bareName, isNamedCluster, mayChange } from "../model/settings.ts";
import type { ClusterInstance, ListedCluster } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { contentOf, type Reading, reading, unreadIn } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { findContainerInstances } from "./container-instances.ts";
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
  unnamed: [],
  missing: [],
  searchUnread: undefined,
};

/**
 * Finds the instances in their clusters, with their tasks, and the load balancers of the tasks' services. Once a run, an instance
 * for which that is due is searched for in all clusters of the account. Throws only what is a fault of ours.
 */
export async function observeClusters<T extends Observable>(
  run: Run,
  records: readonly T[],
  questions: Questions,
): Promise<(T & { readonly clusters: InClusters })[]> {
  const isSearched = ({ isObserved, termination }: Observable) =>
    isObserved &&
    questions.isRoundDue(termination, run.now()) &&
    !run.round.searched.has(termination.instanceId);
  const listed = records.some(isSearched) ? await listClusters(run) : undefined;
  const all = listed === undefined ? [] : (contentOf(listed) ?? []);
  const asked = records.flatMap((each, index) =>
    each.isObserved
      ? clustersOf(each.termination, isSearched(each) ? all : foundFor(run, each.termination)).map(
          (cluster) => ({
            cluster,
            index,
            termination: each.termination,
          }),
        )
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
  const found = records.map((each, index) => ({
    ...each,
    clusters: (byRecord.get(index) ?? []).map(({ view }) => view).reduce(together, IN_NONE),
  }));
  const withSearch = found.map((each) => {
    if (!isSearched(each)) return each;
    const { unread } = each.clusters;
    // That a name does not exist hinders no search.
    const searchUnread = (listed && unreadIn(listed)) ?? (unread?.why === "gone" ? undefined : unread);
    if (searchUnread === undefined) {
      const own = each.clusters.instances.map(({ cluster }) => cluster);
      run.round.searched.set(each.termination.instanceId, [...new Set(own)]);
    }
    return { ...each, clusters: { ...each.clusters, searchUnread } };
  });
  return withPermissions(run, withSearch);
}

/** All clusters of the account, asked for once a run. Throws only what is a fault of ours. */
export function listClusters(run: Run): Promise<Reading<readonly ListedCluster[]>> {
  return reading(run, () => run.cache.clusters.get("", () => run.ports.ecs.clusters()));
}

// What another drain of the same instance has found in this run counts for all.
function foundFor(run: Run, { instanceId, settings }: Termination): ListedCluster[] {
  if (settings.discover === "named") return [];
  const names = run.round.searched.get(instanceId) ?? [];
  return names.map((name) => ({ name, instances: 1, tags: [] }));
}

/** The clusters that a termination's instance may be in. Those that are named come first. One without instances is not asked. */
export function clustersOf({ settings, memory }: Termination, all: readonly ListedCluster[]): string[] {
  const seen = memory.containerInstances.map((each) => each.cluster);
  const known = [...new Set([...settings.clusterNames, ...seen])];
  const bare = new Set(known.map(bareName));
  return [
    ...known,
    ...all.filter(({ name, instances }) => instances > 0 && !bare.has(name)).map(({ name }) => name),
  ];
}

// Which of the clusters may be changed. What was found of clusters that nobody named is only told, if the settings say so.
async function withPermissions<T extends Observable & { readonly clusters: InClusters }>(
  run: Run,
  records: readonly T[],
): Promise<T[]> {
  const needsTags = records.some(
    ({ termination: { settings }, clusters }) =>
      settings.clusterTag !== undefined &&
      clusters.instances.some(({ cluster }) => !mayChange(settings, cluster, [])),
  );
  const listed = needsTags ? await listClusters(run) : undefined;
  return records.map((each) => {
    const { settings } = each.termination;
    const { instances, unread } = each.clusters;
    if (settings.discover === "named") return each;
    const tagsOf = (cluster: string) =>
      (listed && contentOf(listed))?.find(({ name }) => name === bareName(cluster))?.tags ?? [];
    const isKept = (cluster: string) =>
      settings.discover === "all" || isNamedCluster(settings, cluster) || isSeen(each.termination, cluster);
    const clusters: InClusters = {
      ...each.clusters,
      unread: unread ?? (listed && unreadIn(listed)),
      instances: instances
        .filter(({ cluster }) => isKept(cluster))
        .map((one) => ({ ...one, permitted: mayChange(settings, one.cluster, tagsOf(one.cluster)) })),
      unnamed: [
        ...new Set(instances.map((one) => one.cluster).filter((one) => !isNamedCluster(settings, one))),
      ],
      managed: instances
        .filter(({ cluster }) => isKept(cluster))
        .flatMap(({ services }) => services)
        .flatMap(({ loadBalancers }) => loadBalancers),
    };
    return { ...each, clusters };
  });
}

function isSeen({ memory }: Termination, cluster: string): boolean {
  return memory.containerInstances.some((each) => each.cluster === cluster);
}

function together(one: InClusters, other: InClusters): InClusters {
  return {
    instances: [...one.instances, ...other.instances],
    managed: [...one.managed, ...other.managed],
    managedDraining: one.managedDraining || (other.managedDraining ?? one.managedDraining),
    protections: [...one.protections, ...other.protections],
    unread: one.unread ?? other.unread,
    unnamed: [...one.unnamed, ...other.unnamed],
    missing: [...one.missing, ...other.missing],
    searchUnread: one.searchUnread ?? other.searchUnread,
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
  const answer = await reading(run, () => readInstances(run, cluster, concerned, questions));
  if ("unread" in answer) return concerned.map(() => ({ ...IN_NONE, unread: answer.unread }));
  if (answer.value === undefined) return withoutCluster(run, cluster, concerned);
  const read = answer.value.map(({ termination, instances }) => ({
    termination,
    instances: instances.filter(isRead),
    // One that hides something leaves the instance unread, and others as they are.
    unread: instances.flatMap((each) => (isRead(each) ? [] : [run.callFailed(each)]))[0],
  }));
  for (const { odd } of read.flatMap(({ instances }) => instances.flatMap(({ tasks }) => tasks)))
    if (odd) run.callFailed(odd);
  const withServices = await observeServices(run, cluster, read);
  const drained = await observeManagedDraining(run, cluster, withServices, questions);
  const all = await observeProtections(run, cluster, drained, questions);
  return all.map(({ termination: _, ...view }, i) => ({
    ...view,
    unread: read[i]?.unread ?? view.unread,
    unnamed: [],
    missing: [],
    searchUnread: undefined,
  }));
}

// For each of the concerned, its container instances with their tasks. Undefined if there is no such cluster. Throws an
// AwsCallError.
async function readInstances(
  run: Run,
  cluster: string,
  concerned: readonly Concerned[],
  questions: Questions,
): Promise<(Concerned & { readonly instances: readonly (ClusterInstance | OddAnswer)[] })[] | undefined> {
  const found = await findContainerInstances(
    run,
    cluster,
    concerned.map(({ termination }) => termination),
  );
  if (found === undefined) return undefined;
  const own = concerned.map(({ termination }) => found.get(termination.instanceId) ?? []);
  const hosted = concerned.flatMap(({ termination }, index) => {
    const instances = own[index] ?? [];
    if (!isRead(instances)) return [];
    return instances.map((containerInstance) => ({ index, termination, containerInstance }));
  });
  const withTasks = groupBy(await observeTasks(run, cluster, hosted, questions), ({ index }) => index);
  return concerned.map(({ termination }, index) => {
    const instances = own[index] ?? [];
    if (!isRead(instances)) return { termination, instances: [instances] };
    return { termination, instances: (withTasks.get(index) ?? []).map((each) => each.clusterInstance) };
  });
}

// A cluster that does not exist. If none of them was ever seen in it, its name is wrong. An instance is then not known to be in
// none, unless it is searched for in all.
function withoutCluster(run: Run, cluster: string, concerned: readonly Concerned[]): InClusters[] {
  const existed = concerned.some(({ termination }) => isSeen(termination, cluster));
  return concerned.map(({ termination: { settings } }) => {
    if (existed || !settings.clusterNames.includes(cluster)) return IN_NONE;
    if (settings.discover === "all") return { ...IN_NONE, missing: [cluster] };
    run.cannotUse(cluster, "there is no such ECS cluster");
    return { ...IN_NONE, unread: { call: "ecs:ListContainerInstances", why: "gone" } };
  });
}
