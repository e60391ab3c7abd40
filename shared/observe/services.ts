import type { Unread } from "../model/blocker.ts";
import type { LoadBalancerId } from "../model/load-balancer.ts";
import { type ClusterInstance, hasEnded, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** A termination's instances in one cluster. */
export type InCluster = {
  readonly termination: Termination;
  readonly instances: readonly ClusterInstance[];
};

/** A termination's instances in one cluster, with the services of their tasks, and the load balancers that these name. */
export type WithServices = InCluster & {
  readonly managed: readonly LoadBalancerId[];
  readonly unread: Unread | undefined;
};

/** A service that was read so long after a task came, in milliseconds, is as it was then: reads lag, and clocks differ. */
const KNOWN_AFTER_MS = 15_000;

/**
 * Reads the services of the tasks on instances of one cluster, each once a run. A service is read again for a task that came since:
 * a deployment may have given it other load balancers. Throws only what is a fault of ours.
 */
export async function observeServices(
  run: Run,
  cluster: string,
  records: readonly InCluster[],
): Promise<WithServices[]> {
  const { services: cache } = run.cache;
  const keyOf = (name: string) => `${cluster} ${name}`;
  const newest = newestTasks(records);
  const missing = [...newest.keys()].filter((name) => {
    const { at } = cache.peek(keyOf(name)) ?? {};
    return at === undefined || (newest.get(name) ?? 0) > at - KNOWN_AFTER_MS;
  });
  const at = run.now();
  const answer = await reading(run, () => run.ports.ecs.services(cluster, missing));
  if ("value" in answer) {
    for (const name of missing)
      cache.set(keyOf(name), { service: answer.value.find((each) => each.name === name), at });
  }
  return records.map(({ termination, instances }) => {
    const names = instances.map((each) => servicesOf(each, termination.since));
    const isUnread = "unread" in answer && names.flat().some((name) => missing.includes(name));
    const services = names.map((some) => some.flatMap((name) => cache.peek(keyOf(name))?.service ?? []));
    return {
      termination,
      instances: instances.map((each, i) => ({ ...each, services: services[i] ?? [] })),
      managed: services.flat().flatMap(({ loadBalancers }) => loadBalancers),
      unread: isUnread ? answer.unread : undefined,
    };
  });
}

// When the newest task of each service came, in milliseconds since 1970; 0 where that is not known.
function newestTasks(records: readonly InCluster[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { termination, instances } of records) {
    for (const { service, createdAt = 0 } of instances.flatMap(({ tasks }) =>
      tasks.filter((task) => isRecent(task, termination.since)),
    )) {
      if (service !== undefined) newest.set(service, Math.max(newest.get(service) ?? 0, createdAt));
    }
  }
  return newest;
}

function servicesOf({ tasks }: ClusterInstance, since: number): string[] {
  return [...new Set(tasks.filter((task) => isRecent(task, since)).flatMap((task) => task.service ?? []))];
}

// A task that stopped before the termination began does not tell what runs there now.
function isRecent(task: Task, since: number): boolean {
  return !hasEnded(task) || (task.stoppedAt !== undefined && task.stoppedAt >= since);
}
