import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import { byName, errorSchemas, type Service } from "../../wire/operation.ts";
import { loadBalancerOperations } from "./load-balancer-operations.ts";
import { targetGroupOperations } from "./target-group-operations.ts";
import { type TargetWorld, targetOperations } from "./target-operations.ts";

/** The simulated Elastic Load Balancing v2: target groups, and what they need of load balancers and listeners. */
export function elbv2Service(world: TargetWorld): Service {
  return {
    name: "elbv2",
    protocol: {
      kind: "query",
      version: "2015-12-01",
      namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    },
    errors: errorSchemas(elbv2),
    invalidParameterCode: "ValidationError",
    operations: byName([
      ...targetGroupOperations(world.targetGroups),
      ...targetOperations(world),
      ...loadBalancerOperations(world.targetGroups),
    ]),
  };
}
