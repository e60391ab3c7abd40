import type { Blocker } from "../model/blocker.ts";
import type { Warning } from "../model/decision.ts";
import type { Observation } from "../model/observation.ts";
import { type ClusterInstance, familyOf, liveTasks, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { pointingAt } from "./steps.ts";
import { mayBeStopped } from "./stop-tasks.ts";

/**
 * Rule 2. What follows while DRAINING waits for a registration of ours: ECS can still place tasks on the instance. One line says
 * so, and each task that was placed there since the termination began has its own.
 *
 * @param left what is still there after the steps of this pass
 */
export function newTaskWarnings(
  termination: Termination,
  observed: Observation,
  left: readonly Blocker[],
): Warning[] {
  return observed.clusterInstances.flatMap((each) => {
    const isOpen = left.some((one) => one.kind === "not draining" && one.cluster === each.cluster);
    const waitsFor = isOpen ? pointingAt(each, observed) : [];
    return [
      ...(waitsFor.length > 0 ? [openTo(each.cluster, [...new Set(waitsFor.map(({ name }) => name))])] : []),
      ...liveTasks(each)
        // Tasks of services come and go with DRAINING. They only matter where it waits.
        .filter((task) => task.service === undefined || waitsFor.length > 0)
        .filter((task) => task.shouldRun && (task.createdAt ?? 0) > termination.since)
        .map((task) => placed(each, task, termination)),
    ];
  });
}

function openTo(cluster: string, names: readonly string[]): Warning {
  return {
    level: "info",
    kind: "open to new tasks",
    fields: { cluster, load_balancers: names },
    reason: { why: "DRAINING waits" },
    about: cluster,
  };
}

function placed(clusterInstance: ClusterInstance, task: Task, termination: Termination): Warning {
  const isStopped = task.service !== undefined || mayBeStopped(clusterInstance, task, termination);
  return {
    level: isStopped ? "info" : "warn",
    kind: "task placed on it",
    fields: {
      cluster: clusterInstance.cluster,
      family: familyOf(task),
      task: task.arn,
      group: task.group,
      started_by: task.startedBy ?? "not given",
    },
    reason: { why: isStopped ? "placed, and stopped" : "placed, and not stopped" },
    about: task.arn,
  };
}
