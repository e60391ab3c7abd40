import {
  type Group,
  type GroupInstance,
  IN_POOL,
  isInStandby,
  isLeaving,
  isWarm,
} from "../services/autoscaling/model.ts";
import { poolSurplus } from "../services/autoscaling/warm-pools.ts";
import { isAlive, isEnded } from "../services/ec2/instances.ts";
import type { World } from "../services/world.ts";
import type { Scenario } from "./schema.ts";

/**
 * In these states the hooks come later: the instance first leaves the load balancers attached to the group. Once a new one is in
 * service, another may be too much for the group or its warm pool.
 */
const BEFORE_HOOKS: readonly (string | undefined)[] = [
  "Pending",
  "Pending:Wait",
  "Pending:Proceed",
  "Warmed:Pending:Wait",
  "Warmed:Pending:Proceed",
  "Terminating",
  "Warmed:Terminating",
  "Warmed:Pending",
  "ReplacingRootVolume",
];

/** The states of an instance that waits for a new root volume. */
const REPLACING: readonly (string | undefined)[] = [
  "ReplacingRootVolume:Wait",
  "ReplacingRootVolume:Proceed",
];

/**
 * Whether the functions have nothing to do, now or soon. Their queues must be empty, because then all their messages are
 * done with. And no instance may be about to be held by a hook, nor a group about to replace any.
 */
export function isQuiet(scenario: Scenario, { queues, groups, instances }: World): boolean {
  const names = queueNamesOf(scenario);
  // Its group may not have noticed yet that it has ended. Or it has an interruption notice.
  const isBeforeItsHooks = ({ instanceId, state }: GroupInstance) => {
    if (BEFORE_HOOKS.includes(state.latest)) return true;
    const instance = instances.get(instanceId);
    if (!instance) return false;
    return (
      (state.latest === "InService" && (!isAlive(instance) || instance.isReclaimed)) ||
      // It gets no new root volume any more, but is terminated.
      (REPLACING.includes(state.latest) && !isAlive(instance)) ||
      (IN_POOL.includes(state.latest) && isEnded(instance))
    );
  };
  return (
    !queues.isRemaking &&
    queues.all.every((queue) => !names.includes(queue.name) || queue.messages.size === 0) &&
    groups.all.every(
      (group) =>
        ![...group.instances.values()].some(isBeforeItsHooks) &&
        !hasSurplus(group) &&
        poolSurplus(group) <= 0 &&
        group.atRisk.size === 0 &&
        !groups.refreshes.isActive(group),
    )
  );
}

// Whether a group is about to terminate an instance, since it has more than it wants. Those in service go first.
function hasSurplus({ instances, desired, suspended }: Group): boolean {
  const present = [...instances.values()].filter(
    (each) => !isLeaving(each) && !isWarm(each.state.latest) && !isInStandby(each),
  );
  const mayGo = present.some(({ state, isProtected }) => state.latest === "InService" && !isProtected);
  return mayGo && present.length > desired && !suspended.has("Terminate");
}

/** Whether EC2 has scheduled a change of an instance that comes by a time, in milliseconds since 1970. */
export function awaitsChange({ instances }: Pick<World, "instances">, until: number): boolean {
  return instances.all.some(
    (each) => isAlive(each) && each.scheduled.some(({ notBefore, over }) => !over && notBefore <= until),
  );
}

/** The names of the functions' queues. */
export function queueNamesOf({ functions }: Scenario): string[] {
  const names = [functions?.deregister.input.lifecycle_queue_name, functions?.terminate.input.queue_name];
  return names.filter((name) => typeof name === "string");
}
