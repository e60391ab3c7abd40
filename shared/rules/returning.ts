import { timeText } from "../base/log.ts";
import { progressOf, returnOf } from "../model/lifecycle-state.ts";
import type { Observation } from "../model/observation.ts";
import {
  isSame,
  type Memory,
  type Return,
  type SeenRegistration,
  type Termination,
} from "../model/termination.ts";
import { type Decision, drop, type Step, type Warning, wait } from "./decision.ts";
import { seenOf } from "./remember.ts";

/** How long the return of an instance is waited for. */
const RETURN_MS = 3_600_000;
/** How long its ECS agent is: what is set ACTIVE without one gets its tasks when the agent is back, however late. */
const AGENT_MS = 1_800_000;

/**
 * What is done about an instance that was drained and does not die. In the warm pool its container instance is set
 * ACTIVE again, so that it gets tasks when it comes back into service. With a new root volume it gets back, once in
 * service, all that was taken from it.
 */
export function decideReturning(
  termination: Termination,
  observed: Observation,
  now: number,
  returns: Return,
): Decision {
  const state = observed.groupInstance?.state ?? "";
  // While another hook still holds it, it is not on its way yet.
  const since = termination.memory.returningSince ?? (returnOf(state) === undefined ? now : undefined);
  const memory: Memory = { ...termination.memory, returningSince: since };
  const where = returns === "warm pool" ? "return to the warm pool" : "come back with its new root volume";
  const isAwaited = isExpected(termination, observed, returns);
  const isLate = isAwaited && now - (since ?? now) >= AGENT_MS;
  const steps = restoring(termination, observed, returns, isLate);
  if (since !== undefined && now - since >= RETURN_MS) {
    return drop(
      memory,
      `given up ${timeText(now)}: the instance was to ${where}, and is ${state}; not restored: ${textOf(memory)}`,
      "error",
    );
  }
  const progress = progressOf(state);
  switch (progress) {
    case "elsewhere":
      return drop(memory, `it does not ${where} after all: it is ${state}`);
    case "on its way":
      return wait(termination, memory, now, `the instance to ${where}; it is ${state}`);
    case "in the pool":
      // With a new root volume it does not go into a pool; what this is, only time tells.
      if (returns === "root volume") return wait(termination, memory, now, `the instance to ${where}`);
      break;
    case "in service":
      break;
    default:
      return progress satisfies never;
  }
  const { tasks, registrations } = observed.unread;
  if (tasks !== undefined || registrations !== undefined) {
    return wait(termination, memory, now, tasks ?? registrations ?? "");
  }
  if (steps.length > 0) {
    return { ...wait(termination, memory, now, "what was taken from the instance to be restored"), steps };
  }
  if (isLate) {
    const left = "and has back what it needs there but its ECS agent";
    return drop(memory, `the instance is ${state}, ${left}`, "warn");
  }
  if (isAwaited) return wait(termination, memory, now, "the instance to join its cluster again");
  return {
    ...drop(memory, `the instance is ${state}, and has back what it needs there`),
    warnings: notRestored(memory, returns),
  };
}

function restoring(
  { memory }: Termination,
  observed: Observation,
  returns: Return,
  withoutAgent: boolean,
): Step[] {
  const activate = observed.clusterInstances
    .filter(({ containerInstance: { arn, status, agentConnected } }) => {
      // In the pool the agent may be silent. With a new root volume it comes back, as the same container instance or as another.
      const isThere = returns === "warm pool" || agentConnected || withoutAgent;
      return isThere && status === "DRAINING" && memory.plannedDraining.includes(arn);
    })
    .map(
      ({ cluster, containerInstance }): Step => ({
        kind: "activate",
        cluster,
        containerInstance: containerInstance.arn,
      }),
    );
  if (returns === "warm pool") return activate;
  const isBack = (what: SeenRegistration) =>
    observed.registrations.some((each) => each.state === "registered" && isSame(what, seenOf(each)));
  const register = memory.plannedDeregistrations
    .filter((what) => !isBack(what))
    .map((what): Step => ({ kind: "register", registration: what }));
  return [...activate, ...register];
}

// After its reboot the agent takes up the container instance that it was, or registers anew; until then none is connected.
function isExpected({ memory }: Termination, { clusterInstances }: Observation, returns: Return): boolean {
  return (
    returns === "root volume" &&
    memory.plannedDraining.length > 0 &&
    !clusterInstances.some(
      ({ containerInstance: { status, agentConnected } }) =>
        agentConnected && (status === "ACTIVE" || status === "DRAINING"),
    )
  );
}

function notRestored({ plannedDeregistrations }: Memory, returns: Return): Warning[] {
  if (returns === "root volume" || plannedDeregistrations.length === 0) return [];
  const names = plannedDeregistrations.map(nameOf);
  return [{ level: "info", phrase: "registrations not restored", fields: { load_balancers: names } }];
}

function textOf({ plannedDeregistrations, plannedDraining }: Memory): string {
  const parts = [...plannedDeregistrations.map(nameOf), ...plannedDraining];
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

function nameOf(what: SeenRegistration): string {
  return what.kind === "target" ? `${what.targetGroup}:${what.port}` : what.loadBalancer;
}
