import * as z from "zod/mini";
import { drainKeys, dryRunKey, queueName } from "../../shared/settings.ts";

/** The input of the scheduled event that invokes terminate. All but the queue is for messages that carry no settings. */
export const terminateInput = z.strictObject(
  {
    queue_name: queueName.check(z.describe("The monitor queue, which deregister sends to.")),
    ...drainKeys,
    ...dryRunKey,
  },
  {
    error: (issue) =>
      issue.code === "invalid_type" ? "expected an object with the function's input" : undefined,
  },
);
