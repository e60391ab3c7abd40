import type { Observation } from "../model/observation.ts";
import { type DrainSettings, NETWORK_LOAD_BALANCER_SETTLE_SECONDS } from "../model/settings.ts";
import { type Memory, SETTLE_MS, type Termination, UNKNOWN_MS } from "../model/termination.ts";
import { blockerToRecheck, RECHECKS_MS } from "./blocker.ts";
import { decideDeadInstance } from "./dead-instance.ts";
import { atDeadline, deadlineOf } from "./deadline.ts";
import { complete, type Decision, drop, type Step, wait } from "./decision.ts";
import { hookOf, isHeartbeatDue, nextHeartbeatAt, otherHooks } from "./heartbeat.ts";
import { restorePlan } from "./restore-plan.ts";
import { decideReturning } from "./returning.ts";
import { afterwards, stepsFor } from "./steps.ts";
import { INACTIVE, leftBehind } from "./still-there.ts";
import { warningsFor } from "./warnings.ts";

/** "No active lifecycle action" may be a race, for this long. */
export const REFUSED_MS = 120_000;

/** What is done about an instance that a hook holds. The termination's memory has this look in it already. */
export function decideDraining(held: Termination, observed: Observation, now: number): Decision {
  const { completedAt, deadSince } = held.memory;
  if (completedAt !== undefined) return decideCompleted(held, observed, now, completedAt);
  if (deadSince !== undefined) {
    return concluded(held, observed, now, decideDeadInstance(held, observed, now, deadSince));
  }
  const { steps, memory } = restorePlan(held, stepsFor(held, observed, now));
  const termination = { ...held, memory };
  const after = afterwards(observed, steps);
  const left = leftBehind(after);
  const deadline = deadlineOf(termination, hookOf(termination, observed));
  const warnings = warningsFor(termination, observed, now, deadline, left);
  if (now >= deadline.at) {
    const ending = atDeadline(termination, observed);
    if (ending) return { ...concluded(termination, observed, now, ending), warnings };
  }
  const latest = [
    deadline.at,
    nextHeartbeatAt(termination, observed),
    memory.unknownSince === undefined ? undefined : memory.unknownSince + UNKNOWN_MS,
  ];
  // A heartbeat that came due while this was looked at cannot wait for what is known to come later.
  const mayRest = !isHeartbeatDue(termination, observed, now, false);
  const reconcile = (waitingFor: string, known?: number, change: Partial<Memory> = {}) => ({
    ...wait(termination, { ...memory, ...change }, now, waitingFor, mayRest ? known : undefined, latest),
    warnings,
  });
  if (steps.length > 0 || left !== undefined) {
    // What could not be read for a moment need not be there again.
    const isThere = leftBehind({ ...observed, unread: {} }) !== undefined;
    const goneAt = isThere ? undefined : memory.goneAt;
    const recheck = blockerToRecheck(termination, after, now, latest);
    return {
      ...reconcile(left ?? "what was just done to take effect", undefined, { goneAt, recheck }),
      steps,
    };
  }
  const believed = believedAt(memory);
  if (now < believed) return reconcile("a later look: nothing is left, but reads of AWS lag", believed);
  const goneAt = memory.goneAt ?? now;
  const settled = goneAt + settleMilliseconds(termination.settings, memory);
  if (now < settled) {
    // Meanwhile somebody may set it ACTIVE, or register it again.
    const until = Math.min(settled, now + RECHECKS_MS);
    return reconcile("the instance to settle, with nothing left on it", until, { goneAt });
  }
  const leaving = lastSteps(termination, observed);
  if (leaving.length > 0) {
    return {
      ...reconcile("the container instance to leave its cluster", undefined, { goneAt }),
      steps: leaving,
    };
  }
  const end = complete({ ...memory, goneAt }, "CONTINUE", reasonOf(termination, observed));
  return { ...concluded(termination, observed, now, end), warnings };
}

// What was seen and is gone needs one look. What was never seen is believed after two, some time apart.
function believedAt(memory: Memory): number {
  const { actedAt, containerInstances, noContainerInstanceSince, registrations, noRegistrationSince } =
    memory;
  return Math.max(
    actedAt === undefined ? 0 : actedAt + SETTLE_MS,
    containerInstances.length > 0 || noContainerInstanceSince === undefined
      ? 0
      : noContainerInstanceSince + SETTLE_MS,
    registrations.length > 0 || noRegistrationSince === undefined ? 0 : noRegistrationSince + SETTLE_MS,
  );
}

function settleMilliseconds({ settleSeconds }: DrainSettings, memory: Memory): number {
  const byDefault = memory.behindNetworkLoadBalancer ? NETWORK_LOAD_BALANCER_SETTLE_SECONDS : 0;
  return (settleSeconds ?? byDefault) * 1_000;
}

// An instance that comes back needs its container instance again.
function lastSteps({ settings, memory }: Termination, { clusterInstances }: Observation): Step[] {
  if (settings.deregisterContainerInstance !== "always" || memory.returns !== undefined) return [];
  return clusterInstances
    .filter(({ containerInstance }) => containerInstance.status !== INACTIVE)
    .map(({ cluster, containerInstance }) => ({
      kind: "deregister container instance",
      cluster,
      containerInstance: containerInstance.arn,
      force: false,
    }));
}

function reasonOf({ memory, settings }: Termination, { clusterInstances }: Observation): string {
  if (settings.deregisterContainerInstance === "always") return "drained";
  const gone =
    memory.containerInstances.length > 0 &&
    clusterInstances.every(({ containerInstance }) => containerInstance.status === INACTIVE);
  return gone ? "drained: its container instance has left the cluster" : "drained";
}

// A completion that was refused is tried again for a while, and not at all where another hook explains the wait.
function concluded(termination: Termination, observed: Observation, now: number, end: Decision): Decision {
  const { refusedAt } = end.memory;
  if (end.outcome.kind !== "complete" || refusedAt === undefined) return end;
  // Whoever ended the action of one that comes back, what was taken from it is still to be restored.
  if (end.memory.returns !== undefined) {
    return decideReturning({ ...termination, memory: end.memory }, observed, now, end.memory.returns);
  }
  if (otherHooks(termination, observed).length > 0) {
    const memory = { ...end.memory, completedAt: refusedAt };
    return decideCompleted(termination, observed, now, refusedAt, memory);
  }
  if (now - refusedAt < REFUSED_MS) return end;
  if (observed.unread.hooks !== undefined) return wait(termination, end.memory, now, observed.unread.hooks);
  return drop(end.memory, UNKNOWN_ACTION, "error");
}

const UNKNOWN_ACTION =
  "Auto Scaling knows no such lifecycle action, though the instance is held; is the hook's name still right?";

// Ours is done. The message is kept until the others are too, or a sweep would take the instance for one that nobody drains.
function decideCompleted(
  termination: Termination,
  observed: Observation,
  now: number,
  completedAt: number,
  memory: Memory = termination.memory,
): Decision {
  if (observed.unread.hooks !== undefined) return wait(termination, memory, now, observed.unread.hooks);
  const others = otherHooks(termination, observed);
  if (others.length > 0) {
    return wait(termination, memory, now, `the other hooks to let it go: ${others.join(", ")}`);
  }
  if (memory.returns !== undefined || now - completedAt < REFUSED_MS) {
    return wait(termination, memory, now, "Auto Scaling to let it go");
  }
  return drop(memory, UNKNOWN_ACTION, "error");
}
