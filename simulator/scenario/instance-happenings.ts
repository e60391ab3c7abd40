import { z } from "zod";
import { instanceIds, named } from "./values.ts";

const group = named("the group");
const count = z.int().min(1).describe("By how many instances.");

/** What can happen to instances, by the keys of a timeline's entries. */
export const instanceHappenings = {
  scale_in: z
    .strictObject({ group, count })
    .describe("Lowers the desired capacity; the oldest instances go."),
  scale_out: z.strictObject({ group, count }).describe("Raises the desired capacity."),
  terminate: z
    .strictObject({
      instance_ids: instanceIds,
      replace: z
        .boolean()
        .default(false)
        .describe("Whether the capacity stays, so that others are launched."),
    })
    .describe("TerminateInstanceInAutoScalingGroup, through the hooks."),
  kill: z.strictObject({ instance_ids: instanceIds }).describe("EC2 TerminateInstances: no hook, no mercy."),
};
