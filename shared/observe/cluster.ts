import type { ContainerInstance, Service, Task, TaskProtection } from "../aws/ecs.ts";
import { forEachOf, groupBy } from "../base/batches.ts";
import { AwsCallError } from "../base/errors.ts";
import type { ClusterInstance } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { areProtectionsDue } from "../rules/stall-reasons.ts";
import { INACTIVE, liveTasks, STOPPED } from "../rules/still-there.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { observeTasks } from "./tasks.ts";

/** An instance in its clusters: its tasks, and the services they belong to. */
export type InstanceInClusters = {
  clusterInstances: ClusterInstance[];
  /** The load balancers that these services name. */
  targetGroups: string[];
  elbNames: string[];
  /** Whether ECS itself drains one of the clusters; undefined where nobody asked. */
  managedDraining: boolean | undefined;
  /** The instance's protected tasks, where they were asked for: now and then while nothing moves. */
  protections: TaskProtection[];
  /** What could not be read. */
  unread: string | undefined;
};

/** Finds the instances in their clusters, with their tasks and the load balancers of these tasks' services. */
export async function observeClusters(
  run: Run,
  terminations: readonly Termination[],
): Promise<Map<Termination, InstanceInClusters>> {
  const found = new Map<Termination, InstanceInClusters>(
    terminations.map((each) => [
      each,
      {
        clusterInstances: [],
        targetGroups: [],
        elbNames: [],
        managedDraining: undefined,
        protections: [],
        unread: undefined,
      },
    ]),
  );
  const clusters = new Set(terminations.flatMap(clustersOf));
  await forEachOf(clusters, async (cluster) => {
    const concerned = terminations.filter((each) => clustersOf(each).includes(cluster));
    await observeCluster(run, cluster, concerned, found);
  });
  return found;
}

function clustersOf({ settings, memory }: Termination): string[] {
  const seen = memory.containerInstances.map((each) => each.cluster);
  return [...new Set([...settings.clusterNames, ...seen])];
}

async function observeCluster(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
  found: ReadonlyMap<Termination, InstanceInClusters>,
): Promise<void> {
  const answer = await reading(run, async () => {
    const containerInstances = await findAll(run, cluster, terminations);
    return observeTasks(run, cluster, terminations, containerInstances);
  });
  for (const termination of terminations) {
    const clusterInstance = found.get(termination) as InstanceInClusters;
    if ("unread" in answer) clusterInstance.unread = answer.unread;
    else clusterInstance.clusterInstances.push(...(answer.value.get(termination) ?? []));
  }
  if ("unread" in answer) return;
  await observeServices(run, cluster, terminations, found);
  await observeManagedDraining(run, cluster, terminations, found);
  await observeProtections(run, cluster, terminations, found);
}

// Those seen before are described by ARN; the others are looked for by instance id, whatever the cluster's size. So is one
// whose agent is silent: it may have registered anew, as another container instance.
async function findAll(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
): Promise<Map<string, ContainerInstance[]>> {
  try {
    const known = terminations.flatMap(({ memory }) =>
      memory.containerInstances.filter((each) => each.cluster === cluster),
    );
    const arns = [...new Set(known.map((each) => each.arn))];
    const seen = arns.length === 0 ? [] : await run.ports.ecs.describeContainerInstances(cluster, arns);
    const present = new Set(
      seen.filter((each) => each.status !== INACTIVE && each.agentConnected).map((each) => each.instanceId),
    );
    const sought = terminations.filter(
      ({ instanceId, memory }) =>
        !present.has(instanceId) && !memory.containerInstances.some((each) => each.cluster !== cluster),
    );
    const listed = await run.ports.ecs.findContainerInstances(cluster, [
      ...new Set(sought.map((each) => each.instanceId)),
    ]);
    const more = listed.filter((arn) => !arns.includes(arn));
    const found = more.length === 0 ? [] : await run.ports.ecs.describeContainerInstances(cluster, more);
    return groupBy([...seen, ...found], (each) => each.instanceId);
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== "gone") throw error;
    // A cluster that does not exist holds nothing. Where nothing was seen in it either, its name is wrong.
    if (
      !terminations.some(({ memory }) => memory.containerInstances.some((each) => each.cluster === cluster))
    ) {
      run.cannotUse(cluster, "there is no such ECS cluster");
    }
    return new Map();
  }
}

async function observeServices(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
  found: ReadonlyMap<Termination, InstanceInClusters>,
): Promise<void> {
  const servicesOf = ({ tasks }: ClusterInstance, since: number) => [
    ...new Set(tasks.filter((task) => isRecent(task, since)).flatMap((task) => task.service ?? [])),
  ];
  const own = terminations.flatMap((termination) => {
    const clusterInstance = found.get(termination) as InstanceInClusters;
    return clusterInstance.clusterInstances
      .map((each, index) => ({ clusterInstance, index, each, names: servicesOf(each, termination.since) }))
      .filter(({ each }) => each.cluster === cluster);
  });
  const missing = [...new Set(own.flatMap(({ names }) => names))].filter(
    (name) => !run.services.has(keyOf(cluster, name)),
  );
  const answer = await reading(run, () => run.ports.ecs.services(cluster, missing));
  if ("value" in answer) {
    for (const name of missing) {
      run.services.set(
        keyOf(cluster, name),
        answer.value.find((service) => service.name === name),
      );
    }
  }
  for (const { clusterInstance, index, each, names } of own) {
    if ("unread" in answer && names.some((name) => missing.includes(name)))
      clusterInstance.unread = answer.unread;
    const services = names.flatMap((name): Service[] => {
      const service = run.services.get(keyOf(cluster, name));
      return service ? [service] : [];
    });
    clusterInstance.clusterInstances[index] = { ...each, services };
    clusterInstance.targetGroups.push(...services.flatMap((service) => service.targetGroups));
    clusterInstance.elbNames.push(...services.flatMap((service) => service.elbNames));
  }
}

// One that drains, though not by us, and came by a capacity provider: ECS may be draining it.
async function observeManagedDraining(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
  found: ReadonlyMap<Termination, InstanceInClusters>,
): Promise<void> {
  const drainedByOthers = terminations.filter((termination) =>
    found
      .get(termination)
      ?.clusterInstances.some(
        ({ containerInstance: { arn, status, capacityProvider } }) =>
          status === "DRAINING" &&
          capacityProvider !== undefined &&
          !termination.memory.drained.some(({ what }) => what === arn),
      ),
  );
  if (drainedByOthers.length === 0) return;
  const answer = await reading(run, () =>
    run.once(run.managedDraining, cluster, () => run.ports.ecs.managesDraining(cluster)),
  );
  for (const termination of drainedByOthers) {
    const clusterInstance = found.get(termination) as InstanceInClusters;
    if ("value" in answer) clusterInstance.managedDraining = clusterInstance.managedDraining || answer.value;
  }
}

async function observeProtections(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
  found: ReadonlyMap<Termination, InstanceInClusters>,
): Promise<void> {
  const now = run.now();
  const tasksOf = (termination: Termination) =>
    areProtectionsDue(termination, now)
      ? (found.get(termination)?.clusterInstances ?? [])
          .filter(
            (clusterInstance) =>
              clusterInstance.cluster === cluster && clusterInstance.containerInstance.status === "DRAINING",
          )
          .flatMap((clusterInstance) =>
            liveTasks(clusterInstance).filter((task) => task.shouldRun && task.service !== undefined),
          )
          .map((task) => task.arn)
      : [];
  const asked = [...new Set(terminations.flatMap(tasksOf))].filter((arn) => !run.protections.has(arn));
  const answer = await reading(run, () => run.ports.ecs.protections(cluster, asked));
  // It would only explain the wait: without it the drain goes on as it does.
  for (const arn of asked) {
    run.protections.set(
      arn,
      contentOf(answer)?.find((each) => each.task === arn),
    );
  }
  for (const termination of terminations) {
    const protections = tasksOf(termination).flatMap((arn) => run.protections.get(arn) ?? []);
    found.get(termination)?.protections.push(...protections);
  }
}

// A task that stopped before the termination began says nothing of what runs there now.
function isRecent(task: Task, since: number): boolean {
  return task.status !== STOPPED || (task.stoppedAt !== undefined && task.stoppedAt >= since);
}

function keyOf(cluster: string, service: string): string {
  return `${cluster} ${service}`;
}
