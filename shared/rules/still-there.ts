import type { Task } from "../aws/ecs.ts";
import { groupBy } from "../base/batches.ts";
import type { ClusterInstance, Observation, Registration } from "../model/observation.ts";

/** The status in which a task's containers have certainly ended. */
export const STOPPED = "STOPPED";
/** The status of a container instance that is out of its cluster: ECS follows none of its tasks any more. */
export const INACTIVE = "INACTIVE";

// The order in which a task passes through its statuses, so that texts are the same for the same situation.
const STATUSES = [
  "PROVISIONING",
  "PENDING",
  "ACTIVATING",
  "RUNNING",
  "DEACTIVATING",
  "STOPPING",
  "DEPROVISIONING",
];

/** The tasks of a container instance that have not ended. */
export function liveTasks({ containerInstance, tasks }: ClusterInstance): readonly Task[] {
  if (containerInstance.status === INACTIVE) return [];
  return tasks.filter((task) => task.status !== STOPPED);
}

/** Whether nobody answers for a container instance that is in its cluster. */
export function isSilent({ containerInstance: { status, agentConnected } }: ClusterInstance): boolean {
  return status !== INACTIVE && !agentConnected;
}

/** Whether the instance is stopped in the warm pool: it runs nothing, and gets nothing to run. */
export function isAtRest(clusterInstance: ClusterInstance, { groupInstance }: Observation): boolean {
  return (
    groupInstance?.state === "Warmed:Terminating:Wait" &&
    !clusterInstance.containerInstance.agentConnected &&
    liveTasks(clusterInstance).length === 0
  );
}

/**
 * What is still there, in the words of the log, or undefined when nothing is: load balancers with what is registered
 * or draining, tasks by status, what could not be read.
 */
export function leftBehind(observed: Observation): string | undefined {
  const { registrations, tasks, hostPorts, instance } = observed.unread;
  const parts = [
    ...registrationTexts(observed.registrations),
    ...observed.clusterInstances.flatMap((clusterInstance) =>
      clusterInstanceTexts(clusterInstance, observed),
    ),
    ...[registrations, tasks].flatMap((each) => each ?? []),
  ];
  if (parts.length === 0) return undefined;
  // Where tasks listen, and whether the instance is alive, only matters for what it is still said to hold.
  return [...parts, ...[hostPorts, instance].flatMap((each) => each ?? [])].join(", ");
}

function registrationTexts(registrations: readonly Registration[]): string[] {
  const groups = groupBy(registrations, ({ kind, name, state }) => `${kind} ${name} ${state}`);
  return [...groups.values()].map((group) => {
    const { kind, name, state } = group[0] as Registration;
    if (kind === "classic") return `${state} with ${name}`;
    return `${group.length === 1 ? "1 target" : `${group.length} targets`} ${state} in ${name}`;
  });
}

function clusterInstanceTexts(clusterInstance: ClusterInstance, observed: Observation): string[] {
  const live = groupBy(liveTasks(clusterInstance), (task) => task.status);
  const statuses = [...live.keys()].sort((a, b) => STATUSES.indexOf(a) - STATUSES.indexOf(b));
  const texts = statuses.map((status) => {
    const count = live.get(status)?.length ?? 0;
    return `${count} ${count === 1 ? "task" : "tasks"} ${status}`;
  });
  const { status, agentConnected } = clusterInstance.containerInstance;
  // While nobody answers for it, what ECS shows of its tasks may be long past.
  if (texts.length > 0 && !agentConnected) texts.push("its ECS agent is disconnected");
  return status === "ACTIVE" && !isAtRest(clusterInstance, observed) ? [...texts, "not yet DRAINING"] : texts;
}
