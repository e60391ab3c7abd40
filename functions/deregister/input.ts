import * as z from "zod/mini";
import { drainKeys, queueName } from "../../shared/settings.ts";

/** The input of the scheduled event that invokes deregister. */
export const deregisterInput = z.strictObject(
  {
    lifecycle_queue_name: queueName.check(
      z.describe("The queue that the termination lifecycle hook writes to."),
    ),
    elb_monitor_queue_name: queueName.check(z.describe("The queue that terminate reads.")),
    ...drainKeys,
  },
  {
    error: (issue) =>
      issue.code === "invalid_type" ? "expected an object with the function's input" : undefined,
  },
);
