// Rule 7: dead means dead.

import type { Blocker } from "../model/blocker.ts";
import type { Decision, Step } from "../model/decision.ts";
import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { complete, wait } from "./decision.ts";
import { deregistrations, leaving } from "./steps.ts";
import { CLEAR_UP_MS } from "./timings.ts";

/**
 * Rule 7. What is done about an instance that is certainly dead. Nothing runs on it any more, whatever ECS and the load
 * balancers still show. It is removed from them, and the lifecycle action is completed.
 */
export function decideDeadInstance(
  termination: Termination,
  observed: Observation,
  now: number,
  deadSince: number,
): Decision {
  const steps = [...deregistrations(termination, observed, now), ...leavingClusters(termination, observed)];
  if (steps.length > 0 && now - deadSince < CLEAR_UP_MS) {
    const blocker: Blocker = { kind: "dead instance", as: observed.instance };
    return { ...wait(termination, now, [blocker]), steps };
  }
  return complete(termination.memory, "CONTINUE", { why: "dead", as: observed.instance });
}

// With force, since no agent will ever report that its tasks have stopped. ECS starts others in their place. A returning
// instance may be started again, and then needs its container instance.
function leavingClusters(
  { settings, memory }: Termination,
  { clusterInstances, silentTwins }: Observation,
): Step[] {
  if (settings.deregisterContainerInstance === "never" || memory.returns !== undefined) return [];
  const toLeave = [...clusterInstances, ...silentTwins].filter(
    ({ containerInstance }) =>
      settings.deregisterContainerInstance === "always" || !containerInstance.agentConnected,
  );
  return leaving(toLeave, true);
}
