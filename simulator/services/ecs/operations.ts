import * as ecs from "@aws-sdk/client-ecs";
import { byName, errorSchemas, type Service } from "../../wire/operation.ts";
import { capacityProviderOperations } from "./capacity-provider-operations.ts";
import type { EcsWorld } from "./clusters.ts";
import { containerInstanceOperations } from "./container-instance-operations.ts";
import { deploymentOperations } from "./deployment-operations.ts";
import { protectionOperations } from "./protection-operations.ts";
import { serviceOperations } from "./service-operations.ts";
import { taskOperations } from "./task-operations.ts";

/** The simulated ECS with the EC2 launch type, AWS JSON 1.1. */
export function ecsService(world: EcsWorld): Service {
  return {
    name: "ecs",
    protocol: {
      kind: "json",
      version: "1.1",
      target: "AmazonEC2ContainerServiceV20141113",
      queryCompatible: false,
    },
    errors: errorSchemas(ecs),
    invalidParameterCode: "InvalidParameterException",
    operations: byName([
      ...containerInstanceOperations(world),
      ...capacityProviderOperations(world),
      ...taskOperations(world),
      ...protectionOperations(world),
      ...serviceOperations(world),
      ...deploymentOperations(world),
    ]),
  };
}
