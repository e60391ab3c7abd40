import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { complete, type Decision, type Step, wait } from "./decision.ts";
import { deregistrations } from "./steps.ts";
import { INACTIVE } from "./still-there.ts";

/** How long the clearing up after a dead instance is tried, before its lifecycle action is completed all the same. */
const CLEAR_UP_MS = 60_000;

/**
 * What is done about an instance that is certainly dead: nothing runs on it, whatever ECS and the load balancers still
 * show, because nobody is there to tell them. What they show is cleared away, and the lifecycle action completed.
 */
export function decideDeadInstance(
  termination: Termination,
  observed: Observation,
  now: number,
  deadSince: number,
): Decision {
  const { memory } = termination;
  const steps = [...deregistrations(termination, observed, now), ...leavingClusters(termination, observed)];
  const how = memory.deadAs === "unknown" ? "EC2 does not know it any more" : `it is ${memory.deadAs}`;
  if (steps.length > 0 && now - deadSince < CLEAR_UP_MS) {
    return { ...wait(termination, memory, now, `the dead instance to be cleared away; ${how}`), steps };
  }
  return complete(memory, "CONTINUE", `the instance is dead: ${how}`);
}

// With force, since nobody will ever say of its tasks that they have stopped: ECS starts others in their place.
// One that was to come back may be started again, and needs its container instance then.
function leavingClusters({ settings, memory }: Termination, { clusterInstances }: Observation): Step[] {
  if (settings.deregisterContainerInstance === "never" || memory.returns !== undefined) return [];
  return clusterInstances
    .filter(({ containerInstance }) => containerInstance.status !== INACTIVE)
    .filter(
      ({ containerInstance }) =>
        settings.deregisterContainerInstance === "always" || !containerInstance.agentConnected,
    )
    .map(({ cluster, containerInstance }) => ({
      kind: "deregister container instance",
      cluster,
      containerInstance: containerInstance.arn,
      force: true,
    }));
}
