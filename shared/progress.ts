import { groupBy } from "./batches.ts";
import type { ClusterMember, Observation, Registration } from "./observation.ts";

/** The status in which a task's containers have certainly ended. */
export const STOPPED = "STOPPED";

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

/**
 * What is still there, in the words of the log, or undefined when nothing is: load balancers with what is registered
 * or draining, tasks by status, what could not be read.
 */
export function leftBehind(observed: Observation): string | undefined {
  const unread = [observed.unread.registrations, observed.unread.tasks].flatMap((each) => each ?? []);
  const parts = [
    ...registrationTexts(observed.registrations),
    ...observed.members.flatMap(memberTexts),
    ...unread,
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

function registrationTexts(registrations: readonly Registration[]): string[] {
  const groups = groupBy(registrations, ({ kind, name, state }) => `${kind} ${name} ${state}`);
  return [...groups.values()].map((group) => {
    const { kind, name, state } = group[0] as Registration;
    if (kind === "classic") return `${state} with ${name}`;
    return `${group.length === 1 ? "1 target" : `${group.length} targets`} ${state} in ${name}`;
  });
}

function memberTexts({ containerInstance, tasks }: ClusterMember): string[] {
  const live = groupBy(
    tasks.filter((task) => task.status !== STOPPED),
    (task) => task.status,
  );
  const statuses = [...live.keys()].sort((a, b) => STATUSES.indexOf(a) - STATUSES.indexOf(b));
  const texts = statuses.map((status) => {
    const count = live.get(status)?.length ?? 0;
    return `${count} ${count === 1 ? "task" : "tasks"} ${status}`;
  });
  return containerInstance.status === "ACTIVE" ? [...texts, "not yet DRAINING"] : texts;
}
