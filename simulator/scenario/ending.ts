import type { GroupInstance } from "../services/autoscaling/model.ts";
import { isAlive } from "../services/ec2/instances.ts";
import type { World } from "../world.ts";
import type { Scenario } from "./schema.ts";

/**
 * Whether nothing is under way that the functions have to do with, or will have: their queues are empty, so whatever was
 * to be done about a message has been done, and no instance is about to be held by its hooks.
 */
export function isQuiet({ functions }: Scenario, { queues, groups, instances }: World): boolean {
  const names = [functions?.deregister.input.lifecycle_queue_name, functions?.terminate.input.queue_name];
  // It still leaves the group's own load balancers, or has ended and its group has not noticed yet. The hooks come after.
  const isBeforeItsHooks = ({ instanceId, state }: GroupInstance) => {
    const instance = instances.get(instanceId);
    const hasEnded = instance !== undefined && !isAlive(instance);
    return state.latest === "Terminating" || (state.latest === "InService" && hasEnded);
  };
  return (
    queues.all.every((queue) => !names.includes(queue.name) || queue.messages.size === 0) &&
    groups.all.every((group) => ![...group.instances.values()].some(isBeforeItsHooks))
  );
}
