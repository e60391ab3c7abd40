import { z } from "zod";
import { instanceIds, named } from "./values.ts";

const group = named("the group");
const theseInstances = z.strictObject({ instance_ids: instanceIds });
const count = z.int().min(1).describe("By how many instances.");

/** What can happen to instances, by the keys of a timeline's entries. */
export const instanceHappenings = {
  scale_in: z
    .strictObject({ group, count })
    .describe("Lowers the desired capacity; the oldest instances go."),
  scale_out: z.strictObject({ group, count }).describe("Raises the desired capacity."),
  terminate: theseInstances
    .extend({
      replace: z
        .boolean()
        .default(false)
        .describe("Whether the capacity stays, so that new instances are launched."),
    })
    .describe("TerminateInstanceInAutoScalingGroup, through the hooks."),
  kill: theseInstances.describe("EC2 TerminateInstances: the instances end at once, without hooks."),
  stop: theseInstances.describe(
    "EC2 StopInstances: the group notices half a minute later, and terminates them through the hooks.",
  ),
  shrink_warm_pool: z
    .strictObject({ group, count })
    .describe("Terminates instances of the pool, through the hooks."),
  replace_root_volume: theseInstances
    .extend({
      agent: z
        .enum(["same", "new"])
        .default("new")
        .describe(
          "Whether their ECS agent then is the same container instance, or a new one. The old one then stays, disconnected.",
        ),
    })
    .describe(
      "An instance refresh with that strategy: after the hooks, the same instances are in service again.",
    ),
  interrupt_spot: theseInstances
    .extend({
      action: z
        .enum(["terminate", "stop", "hibernate"])
        .default("terminate")
        .describe("What EC2 does to them. It hibernates at once, without the two minutes."),
    })
    .describe(
      "EC2 interrupts Spot Instances: it sends the notice, and two minutes later they end, even if a hook holds them.",
    ),
  recommend_rebalance: theseInstances.describe("EC2's notice that they are likely to be interrupted."),
  schedule_maintenance: theseInstances
    .extend({
      code: z
        .string()
        .regex(/^AWS_EC2_\w+$/, "expected a code such as AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED")
        .default("AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED")
        .describe("Its eventTypeCode."),
      arns: z.boolean().default(false).describe("Whether it names them by ARN instead of by id."),
    })
    .describe("AWS Health's notice of a scheduled change, as one event for all of them."),
};
