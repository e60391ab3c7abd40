import * as z from "zod/mini";
import { drainKeys, dryRunKey, oneOf, queueName } from "../../shared/settings.ts";

/** The input of the scheduled event that invokes deregister. The two queues differ: it reads the one and sends to the other. */
export const deregisterInput = z
  .strictObject(
    {
      lifecycle_queue_name: queueName.check(
        z.describe("The queue that the termination lifecycle hook writes to."),
      ),
      elb_monitor_queue_name: queueName.check(z.describe("The queue that terminate reads.")),
      ...drainKeys,
      ...dryRunKey,
      on_spot_interruption: z
        .optional(oneOf(["drain", "ignore"]))
        .check(
          z.describe(
            "What to do at a Spot interruption notice, two minutes before EC2 takes the instance: `drain` it at once, or `ignore` the notice (the default).",
          ),
        ),
      on_rebalance: z
        .optional(oneOf(["replace", "ignore"]))
        .check(
          z.describe(
            "What to do when EC2 recommends to rebalance: `replace` terminates the instance through Auto Scaling, which starts another one, and the hook does the rest; `ignore` is the default.",
          ),
        ),
      on_maintenance: z
        .optional(oneOf(["replace", "ignore"]))
        .check(
          z.describe(
            "The same for a retirement or maintenance that AWS Health announces for an instance; `ignore` is the default.",
          ),
        ),
    },
    {
      error: (issue) =>
        issue.code === "invalid_type" ? "expected an object with the function's input" : undefined,
    },
  )
  .check(({ value, issues }) => {
    const { lifecycle_queue_name, elb_monitor_queue_name } = value;
    if (lifecycle_queue_name !== elb_monitor_queue_name) return;
    issues.push({
      code: "custom",
      path: ["elb_monitor_queue_name"],
      message: "expected another queue than lifecycle_queue_name",
      input: elb_monitor_queue_name,
    });
  });
