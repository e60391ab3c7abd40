import { forEachOf } from "../base/batches.ts";
import type { Unread } from "../model/blocker.ts";
import type { Questions } from "../model/questions.ts";
import { type ClusterInstance, liveTasks, type Task, type TaskDefinition } from "../model/tasks.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import type { WithRegistered } from "./records.ts";

/**
 * Adds the host ports that ECS does not show to the tasks of instances that will become DRAINING. It does so if there is a
 * registration of ours, since one of the tasks may listen behind it. ECS shows none for a task in the network mode host, nor
 * for one that has not started: its definition has them. A definition never changes, so each is read once a run. Throws only
 * what is a fault of ours.
 */
export async function observeHostPorts<T extends WithRegistered>(
  run: Run,
  records: readonly T[],
  { areHostPortsDue }: Pick<Questions, "areHostPortsDue">,
): Promise<(T & { readonly hostPortsUnread: Unread | undefined })[]> {
  const isAsked = ({ isObserved, termination, registered }: WithRegistered) =>
    isObserved && areHostPortsDue(termination, registered.registrations);
  const definitions = new Set(
    records
      .filter(isAsked)
      .flatMap(({ clusters }) => clusters.instances.flatMap(hiding).map((task) => task.definition)),
  );
  const read = new Map(
    await forEachOf(definitions, async (definition): Promise<[string, Reading<TaskDefinition>]> => {
      const ask = () => run.cache.definitions.get(definition, () => run.ports.ecs.definition(definition));
      return [definition, await reading(run, ask)];
    }),
  );
  return records.map((each) => {
    if (!isAsked(each)) return { ...each, hostPortsUnread: undefined };
    const { instances } = each.clusters;
    const unread = instances.flatMap(hiding).flatMap(({ definition }) => {
      const ports = read.get(definition);
      return ports && "unread" in ports ? [ports.unread] : [];
    });
    const clusters = { ...each.clusters, instances: instances.map((one) => withPorts(one, read)) };
    return { ...each, clusters, hostPortsUnread: unread.at(-1) };
  });
}

// The tasks on a container instance that may listen on host ports that ECS does not show.
function hiding(clusterInstance: ClusterInstance): readonly Task[] {
  if (clusterInstance.containerInstance.status !== "ACTIVE") return [];
  return liveTasks(clusterInstance).filter(
    ({ hostPorts, addresses }) => hostPorts.length === 0 && addresses.length === 0,
  );
}

function withPorts(
  clusterInstance: ClusterInstance,
  read: ReadonlyMap<string, Reading<TaskDefinition>>,
): ClusterInstance {
  const hidden = new Set(hiding(clusterInstance).map(({ arn }) => arn));
  return {
    ...clusterInstance,
    tasks: clusterInstance.tasks.map((task) => {
      const ports = hidden.has(task.arn) ? read.get(task.definition) : undefined;
      if (!ports || "unread" in ports) return task;
      return { ...task, hostPorts: ports.value.ports, mayListenOnAny: ports.value.mayHaveOthers };
    }),
  };
}
