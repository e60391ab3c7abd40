import {
  type Cluster,
  DescribeClustersCommand,
  type ECSClient,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import { forEachOf, pieces } from "../base/batches.ts";
import type { ListedCluster } from "../model/tasks.ts";
import { allItems, fieldOf, fieldsOf, someItems, undescribed } from "./answers.ts";
import type { Call } from "./call.ts";

/** How many tasks a page of a list has at the most, and a call to describe them takes (the SDK model's limits). */
export const TASKS_A_CALL = 100;
/** How many clusters a call describes (the SDK model's limit). */
const CLUSTERS_A_CALL = 100;
/** With at least so many container instances, one list of the whole cluster may be cheaper than one for each of them. */
const WHOLE_CLUSTER_FROM = 5;

const CLUSTERS = "ecs:DescribeClusters";

/** A client of ECS, and how its calls are made. */
export type Ecs = { readonly client: ECSClient; readonly call: Call };

/** Which tasks are listed, and how: ListTasks's own input. */
type Which = {
  readonly cluster: string;
  readonly containerInstance?: string;
  /** The status that ECS wants. A task that is stopping is listed under STOPPED, though its containers still run. */
  readonly desiredStatus: "RUNNING" | "STOPPED";
};

/**
 * All clusters that are in use, a hundred a call. One that is not described is gone if it is no longer listed. Throws an
 * AwsCallError: an OddAnswer for one that is listed again.
 */
export async function listClusters(ecs: Ecs): Promise<ListedCluster[]> {
  const described = await forEachOf(pieces(await listClusterArns(ecs), CLUSTERS_A_CALL), (arns) =>
    describeClusters(ecs, arns),
  );
  const lost = described.flatMap((each) => each.lost);
  const listed = lost.length === 0 ? [] : await listClusterArns(ecs);
  for (const each of lost) if (!each.isMissing || each.ids.some((id) => listed.includes(id))) throw each;
  return described.flatMap(({ clusters }) => clusters.map(readCluster));
}

/** The ARNs of all clusters. Throws an AwsCallError. */
export function listClusterArns({ client, call }: Ecs): Promise<string[]> {
  return allItems({ call, action: "ecs:ListClusters", key: "clusterArns" }, (nextToken) =>
    client.send(new ListClustersCommand({ nextToken })),
  );
}

async function describeClusters({ client, call }: Ecs, arns: string[]) {
  const answer = await call(CLUSTERS, () =>
    client.send(new DescribeClustersCommand({ clusters: arns, include: ["TAGS"] })),
  );
  const clusters = fieldOf(CLUSTERS, answer, "clusters");
  const found = clusters.map((each) => fieldOf(CLUSTERS, each, "clusterArn"));
  return { clusters, lost: undescribed({ action: CLUSTERS, key: "clusters" }, arns, found, answer.failures) };
}

function readCluster(each: Cluster): ListedCluster {
  const field = fieldsOf(CLUSTERS, each);
  return {
    name: field("clusterName"),
    instances: field("registeredContainerInstancesCount"),
    tags: (each.tags ?? []).map(({ key = "", value = "" }) => ({ key, value })),
  };
}

/**
 * The ARNs of a cluster's container instances, other than INACTIVE ones. Throws an AwsCallError.
 *
 * @param filter in the cluster query language (Amazon ECS Developer Guide)
 */
export function listContainerInstances(
  { client, call }: Ecs,
  cluster: string,
  filter: string,
): Promise<string[]> {
  const which = { call, action: "ecs:ListContainerInstances", key: "containerInstanceArns" } as const;
  return allItems(which, (nextToken) =>
    client.send(new ListContainerInstancesCommand({ cluster, filter, nextToken })),
  );
}

/** The ARNs of tasks, from all pages of their list. Throws an AwsCallError. */
async function listPages(ecs: Ecs, which: Which): Promise<string[]> {
  const { items } = await listSome(ecs, which, Number.POSITIVE_INFINITY);
  return items;
}

/**
 * The ARNs of the tasks to run on container instances. Lists the whole cluster if that is cheaper: then each hundred tasks take
 * a page, and a call to tell which of them are on other instances. Throws an AwsCallError.
 */
export async function listTasksToRun(
  ecs: Ecs,
  cluster: string,
  containerInstances: readonly string[],
): Promise<string[]> {
  if (await isCheaperAsAWhole(ecs, cluster, containerInstances.length)) {
    return listPages(ecs, { cluster, desiredStatus: "RUNNING" });
  }
  return listEach(ecs, cluster, containerInstances, "RUNNING");
}

/**
 * The ARNs of the tasks on container instances that are stopping or have stopped. Only their list tells how many a cluster has.
 * So the whole cluster's list is read as long as that is cheaper than a list for each container instance. Throws an AwsCallError.
 */
export async function listStoppingTasks(
  ecs: Ecs,
  cluster: string,
  containerInstances: readonly string[],
): Promise<string[]> {
  if (containerInstances.length >= WHOLE_CLUSTER_FROM) {
    const pages = Math.floor(containerInstances.length / 2);
    const { items, isAll } = await listSome(ecs, { cluster, desiredStatus: "STOPPED" }, pages);
    if (isAll) return items;
  }
  return listEach(ecs, cluster, containerInstances, "STOPPED");
}

async function listEach(
  ecs: Ecs,
  cluster: string,
  containerInstances: readonly string[],
  desiredStatus: Which["desiredStatus"],
): Promise<string[]> {
  const lists = await forEachOf(containerInstances, (containerInstance) =>
    listPages(ecs, { cluster, containerInstance, desiredStatus }),
  );
  return lists.flat();
}

function listSome({ client, call }: Ecs, which: Which, pages: number) {
  return someItems(
    { call, action: "ecs:ListTasks", key: "taskArns" },
    (nextToken) => client.send(new ListTasksCommand({ ...which, nextToken })),
    pages,
  );
}

async function isCheaperAsAWhole(ecs: Ecs, cluster: string, containerInstances: number): Promise<boolean> {
  if (containerInstances < WHOLE_CLUSTER_FROM) return false;
  const { clusters = [] } = await ecs.call(CLUSTERS, () =>
    ecs.client.send(new DescribeClustersCommand({ clusters: [cluster] })),
  );
  const tasks = (clusters[0]?.runningTasksCount ?? 0) + (clusters[0]?.pendingTasksCount ?? 0);
  return (2 * tasks) / TASKS_A_CALL < containerInstances;
}
