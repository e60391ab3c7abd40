import { forEachOf } from "../base/batches.ts";
import type { Unread } from "../model/blocker.ts";
import type { Questions } from "../model/questions.ts";
import { type ClusterInstance, liveTasks, type Task, type TaskDefinition } from "../model/tasks.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import type { WithRegistered } from "./records.ts";

/**
 * Adds the host ports that ECS does not show to the tasks of instances that none of us has set DRAINING. It does so if there is a
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
    records.filter(isAsked).flatMap((each) => hidingIn(each).map((task) => task.definition)),
  );
  const read = new Map(
    await forEachOf(definitions, async (definition): Promise<[string, Reading<TaskDefinition>]> => {
      const ask = () => run.cache.definitions.get(definition, () => run.ports.ecs.definition(definition));
      return [definition, await reading(run, ask)];
    }),
  );
  return records.map((each) => {
    if (!isAsked(each)) return { ...each, hostPortsUnread: undefined };
    const hiding = hidingIn(each);
    const unread = hiding.flatMap(({ definition }) => {
      const ports = read.get(definition);
      return ports && "unread" in ports ? [ports.unread] : [];
    });
    const hidden = new Set(hiding.map(({ arn }) => arn));
    const instances = each.clusters.instances.map((one) => withPorts(one, hidden, read));
    const clusters = { ...each.clusters, instances };
    return { ...each, clusters, hostPortsUnread: unread.at(-1) };
  });
}

// The tasks of an instance that may listen on host ports that ECS does not show. Those that our DRAINING stops have nothing of ours
// before them any more. Where somebody else has set it, something may be.
function hidingIn({ termination: { memory }, clusters }: WithRegistered): readonly Task[] {
  const isByUs = (arn: string) => memory.drained.some(({ what }) => what === arn);
  return clusters.instances
    .filter(({ containerInstance: { arn, status } }) => status === "ACTIVE" || !isByUs(arn))
    .flatMap(liveTasks)
    .filter(({ hostPorts, addresses }) => hostPorts.length === 0 && addresses.length === 0);
}

function withPorts(
  clusterInstance: ClusterInstance,
  hidden: ReadonlySet<string>,
  read: ReadonlyMap<string, Reading<TaskDefinition>>,
): ClusterInstance {
  return {
    ...clusterInstance,
    tasks: clusterInstance.tasks.map((task) => {
      const ports = hidden.has(task.arn) ? read.get(task.definition) : undefined;
      if (!ports || "unread" in ports) return task;
      return { ...task, hostPorts: ports.value.ports, mayListenOnAny: ports.value.mayHaveOthers };
    }),
  };
}
