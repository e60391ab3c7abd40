import { z } from "zod";
import { instanceIds, name } from "./values.ts";

const theseInstances = z.strictObject({ instance_ids: instanceIds });

/** What can happen to instances, by the keys of a timeline's entries. */
export const instanceHappenings = {
  scale_in: z
    .strictObject({ group: name, count: z.int().min(1) })
    .describe("Lowers the desired capacity; the oldest instances go."),
  scale_out: z.strictObject({ group: name, count: z.int().min(1) }),
  terminate: theseInstances
    .extend({ replace: z.boolean().default(false) })
    .describe("TerminateInstanceInAutoScalingGroup, through the hooks."),
  kill: theseInstances.describe("EC2 TerminateInstances: no hook, no mercy."),
  stop: theseInstances.describe(
    "EC2 StopInstances: the group notices half a minute later, and terminates them through the hooks.",
  ),
  shrink_warm_pool: z
    .strictObject({ group: name, count: z.int().min(1) })
    .describe("Terminates instances of the pool, through the hooks."),
  replace_root_volume: theseInstances
    .extend({ agent: z.enum(["same", "new"]).default("new") })
    .describe(
      "An instance refresh with that strategy: after the hooks, the same instances are in service again. Their ECS agent is the same container instance, or a new one beside the old one, which is disconnected.",
    ),
};
