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
  interrupt_spot: theseInstances
    .extend({ action: z.enum(["terminate", "stop", "hibernate"]).default("terminate") })
    .describe(
      "EC2 takes Spot Instances back: the notice first, and two minutes later the instance is gone, whatever hook holds it; it hibernates one at once.",
    ),
  recommend_rebalance: theseInstances.describe("EC2's notice that they are likely to be interrupted."),
  schedule_maintenance: theseInstances
    .extend({
      code: z
        .string()
        .regex(/^AWS_EC2_\w+$/, "expected a code such as AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED")
        .default("AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED"),
      arns: z.boolean().default(false).describe("Whether it names them by ARN instead of by id."),
    })
    .describe("AWS Health's notice of a scheduled change, as one event for all of them."),
};
