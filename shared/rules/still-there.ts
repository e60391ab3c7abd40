import { groupBy } from "../base/batches.ts";
import { type Asked, type Blocker, type Leftover, unreadBlocker } from "../model/blocker.ts";
import type { Observation, UnreadAnswers } from "../model/observation.ts";
import type { Registration } from "../model/registration.ts";
import { type ClusterInstance, liveTasks, TASK_STATUSES } from "../model/tasks.ts";
import { searchBlockers } from "./rounds.ts";

/** Whether the instance is stopped in the warm pool. Then nothing runs on it, and nothing starts. */
export function isAtRest(clusterInstance: ClusterInstance, { groupInstance }: Observation): boolean {
  return (
    groupInstance?.state === "Warmed:Terminating:Wait" &&
    !clusterInstance.containerInstance.agentConnected &&
    liveTasks(clusterInstance).length === 0
  );
}

/** What is still there, and what AWS did not answer. Empty if everything is gone. */
export function stillThere(observed: Observation): readonly Blocker[] {
  const { unread } = observed;
  const there = [...leftoversOf(observed), ...unseen(observed)];
  if (there.length === 0) return [];
  // Where tasks listen, whether the instance is alive, and how old the drain is only matters while something is there.
  const asides = ["host ports", "instance", "scaling activity"] as const;
  return [...there, ...asides.flatMap((what) => unreadAbout(what, unread))];
}

/** What may hide something that is there: what AWS did not answer, and what the search has still to ask. */
export function unseen(observed: Observation): readonly Blocker[] {
  const { unread } = observed;
  const unanswered = [
    ...unreadAbout("registrations", unread),
    ...unreadAbout("tasks", unread),
    ...unreadAbout("discovery", unread),
  ];
  return [...unanswered, ...searchBlockers(observed, [...leftoversOf(observed), ...unanswered])];
}

/** What is known to be there: load balancers with what is registered or draining, tasks by status. */
export function leftoversOf(observed: Observation): Leftover[] {
  return [
    ...registrationsOf(observed.registrations),
    ...observed.clusterInstances.flatMap((each) => tasksOn(each, observed)),
  ];
}

/** The blocker for one question, if AWS did not answer it. */
export function unreadAbout(what: Asked, unread: UnreadAnswers): Blocker[] {
  const answer = unread[what];
  return answer === undefined ? [] : [unreadBlocker(what, answer)];
}

function registrationsOf(registrations: readonly Registration[]): Leftover[] {
  const groups = groupBy(registrations, ({ kind, name, state }) => `${kind} ${name} ${state}`);
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map(({ name, port, state }) => ({
      kind: "registration",
      loadBalancer: name,
      counts: port !== undefined,
      state,
      count: group.length,
    })),
  );
}

function tasksOn(clusterInstance: ClusterInstance, observed: Observation): Leftover[] {
  const { cluster, containerInstance } = clusterInstance;
  const live = groupBy(liveTasks(clusterInstance), (task) => task.status);
  // So one situation always gives the same list.
  const byStatus = [...live].sort(([a], [b]) => TASK_STATUSES.indexOf(a) - TASK_STATUSES.indexOf(b));
  const left: Leftover[] = byStatus.map(([status, tasks]) => ({
    kind: "tasks",
    cluster,
    status,
    count: tasks.length,
  }));
  // While the agent is silent, the tasks that ECS shows may be long past.
  if (left.length > 0 && !containerInstance.agentConnected)
    left.push({ kind: "agent disconnected", cluster });
  if (containerInstance.status === "ACTIVE" && !isAtRest(clusterInstance, observed)) {
    left.push({ kind: "not draining", cluster });
  }
  return left;
}
