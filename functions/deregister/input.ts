import * as z from "zod/mini";
import {
  drainKeys,
  dryRunKey,
  eventKeys,
  hookKeys,
  inputExpected,
  noticeKeys,
  queueName,
} from "../../shared/model/settings.ts";

/** The input of the scheduled event that invokes deregister. It reads from one queue and sends to the other, so they must differ. */
export const deregisterInput = z
  .strictObject(
    {
      lifecycle_queue_name: queueName.check(
        z.describe(
          "The queue that the termination lifecycle hook writes to. A hook that notifies it is ours.",
        ),
      ),
      elb_monitor_queue_name: queueName.check(z.describe("The queue that terminate reads.")),
      ...drainKeys,
      ...dryRunKey,
      ...eventKeys,
      ...hookKeys,
      ...noticeKeys,
    },
    { error: inputExpected },
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
