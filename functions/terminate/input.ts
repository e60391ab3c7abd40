import * as z from "zod/mini";
import {
  drainKeys,
  dryRunKey,
  eventKeys,
  groupName,
  hookKeys,
  hookName,
  inputExpected,
  noticeKeys,
  ourHooksOf,
  queueName,
} from "../../shared/model/settings.ts";
import { knowsNone } from "../../shared/rules/whose-hook.ts";

/** How often terminate sweeps by default, in minutes. */
export const SWEEP_MINUTES = 5;

const GROUP_NAME = "expected the name of an Auto Scaling group";
const minutes = "expected a whole number of minutes from 0 to 60";

/**
 * The input of the scheduled event that invokes terminate. It takes all of deregister's drain settings, and goes by them. If it is
 * `queue_name` alone, as the original's, those of each message count.
 */
export const terminateInput = z
  .strictObject(
    {
      queue_name: queueName.check(z.describe("The monitor queue, which deregister sends to.")),
      ...drainKeys,
      ...dryRunKey,
      ...eventKeys,
      ...hookKeys,
      auto_scaling_groups: z
        .optional(
          z.array(z.union([groupName, z.literal("")], { error: GROUP_NAME }), {
            error: "expected a list of Auto Scaling group names",
          }),
        )
        .check(
          z.describe(
            "Groups that are swept: instances in the wait state of our hook that have no message are drained too. Give `lifecycle_queue_name`, `lifecycle_hook_names` or `lifecycle_topic_arns` with it: a sweep finds the hook by them. An empty name is left out.",
          ),
        ),
      group_tag: z
        .optional(
          z
            .string({ error: "expected a tag's key, or key=value" })
            .check(z.regex(/^[^=]{1,128}(=.{0,256})?$/, { error: "expected a tag's key, or key=value" })),
        )
        .check(
          z.describe("Groups that carry this tag, `key` or `key=value`, are swept too, in the same way."),
        ),
      sweep_minutes: z
        .optional(
          z.int({ error: minutes }).check(z.gte(0, { error: minutes }), z.lte(60, { error: minutes })),
        )
        .check(
          z.describe(
            `How often it sweeps, in minutes. The default is ${SWEEP_MINUTES}; 0 is never, and with 1 every run sweeps. A run sweeps when its minute, counted from 1970, is divisible by this number. So does a run that starts up to ten seconds after such a minute. With a schedule of one minute, none is missed. With a schedule of two minutes, 4 may never match.`,
          ),
        ),
      lifecycle_hook_name: z
        .optional(hookName)
        .check(z.describe("One more name for `lifecycle_hook_names`. It is the older form of that key.")),
      lifecycle_queue_name: z
        .optional(queueName)
        .check(
          z.describe(
            "The queue that our hook notifies. A hook that notifies it is ours, and a sweep finds it by that. Give it, or `lifecycle_hook_names` or `lifecycle_topic_arns`. Without any of them, the hook of a message counts as ours if it notifies a queue or a topic. Deregister has checked its own messages, but nobody checks what somebody else sends to the monitor queue.",
          ),
        ),
      elb_monitor_queue_name: z
        .optional(queueName)
        .check(z.describe("Not used. It is allowed so that you can give terminate deregister's keys.")),
      ...noticeKeys,
    },
    { error: inputExpected },
  )
  .check(({ value, issues }) => {
    // If nothing tells which hook is ours, a sweep finds nothing, and nobody would notice.
    if (!knowsNone(ourHooksOf(value))) return;
    for (const key of ["auto_scaling_groups", "group_tag"] as const) {
      if (value[key] === undefined) continue;
      issues.push({
        code: "custom",
        path: [key],
        message:
          "expected lifecycle_queue_name, lifecycle_hook_names or lifecycle_topic_arns beside it, by which a sweep knows our hook",
        input: value[key],
      });
    }
  });
