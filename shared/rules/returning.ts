// Rule 9: coming back.

import { type Blocker, event } from "../model/blocker.ts";
import type { Decision, Step, Warning } from "../model/decision.ts";
import { progressOf, returnOf } from "../model/lifecycle-state.ts";
import { isSameLoadBalancer } from "../model/load-balancer.ts";
import { isLogged, lostId } from "../model/logged.ts";
import type { Memory, Return } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import { isSame, registrationText, type SeenRegistration } from "../model/registration.ts";
import type { Termination } from "../model/termination.ts";
import { drop, wait } from "./decision.ts";
import { unreadAbout } from "./still-there.ts";
import { AGENT_MS, POOLED_MS, RETURN_MS } from "./timings.ts";

/**
 * Rule 9. What is done about an instance that was drained and does not die. In the warm pool, its container instance is set
 * ACTIVE again, so that it gets tasks once it is back in service. With a new root volume, it gets back all that was taken from
 * it once it is in service.
 */
export function decideReturning(
  termination: Termination,
  observed: Observation,
  now: number,
  returns: Return,
): Decision {
  const state = observed.groupInstance?.state ?? "";
  // While another hook still holds it, its return has not begun.
  const since = termination.memory.returningSince ?? (returnOf(state) === undefined ? now : undefined);
  const memory: Memory = { ...termination.memory, returningSince: since };
  const returning = { ...termination, memory };
  if (since !== undefined && now - since >= RETURN_MS) {
    const notRestored = [...memory.plannedDeregistrations, ...memory.plannedDraining];
    return drop(memory, { why: "given up", at: now, state, to: returns, notRestored }, "error");
  }
  const onItsWay: Blocker = { kind: "lifecycle state", state, awaited: returns };
  const progress = progressOf(state);
  switch (progress) {
    case "elsewhere":
      return drop(memory, { why: "does not return", state, to: returns });
    case "on its way":
      return wait(returning, now, [onItsWay]);
    case "in the pool":
      // An instance with a new root volume does not go into a pool, but may be scaled in once it is back.
      if (returns === "root volume" && now - (since ?? now) < POOLED_MS)
        return wait(returning, now, [event("returned")]);
      return restore(returning, observed, now, "warm pool");
    case "in service":
      return restore(returning, observed, now, returns);
    default:
      return progress satisfies never;
  }
}

// It is back, and gets what it needs there.
function restore(returning: Termination, observed: Observation, now: number, returns: Return): Decision {
  const { memory } = returning;
  const state = observed.groupInstance?.state ?? "";
  // That something the input names does not exist says nothing of what was taken.
  const unread = (["tasks", "registrations"] as const)
    .filter((what) => observed.unread[what]?.why !== "gone")
    .flatMap((what) => unreadAbout(what, observed.unread));
  if (unread.length > 0) return wait(returning, now, unread.slice(0, 1));
  const isAgentAwaited = isExpected(returning, observed, returns);
  const isLate = isAgentAwaited && now - (memory.returningSince ?? now) >= AGENT_MS;
  const steps = restoring(returning, observed, returns, isLate);
  if (steps.length > 0) return { ...wait(returning, now, [event("restored")]), steps };
  if (isLate) return drop(memory, { why: "restored without agent", state }, "warn");
  if (isAgentAwaited) return wait(returning, now, [event("agent back")]);
  return { ...drop(memory, { why: "restored", state }), warnings: notRestored(memory, returns) };
}

function restoring(
  { memory }: Termination,
  observed: Observation,
  returns: Return,
  withoutAgent: boolean,
): Step[] {
  const activate = observed.clusterInstances
    .filter(({ containerInstance: { arn, status, agentConnected } }) => {
      // In the pool the agent may be silent. With a new root volume it connects again, as the same container instance or another.
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
    observed.registrations.some((each) => each.state === "registered" && isSame(what, each));
  // A pass may have planned to take what it took for ours, and a later one have found that a service of the instance fills that group.
  // Then ECS has taken it out, and registers its new tasks by itself.
  const isOfService = (what: SeenRegistration) =>
    memory.managed.some((each) => isSameLoadBalancer(each, what));
  const register = memory.plannedDeregistrations
    .filter((what) => !isBack(what) && !isOfService(what) && !isLogged(memory, lostId(what)))
    .map((what): Step => ({ kind: "register", registration: what }));
  return [...activate, ...register];
}

// After the reboot, the agent connects as the same container instance, or registers another one. Until then none is connected.
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
  const names = plannedDeregistrations.map(registrationText);
  return [{ level: "info", kind: "registrations not restored", fields: { load_balancers: names } }];
}
