import type { GroupInstance } from "../services/autoscaling/model.ts";
import { isAlive, isEnded } from "../services/ec2/instances.ts";
import type { World } from "../services/world.ts";
import type { Scenario } from "./schema.ts";

/** States whose hooks are still to come: the instance leaves the group's own load balancers first. */
const BEFORE_HOOKS: readonly (string | undefined)[] = [
  "Terminating",
  "Warmed:Terminating",
  "Warmed:Pending",
  "ReplacingRootVolume",
];
const IN_POOL: readonly (string | undefined)[] = ["Warmed:Stopped", "Warmed:Running", "Warmed:Hibernated"];

/**
 * Whether nothing is under way that the functions have to do with, or will have: their queues are empty, so whatever was
 * to be done about a message has been done, and no instance is about to be held by its hooks.
 */
export function isQuiet({ functions }: Scenario, { queues, groups, instances }: World): boolean {
  const names = [functions?.deregister.input.lifecycle_queue_name, functions?.terminate.input.queue_name];
  // Or it has ended and its group has not noticed yet, or it is announced that it will.
  const isBeforeItsHooks = ({ instanceId, state }: GroupInstance) => {
    if (BEFORE_HOOKS.includes(state.latest)) return true;
    const instance = instances.get(instanceId);
    if (!instance) return false;
    return (
      (state.latest === "InService" && (!isAlive(instance) || instance.isReclaimed)) ||
      (IN_POOL.includes(state.latest) && isEnded(instance))
    );
  };
  return (
    queues.all.every((queue) => !names.includes(queue.name) || queue.messages.size === 0) &&
    groups.all.every((group) => ![...group.instances.values()].some(isBeforeItsHooks))
  );
}
