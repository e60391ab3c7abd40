import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { byName, errorSchemas, type Service } from "../../wire/operation.ts";
import { activityOperations } from "./activity-operations.ts";
import { groupOperations } from "./group-operations.ts";
import { groupQueries } from "./group-queries.ts";
import type { AutoScalingWorld } from "./groups.ts";
import { hookOperations } from "./hook-operations.ts";
import { instanceOperations } from "./instance-operations.ts";
import { warmPoolOperations } from "./warm-pool-operations.ts";

/** The simulated EC2 Auto Scaling. */
export function autoScalingService(world: AutoScalingWorld): Service {
  return {
    name: "autoscaling",
    protocol: {
      kind: "query",
      version: "2011-01-01",
      namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    },
    errors: errorSchemas(autoscaling),
    invalidParameterCode: "ValidationError",
    operations: byName([
      ...activityOperations(world),
      ...groupOperations(world),
      ...groupQueries(world),
      ...hookOperations(world),
      ...instanceOperations(world),
      ...warmPoolOperations(world),
    ]),
  };
}
