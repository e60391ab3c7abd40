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
import { allPages, type Call } from "./call.ts";

/** How many tasks a page of a list has at the most, and a call to describe them takes (the SDK model's limits). */
export const TASKS_A_CALL = 100;
/** How many clusters a call describes (the SDK model's limit). */
const CLUSTERS_A_CALL = 100;
/** With at least so many container instances, one list of the whole cluster may be cheaper than one for each of them. */
const WHOLE_CLUSTER_FROM = 5;

/** A client of ECS, and how its calls are made. */
export type Ecs = { readonly client: ECSClient; readonly call: Call };

/** Which tasks are listed, and how: ListTasks's own input. */
type Which = {
  readonly cluster: string;
  readonly containerInstance?: string;
  /** The status that ECS wants. A task that is stopping is listed under STOPPED, though its containers still run. */
  readonly desiredStatus: "RUNNING" | "STOPPED";
};

/** All clusters that are in use, a hundred a call. Throws an AwsCallError. */
export async function listClusters({ client, call }: Ecs): Promise<ListedCluster[]> {
  const pages = await allPages((nextToken) =>
    call("ecs:ListClusters", () => client.send(new ListClustersCommand({ nextToken }))),
  );
  const arns = pages.flatMap((page) => page.clusterArns ?? []);
  const described = await forEachOf(pieces(arns, CLUSTERS_A_CALL), (clusters) =>
    call("ecs:DescribeClusters", () =>
      client.send(new DescribeClustersCommand({ clusters, include: ["TAGS"] })),
    ),
  );
  return described.flatMap((each) => each.clusters ?? []).map(readCluster);
}

function readCluster({ clusterName, registeredContainerInstancesCount, tags = [] }: Cluster): ListedCluster {
  return {
    name: clusterName as string,
    instances: registeredContainerInstancesCount ?? 0,
    tags: tags.map(({ key = "", value = "" }) => ({ key, value })),
  };
}

/**
 * The ARNs of a cluster's container instances, other than INACTIVE ones. Throws an AwsCallError.
 *
 * @param filter in the cluster query language (Amazon ECS Developer Guide)
 */
export async function listContainerInstances(
  { client, call }: Ecs,
  cluster: string,
  filter: string,
): Promise<string[]> {
  const pages = await allPages((nextToken) =>
    call("ecs:ListContainerInstances", () =>
      client.send(new ListContainerInstancesCommand({ cluster, filter, nextToken })),
    ),
  );
  return pages.flatMap((page) => page.containerInstanceArns ?? []);
}

/** The ARNs of tasks, from all pages of their list. Throws an AwsCallError. */
async function listPages(ecs: Ecs, which: Which): Promise<string[]> {
  const { arns } = await listSome(ecs, which, Number.POSITIVE_INFINITY);
  return arns;
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
    const { arns, isAll } = await listSome(ecs, { cluster, desiredStatus: "STOPPED" }, pages);
    if (isAll) return arns;
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

async function listSome(ecs: Ecs, which: Which, pages: number): Promise<{ arns: string[]; isAll: boolean }> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < pages; page++) {
    const answer = await ecs.call("ecs:ListTasks", () =>
      ecs.client.send(new ListTasksCommand({ ...which, nextToken })),
    );
    arns.push(...(answer.taskArns ?? []));
    nextToken = answer.nextToken;
    if (!nextToken) return { arns, isAll: true };
  }
  return { arns, isAll: false };
}

async function isCheaperAsAWhole(ecs: Ecs, cluster: string, containerInstances: number): Promise<boolean> {
  if (containerInstances < WHOLE_CLUSTER_FROM) return false;
  const { clusters = [] } = await ecs.call("ecs:DescribeClusters", () =>
    ecs.client.send(new DescribeClustersCommand({ clusters: [cluster] })),
  );
  const tasks = (clusters[0]?.runningTasksCount ?? 0) + (clusters[0]?.pendingTasksCount ?? 0);
  return (2 * tasks) / TASKS_A_CALL < containerInstances;
}
