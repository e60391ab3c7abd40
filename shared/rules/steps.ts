// Rule 2: who takes out what, and when.

import type { Step } from "../model/decision.ts";
import { isSameLoadBalancer } from "../model/load-balancer.ts";
import type { Memory } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import { isOurs, isSame, type Registration, type SeenRegistration } from "../model/registration.ts";
import { type ClusterInstance, hasEnded, inTheirClusters, liveTasks, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { isSearching } from "./rounds.ts";
import { isAtRest } from "./still-there.ts";
import { tasksToStop } from "./stop-tasks.ts";
import { ORPHAN_MS, SETTLE_MS } from "./timings.ts";

/** The steps for an instance that a hook holds, or that is about to be interrupted. */
export function stepsFor(termination: Termination, observed: Observation, now: number): Step[] {
  // Only the tasks tell which registrations ECS removes, and on which ports they listen.
  if (observed.unread.tasks !== undefined) return [];
  return [
    ...deregistrations(termination, observed, now),
    ...observed.clusterInstances
      .filter(
        (clusterInstance) =>
          clusterInstance.permitted &&
          clusterInstance.containerInstance.status === "ACTIVE" &&
          !isAtRest(clusterInstance, observed) &&
          !mustServeOn(clusterInstance, termination, observed, now),
      )
      .map(
        ({ cluster, containerInstance: { arn } }): Step => ({
          kind: "drain",
          cluster,
          containerInstance: arn,
          again: termination.memory.drained.some((each) => each.what === arn && now - each.at >= SETTLE_MS),
        }),
      ),
    ...tasksToStop(termination, observed, now),
  ];
}

/** The registrations that are ours to remove: those that no ECS service manages, and orphans. */
export function deregistrations(termination: Termination, observed: Observation, now: number): Step[] {
  const registered = observed.registrations.filter((each) => each.state === "registered");
  return registered.flatMap((registration): Step[] => {
    // A service of a cluster that was not searched may manage it.
    if (registration.unnamed && observed.unread.discovery !== undefined) return [];
    if (!isOurs(registration)) {
      const orphanedAt = orphanTimeOf(registration, termination, observed);
      const isOrphan = orphanedAt !== undefined && now >= orphanedAt;
      return isOrphan ? [{ kind: "deregister", registration, why: "orphaned" }] : [];
    }
    const back = termination.memory.deregistered.some(
      ({ what, at }) => isSame(what, registration) && now - at >= SETTLE_MS,
    );
    return [{ kind: "deregister", registration, why: back ? "came back" : "ours" }];
  });
}

/** The steps that take container instances out of their clusters. */
export function leaving(all: readonly ClusterInstance[], force: boolean): Step[] {
  const permitted = inTheirClusters(all).filter((each) => each.permitted);
  return permitted.map(({ cluster, containerInstance }) => ({
    kind: "deregister container instance",
    cluster,
    containerInstance: containerInstance.arn,
    force,
  }));
}

// Whether two are the same target of the same load balancer.
function isSameTarget(a: Registration, b: Registration): boolean {
  return isSame(a, b) && a.target === b.target;
}

/** The observation as it will be after the steps. The drain waits for what is left then. */
export function afterwards(observed: Observation, steps: readonly Step[]): Observation {
  const out = steps.flatMap((step) => (step.kind === "deregister" ? [step.registration] : []));
  const drained = new Set(steps.flatMap((step) => (step.kind === "drain" ? [step.containerInstance] : [])));
  return {
    ...observed,
    registrations: observed.registrations.map((each) =>
      out.some((other) => isSameTarget(other, each)) ? { ...each, state: "draining" } : each,
    ),
    clusterInstances: observed.clusterInstances.map((clusterInstance) =>
      drained.has(clusterInstance.containerInstance.arn)
        ? {
            ...clusterInstance,
            containerInstance: { ...clusterInstance.containerInstance, status: "DRAINING" },
          }
        : clusterInstance,
    ),
  };
}

// ECS does not know our registrations, and would stop the task behind one under open connections. So DRAINING waits until they
// are gone, and until no read can lag. Before an interruption there is no time for that.
function mustServeOn(
  clusterInstance: ClusterInstance,
  { memory, interruptedAt }: Termination,
  observed: Observation,
  now: number,
): boolean {
  if (interruptedAt !== undefined) return false;
  const stopped = stoppedByDraining(clusterInstance);
  if (observed.unread.registrations !== undefined) return true;
  if (isSearching(observed) && stopped.length > 0) return true;
  // If a task's ports could not be read, it may listen on any.
  const listens = observed.unread["host ports"] !== undefined || stopped.some(isReachable);
  if (!listens || stopped.length === 0) return false;
  if (pointingAt(clusterInstance, observed).length > 0) return true;
  return hasOurs(memory, []) && memory.actedAt !== undefined && now - memory.actedAt < SETTLE_MS;
}

// DRAINING leaves the tasks that no service started as they are (ECS API Reference, UpdateContainerInstancesState). What ECS is
// stopping already, for a deployment say, ends with or without it.
function stoppedByDraining(clusterInstance: ClusterInstance): readonly Task[] {
  return liveTasks(clusterInstance).filter(({ service, shouldRun }) => service !== undefined && shouldRun);
}

/**
 * Our registrations, registered or draining, behind which a task on the container instance may listen that DRAINING would stop.
 */
export function pointingAt(clusterInstance: ClusterInstance, observed: Observation): Registration[] {
  return pointingAtAny(stoppedByDraining(clusterInstance), observed);
}

/** Our registrations, registered or draining, behind which one of these tasks may listen. */
export function pointingAtAny(
  tasks: readonly Task[],
  { registrations, unread }: Pick<Observation, "registrations" | "unread">,
): Registration[] {
  if (tasks.length === 0) return [];
  const listening = new Set(tasks.flatMap((task) => task.hostPorts));
  // Ports that nothing shows may be any: those of a task, and those that a load balancer sends to.
  const isAnyPort = unread["host ports"] !== undefined || tasks.some((task) => task.mayListenOnAny);
  const isPointedAt = ({ pointsAt, holder, addressTask }: Registration) => {
    if (holder !== undefined && holder !== "instance")
      return tasks.some(({ arn }) => arn === addressTask?.arn);
    if (isAnyPort || pointsAt.some((port) => listening.has(port))) return true;
    return pointsAt.length === 0 && listening.size > 0;
  };
  return registrations.filter((each) => isOurs(each) && isPointedAt(each));
}

// Whether a load balancer of which ECS knows nothing could send to a task.
function isReachable({ mayListenOnAny, hostPorts, addresses }: Task): boolean {
  return mayListenOnAny || hostPorts.length > 0 || addresses.length > 0;
}

/** Whether the instance has, or had, a registration that is ours to remove. */
export function hasOurs(memory: Memory, registrations: readonly Registration[]): boolean {
  const wasOurs = (each: SeenRegistration) =>
    !memory.managed.some((managed) => isSameLoadBalancer(managed, each)) ||
    memory.plannedDeregistrations.some((planned) => isSame(planned, each));
  return registrations.some(isOurs) || memory.registrations.some(wasOurs);
}

/**
 * When a managed registration that is still there becomes an orphan, in milliseconds since 1970. Undefined while a task may be
 * behind it.
 */
export function orphanTimeOf(
  registration: Registration,
  { memory, since }: Termination,
  observed: Observation,
): number | undefined {
  // No other task has the address, or the registration would not count as the instance's.
  const { addressTask, services } = registration;
  if (addressTask && !isOnTwin(addressTask, observed)) {
    const isOver = hasEnded(addressTask) && addressTask.stoppedAt !== undefined;
    return isOver ? addressTask.stoppedAt + ORPHAN_MS : undefined;
  }
  // ECS no longer follows the tasks of a container instance that is out of its cluster.
  const clusterInstances = inTheirClusters(observed.clusterInstances);
  const behind = clusterInstances
    .flatMap((clusterInstance) => clusterInstance.tasks)
    .filter((task) => task.service !== undefined && services.includes(task.service))
    .filter((task) => mayListenOn(task, registration));
  if (behind.some((task) => !hasEnded(task))) return undefined;
  const stops = behind.flatMap((task) => task.stoppedAt ?? []);
  const alone =
    stops.length > 0
      ? Math.max(...stops)
      : (memory.drainingAt ?? (clusterInstances.length === 0 ? since : undefined));
  return alone === undefined ? undefined : alone + ORPHAN_MS;
}

// Nothing that ECS shows of a silent twin's task will ever change.
function isOnTwin({ containerInstance: on }: Task, { silentTwins }: Observation): boolean {
  return silentTwins.some(({ containerInstance }) => containerInstance.arn === on);
}

// ECS shows no ports of a task in the network mode host, nor of one that has not started.
function mayListenOn({ hostPorts }: Task, { pointsAt }: Registration): boolean {
  return hostPorts.length === 0 || hostPorts.some((port) => pointsAt.includes(port));
}
