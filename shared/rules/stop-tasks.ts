// Rule 4: what does not leave by itself.

import type { Step } from "../model/decision.ts";
import type { Observation } from "../model/observation.ts";
import { isOurs, type Registration } from "../model/registration.ts";
import { type ClusterInstance, liveTasks, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { isSearching } from "./rounds.ts";
import { metadataProblems } from "./settings-in-force.ts";
import { SETTLE_MS } from "./timings.ts";

/**
 * The tasks to stop that do not leave by themselves. They are stopped once all others are STOPPED, and not merely stopping.
 * DRAINING stops no task that no service started. It stops daemons too, but nobody knows when.
 */
export function tasksToStop(termination: Termination, observed: Observation, now: number): Step[] {
  const { memory } = termination;
  if (memory.drainingAt === undefined || now - memory.drainingAt < SETTLE_MS) return [];
  if (observed.unread.registrations !== undefined || isSearching(observed)) return [];
  // Its owner may have named what is to be kept.
  if (metadataProblems(termination, observed).length > 0) return [];
  if (mustGoFirst(termination, observed).length > 0) return [];
  const live = observed.clusterInstances.flatMap((clusterInstance) =>
    liveTasks(clusterInstance).map((task) => ({ clusterInstance, task })),
  );
  if (live.some(({ clusterInstance, task }) => !mayBeStopped(clusterInstance, task, termination))) return [];
  return live
    .filter(
      ({ clusterInstance, task }) =>
        clusterInstance.permitted &&
        task.shouldRun &&
        clusterInstance.containerInstance.status === "DRAINING",
    )
    .map(({ clusterInstance, task }) => ({
      kind: "stop task",
      cluster: clusterInstance.cluster,
      task: task.arn,
      name: task.service === undefined ? (task.startedBy ?? "a standalone task") : task.service,
    }));
}

/** The registrations that must be gone before tasks are stopped. A daemon's own target stays until the daemon is stopped. */
export function mustGoFirst(termination: Termination, observed: Observation): Registration[] {
  return observed.registrations.filter(
    (each) => isOurs(each) || !isBehind(each.services, termination, observed),
  );
}

function isBehind(services: readonly string[], termination: Termination, observed: Observation): boolean {
  return observed.clusterInstances.some((clusterInstance) =>
    liveTasks(clusterInstance).some(
      (task) =>
        task.service !== undefined &&
        services.includes(task.service) &&
        mayBeStopped(clusterInstance, task, termination),
    ),
  );
}

/** Whether a task is stopped once nothing else is left. */
export function mayBeStopped(
  clusterInstance: ClusterInstance,
  task: Task,
  { instanceId, settings }: Termination,
): boolean {
  if (settings.stopTasks === "none") return false;
  if (task.service !== undefined) {
    return clusterInstance.services.some((service) => service.name === task.service && service.daemon);
  }
  return settings.stopTasks === "all" || isStartedBy(task, clusterInstance.containerInstance.arn, instanceId);
}

// A boot script names the container instance as the starter, by its ARN or by the id at its end, or it names the EC2 instance.
function isStartedBy({ startedBy }: Task, containerInstance: string, instanceId: string): boolean {
  return [containerInstance, containerInstance.split("/").at(-1), instanceId].includes(startedBy);
}
