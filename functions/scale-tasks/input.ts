import * as z from "zod/mini";
import { clusterName, dryRunKey, inputExpected, objectExpected } from "../../shared/model/settings.ts";

const whole = (from: number) => {
  const error = `expected a whole number from ${from} on`;
  return z.int({ error }).check(z.gte(from, { error }));
};

/** The keys of one service: one task per instance, keeping N instances spare. */
const serviceKeys = {
  cluster_name: clusterName.check(z.describe("The ECS cluster.")),
  service_name: z
    .string({ error: "expected the name of an ECS service" })
    .check(
      z.regex(/^[A-Za-z0-9_-]{1,255}$/, { error: "expected the name of an ECS service" }),
      z.describe("The service, with one task per instance, keeping some instances spare."),
    ),
  min_task_count: whole(0).check(z.describe("The least number of tasks, however few instances there are.")),
  n_count: whole(0).check(z.describe("How many of the ACTIVE instances have no task: 1 keeps one spare.")),
};

/** The input of the scheduled event that invokes scale-tasks, for one service. */
export const scaleTasksInput = z.strictObject({ ...serviceKeys, ...dryRunKey }, { error: inputExpected });

/** The same for several. */
export const scaleManyInput = z.strictObject(
  {
    services: z
      .array(
        z.strictObject(serviceKeys, { error: objectExpected("expected an object with a service's keys") }),
        {
          error: "expected a list of services",
        },
      )
      .check(z.describe("Several services, each with the four keys above.")),
    ...dryRunKey,
  },
  { error: inputExpected },
);
