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

/** Reads the services of the tasks on instances of one cluster, each once a run. Throws only what is a fault of ours. */
export async function observeServices(
  run: Run,
  cluster: string,
  records: readonly InCluster[],
): Promise<WithServices[]> {
  const { services: cache } = run.cache;
  const keyOf = (name: string) => `${cluster} ${name}`;
  const named = new Set(
    records.flatMap(({ termination, instances }) =>
      instances.flatMap((each) => servicesOf(each, termination.since)),
    ),
  );
  const missing = [...named].filter((name) => !cache.has(keyOf(name)));
  const answer = await reading(run, () => run.ports.ecs.services(cluster, missing));
  if ("value" in answer) {
    for (const name of missing)
      cache.set(
        keyOf(name),
        answer.value.find((each) => each.name === name),
      );
  }
  return records.map(({ termination, instances }) => {
    const names = instances.map((each) => servicesOf(each, termination.since));
    const isUnread = "unread" in answer && names.flat().some((name) => missing.includes(name));
    const services = names.map((some) => some.flatMap((name) => cache.peek(keyOf(name)) ?? []));
    return {
      termination,
      instances: instances.map((each, i) => ({ ...each, services: services[i] ?? [] })),
      managed: services.flat().flatMap(({ loadBalancers }) => loadBalancers),
      unread: isUnread ? answer.unread : undefined,
    };
  });
}

function servicesOf({ tasks }: ClusterInstance, since: number): string[] {
  return [...new Set(tasks.filter((task) => isRecent(task, since)).flatMap((task) => task.service ?? []))];
}

// A task that stopped before the termination began does not tell what runs there now.
function isRecent(task: Task, since: number): boolean {
  return !hasEnded(task) || (task.stoppedAt !== undefined && task.stoppedAt >= since);
}
