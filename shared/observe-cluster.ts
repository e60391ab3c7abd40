import type { ContainerInstance, ServiceLoadBalancers, Task } from "./aws/ecs.ts";
import { forEachOf, groupBy } from "./batches.ts";
import { AwsCallError } from "./errors.ts";
import type { ClusterMember } from "./observation.ts";
import { observeTasks } from "./observe-tasks.ts";
import type { Ports } from "./ports.ts";
import { STOPPED } from "./progress.ts";
import { reading } from "./reading.ts";
import type { Run } from "./run.ts";
import type { Termination } from "./termination.ts";

/** An instance in its clusters: its tasks, and the load balancers of the services they belong to. */
export type Membership = {
  members: ClusterMember[];
  /** The services with a task on the instance, by name, with the load balancers that they name. */
  services: Map<string, ServiceLoadBalancers>;
  targetGroups: string[];
  elbNames: string[];
  /** What could not be read. */
  unread: string | undefined;
};

/** Finds the instances in their clusters, with their tasks and the load balancers of these tasks' services. */
export async function observeMembers(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
): Promise<Map<Termination, Membership>> {
  const found = new Map<Termination, Membership>(
    terminations.map((each) => [
      each,
      { members: [], services: new Map(), targetGroups: [], elbNames: [], unread: undefined },
    ]),
  );
  const clusters = new Set(terminations.flatMap(clustersOf));
  await forEachOf(clusters, async (cluster) => {
    const concerned = terminations.filter((each) => clustersOf(each).includes(cluster));
    await observeCluster(ports, run, cluster, concerned, found);
  });
  return found;
}

function clustersOf({ settings, memory }: Termination): string[] {
  const seen = memory.containerInstances.map((each) => each.cluster);
  return [...new Set([...settings.clusterNames, ...seen])];
}

async function observeCluster(
  ports: Ports,
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
  found: ReadonlyMap<Termination, Membership>,
): Promise<void> {
  const answer = await reading(run, async () => {
    const containerInstances = await findAll(ports, run, cluster, terminations);
    return observeTasks(ports, cluster, terminations, containerInstances);
  });
  for (const termination of terminations) {
    const membership = found.get(termination) as Membership;
    if ("unread" in answer) membership.unread = answer.unread;
    else membership.members.push(...(answer.value.get(termination) ?? []));
  }
  if ("value" in answer) await observeServices(ports, run, cluster, terminations, found);
}

// Those seen before are described by ARN; the others are looked for by instance id, whatever the cluster's size.
async function findAll(
  ports: Ports,
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
): Promise<Map<string, ContainerInstance[]>> {
  try {
    const known = terminations.flatMap(({ memory }) =>
      memory.containerInstances.filter((each) => each.cluster === cluster),
    );
    const arns = [...new Set(known.map((each) => each.arn))];
    const seen = arns.length === 0 ? [] : await ports.ecs.describeContainerInstances(cluster, arns);
    const present = new Set(seen.filter((each) => each.status !== "INACTIVE").map((each) => each.instanceId));
    const sought = terminations.filter(
      ({ instanceId, memory }) =>
        !present.has(instanceId) && !memory.containerInstances.some((each) => each.cluster !== cluster),
    );
    const more = await ports.ecs.findContainerInstances(cluster, [
      ...new Set(sought.map((each) => each.instanceId)),
    ]);
    const found = more.length === 0 ? [] : await ports.ecs.describeContainerInstances(cluster, more);
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
  ports: Ports,
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
  found: ReadonlyMap<Termination, Membership>,
): Promise<void> {
  const servicesOf = (termination: Termination) => [
    ...new Set(
      (found.get(termination)?.members ?? [])
        .filter((member) => member.cluster === cluster)
        .flatMap((member) => member.tasks)
        .filter((task) => isRecent(task, termination.since))
        .flatMap((task) => task.service ?? []),
    ),
  ];
  const asked = new Set(terminations.flatMap(servicesOf));
  const missing = [...asked].filter((name) => !run.services.has(keyOf(cluster, name)));
  const answer = await reading(run, () => ports.ecs.serviceLoadBalancers(cluster, missing));
  if ("value" in answer) {
    for (const name of missing) {
      run.services.set(keyOf(cluster, name), answer.value.get(name) ?? { targetGroups: [], elbNames: [] });
    }
  }
  for (const termination of terminations) {
    const membership = found.get(termination) as Membership;
    for (const name of servicesOf(termination)) {
      const service = run.services.get(keyOf(cluster, name));
      if (!service) {
        if ("unread" in answer) membership.unread = answer.unread;
        continue;
      }
      membership.services.set(name, service);
      membership.targetGroups.push(...service.targetGroups);
      membership.elbNames.push(...service.elbNames);
    }
  }
}

// A task that stopped before the termination began says nothing of what runs there now.
function isRecent(task: Task, since: number): boolean {
  return task.status !== STOPPED || (task.stoppedAt !== undefined && task.stoppedAt >= since);
}

function keyOf(cluster: string, service: string): string {
  return `${cluster} ${service}`;
}
