import type { Task } from "../aws/ecs.ts";
import { forEachOf } from "../base/batches.ts";
import type { ClusterInstance } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { hasOurs } from "../rules/steps.ts";
import { liveTasks } from "../rules/still-there.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import type { InstanceInClusters } from "./cluster.ts";
import type { Registrations } from "./load-balancers.ts";

/**
 * Adds the host ports that ECS does not show to the tasks of instances that are to become DRAINING and have a
 * registration of ours, which one of them may listen behind: those that a task has by its definition, because it is of
 * the network mode host, or has not started yet. A definition never changes, so each is read once a run. Returns what
 * could not be read, by termination.
 */
export async function observeHostPorts(
  run: Run,
  terminations: readonly Termination[],
  clusterInstances: ReadonlyMap<Termination, InstanceInClusters>,
  registrations: ReadonlyMap<Termination, Registrations>,
): Promise<Map<Termination, string>> {
  const concerned = terminations.flatMap((termination) => {
    const clusterInstance = clusterInstances.get(termination);
    const registered = registrations.get(termination)?.registrations ?? [];
    const isConcerned =
      termination.interruptedAt === undefined && clusterInstance && hasOurs(termination.memory, registered);
    return isConcerned ? [{ termination, clusterInstance }] : [];
  });
  const definitions = new Set(
    concerned.flatMap(({ clusterInstance }) =>
      clusterInstance.clusterInstances.flatMap(hiding).map((task) => task.definition),
    ),
  );
  const read = new Map<string, Reading<readonly number[]>>();
  await forEachOf(definitions, async (definition) => {
    const ask = () => run.once(run.definedPorts, definition, () => run.ports.ecs.definedPorts(definition));
    read.set(definition, await reading(run, ask));
  });
  const unread = new Map<Termination, string>();
  for (const { termination, clusterInstance } of concerned) {
    clusterInstance.clusterInstances = clusterInstance.clusterInstances.map((each) => {
      const found = new Map(hiding(each).map((task) => [task, read.get(task.definition)]));
      for (const reading of found.values()) {
        if (reading && "unread" in reading) unread.set(termination, reading.unread);
      }
      return { ...each, tasks: each.tasks.map((task) => withPorts(task, found.get(task))) };
    });
  }
  return unread;
}

// The tasks of a member that is to become DRAINING that may listen on host ports which ECS does not show.
function hiding(clusterInstance: ClusterInstance): readonly Task[] {
  if (clusterInstance.containerInstance.status !== "ACTIVE") return [];
  return liveTasks(clusterInstance).filter(
    (task) => task.hostPorts.length === 0 && task.addresses.length === 0,
  );
}

function withPorts(task: Task, reading: Reading<readonly number[]> | undefined): Task {
  return reading && "value" in reading && reading.value.length > 0
    ? { ...task, hostPorts: reading.value }
    : task;
}
