import { z } from "zod";
import { PROCESSES } from "../services/autoscaling/model.ts";
import { addresses, instanceIds, named, seconds } from "./values.ts";

const group = named("the group");
const theseInstances = z.strictObject({ instance_ids: instanceIds });
const processes = z
  .array(z.enum(PROCESSES as [string, ...string[]]))
  .min(1)
  .describe("Such as `Launch`, `Terminate`, `ReplaceUnhealthy`.");
const replace = z
  .boolean()
  .default(false)
  .describe("Whether the capacity stays, so that new instances are launched.");
const count = z.int().min(1).describe("By how many instances.");

/** What can happen to instances, by the keys of a timeline's entries. */
export const instanceHappenings = {
  scale_in: z
    .strictObject({ group, count })
    .describe("Lowers the desired capacity; the oldest instances go."),
  scale_out: z.strictObject({ group, count }).describe("Raises the desired capacity."),
  terminate: theseInstances
    .extend({ replace })
    .describe("TerminateInstanceInAutoScalingGroup, through the hooks."),
  kill: theseInstances.describe("EC2 TerminateInstances: the instances end at once, without hooks."),
  stop: theseInstances.describe(
    "EC2 StopInstances: the group notices half a minute later, and terminates them through the hooks.",
  ),
  lose_tags: theseInstances.describe(
    "EC2 shows their tags no more, as it does some time after an instance was terminated.",
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
      cause: z
        .enum(["capacity", "price"])
        .default("capacity")
        .describe("Why: it needs the capacity, or the Spot price is above the most that is paid."),
    })
    .describe(
      "EC2 interrupts Spot Instances (`spot`): it sends the notice, and two minutes later they end, even if a hook holds them.",
    ),
  assign_addresses: z
    .strictObject({ instance_ids: instanceIds.max(1), addresses })
    .describe("Gives an instance these as secondary addresses. Whoever had one in its VPC has it no more."),
  recommend_rebalance: theseInstances.describe("EC2's notice that they are likely to be interrupted."),
  schedule_maintenance: theseInstances
    .extend({
      code: z
        .string()
        .regex(/^AWS_EC2_\w+$/, "expected a code such as AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED")
        .default("AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED")
        .describe("Its eventTypeCode."),
      arns: z.boolean().default(false).describe("Whether it names them by ARN instead of by id."),
      starts_in_hours: z
        .number()
        .min(0)
        .default(336)
        .describe("How far ahead it is. At its time EC2 stops what it retires or stops."),
      told: z
        .boolean()
        .default(true)
        .describe("Whether AWS Health sends its notice. EC2's schedule shows the change in any case."),
    })
    .describe("EC2 schedules a change, and AWS Health sends one notice for all of them."),
  cancel_maintenance: theseInstances.describe("EC2 cancels what it has scheduled for them."),
  delete_group: z
    .strictObject({ group })
    .describe("Deletes a group by force. Its hooks go with it, and its instances end at once."),
  suspend_processes: z
    .strictObject({ group, processes })
    .describe("Somebody suspends processes of the group."),
  resume_processes: z.strictObject({ group, processes }).describe("Somebody resumes them."),
  protect_from_scale_in: theseInstances
    .extend({ protected: z.boolean().default(true).describe("Whether they are protected from now on.") })
    .describe("SetInstanceProtection."),
  enter_standby: theseInstances
    .extend({ replace })
    .describe("EnterStandby: they leave the attached load balancers, and do not count in the capacity."),
  exit_standby: theseInstances.describe("ExitStandby: they are in service again."),
  detach: theseInstances
    .extend({ replace })
    .describe("DetachInstances: they leave the group without hooks, and live on."),
  instance_refresh: z
    .strictObject({
      group,
      min_healthy_percentage: z
        .int()
        .min(0)
        .max(100)
        .default(90)
        .describe("How much of the capacity stays in service. One instance at least is replaced at once."),
    })
    .describe("StartInstanceRefresh: all are replaced, batch by batch, through the hooks."),
  rolling_update: z
    .strictObject({
      group,
      batch_size: z.int().min(1).default(1).describe("How many are replaced at once."),
      pause_seconds: seconds.default(0).describe("How long it waits after a batch is in service."),
      suspend: processes
        .default(["AZRebalance", "AlarmNotification", "ScheduledActions", "ReplaceUnhealthy"])
        .describe("The processes that are suspended meanwhile."),
    })
    .describe("A rolling update of CloudFormation."),
};
