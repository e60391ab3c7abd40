// Rule 7: dead means dead.

import type { Blocker } from "../model/blocker.ts";
import type { Decision, Step } from "../model/decision.ts";
import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { isEndDue } from "./deadline.ts";
import { complete, wait } from "./decision.ts";
import { deregistrations, leaving } from "./steps.ts";
import { unseen } from "./still-there.ts";
import { CLEAR_UP_MS } from "./timings.ts";

/**
 * Rule 7. What is done about an instance that is certainly dead. Nothing runs on it any more, whatever ECS and the load
 * balancers still show. It is removed from them, and the lifecycle action is completed. What could not be read may still have
 * it, and an address stays registered until somebody takes it out. So that is waited for, until the drain's time is over.
 */
export function decideDeadInstance(termination: Termination, observed: Observation, now: number): Decision {
  const steps = [...deregistrations(termination, observed, now), ...leavingClusters(termination, observed)];
  const blocker: Blocker = { kind: "dead instance", as: observed.instance };
  const hidden = unseen(observed);
  if (hidden.length > 0 && !isEndDue(termination, observed, now)) {
    const memory = { ...termination.memory, clearingSince: undefined };
    return { ...wait({ ...termination, memory }, now, [blocker, ...hidden]), steps };
  }
  // The time for clearing away begins with the first pass that knows all of it. What that pass has found is so taken out, however
  // long ago the pass before was.
  const clearingSince = termination.memory.clearingSince ?? now;
  if (steps.length > 0 && now - clearingSince < CLEAR_UP_MS) {
    const memory = { ...termination.memory, clearingSince };
    return { ...wait({ ...termination, memory }, now, [blocker]), steps };
  }
  // The pass before may have failed, and long ago.
  return { ...complete(termination.memory, "CONTINUE", { why: "dead", as: observed.instance }), steps };
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
