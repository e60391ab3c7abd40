import * as scaling from "@aws-sdk/client-application-auto-scaling";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import type { Clusters } from "../ecs/clusters.ts";
import type { ScalableTarget, ScalableTargets } from "./scalable-targets.ts";

const NAMESPACE = "ecs";
const DIMENSION = "ecs:service:DesiredCount";
const IDENTITY = ["ServiceNamespace", "ResourceId", "ScalableDimension"];

/** What the operations work on. */
type ScalableWorld = { readonly scalableTargets: ScalableTargets; readonly clusters: Clusters };

/** The simulated Application Auto Scaling: scalable targets without policies. */
export function applicationAutoScalingService(world: ScalableWorld): Service {
  const { scalableTargets } = world;

  const describe = (input: scaling.DescribeScalableTargetsRequest, call: Call) => {
    checkKind(input);
    const ids = input.ResourceIds ?? [];
    if (input.ScalableDimension && ids.length === 0)
      throw invalid("A resource ID is required when a scalable dimension is specified");
    if (ids.length > 50) throw invalid("At most 50 resource IDs can be specified");
    const found = scalableTargets.all.filter(
      ({ resourceId }) => ids.length === 0 || ids.includes(resourceId),
    );
    const { items, next } = page(
      found,
      {
        size: input.MaxResults,
        most: 50,
        token: input.NextToken,
        invalidCode: "ValidationException",
        invalidTokenCode: "InvalidNextTokenException",
      },
      call.paging,
    );
    return { ScalableTargets: items.map(present), NextToken: next };
  };

  const register = (input: scaling.RegisterScalableTargetRequest) => {
    checkKind(input);
    const resourceId = input.ResourceId as string;
    const known = scalableTargets.find(resourceId);
    const [kind, cluster = "", service = ""] = resourceId.split("/");
    if (kind !== "service" || !world.clusters.find(cluster)?.services.has(service))
      throw invalid(`ECS service doesn't exist: ${resourceId}`);
    const least = input.MinCapacity ?? known?.minCapacity;
    const most = input.MaxCapacity ?? known?.maxCapacity;
    if (least === undefined || most === undefined)
      throw invalid("MinCapacity and MaxCapacity are required to register a new scalable target");
    if (least < 0 || least > most)
      throw invalid(`MaxCapacity must be at least MinCapacity, and that at least 0: ${least}, ${most}`);
    return { ScalableTargetARN: scalableTargets.register(resourceId, least, most, input.RoleARN).arn };
  };

  const deregister = (input: scaling.DeregisterScalableTargetRequest) => {
    checkKind(input);
    if (!scalableTargets.deregister(input.ResourceId as string)) {
      throw new AwsError(
        "ObjectNotFoundException",
        `No scalable target found for service namespace: ${NAMESPACE}, resource ID: ${input.ResourceId}, scalable dimension: ${DIMENSION}`,
      );
    }
    return {};
  };

  const described = ["ServiceNamespace", "ResourceIds[]", "ScalableDimension", "MaxResults", "NextToken"];
  return {
    name: "application-autoscaling",
    protocol: { kind: "json", version: "1.1", target: "AnyScaleFrontendService", queryCompatible: false },
    errors: errorSchemas(scaling),
    invalidParameterCode: "ValidationException",
    operations: byName([
      operation(scaling.DescribeScalableTargets$, described, describe),
      operation(
        scaling.RegisterScalableTarget$,
        [...IDENTITY, "MinCapacity", "MaxCapacity", "RoleARN"],
        register,
      ),
      operation(scaling.DeregisterScalableTarget$, IDENTITY, deregister),
    ]),
  };
}

function checkKind(input: {
  ServiceNamespace: string | undefined;
  ScalableDimension?: string | undefined;
}): void {
  const { ServiceNamespace: namespace, ScalableDimension: dimension } = input;
  if (namespace !== NAMESPACE) throw new NotSimulated(`the service namespace ${namespace}`);
  if (dimension !== undefined && dimension !== DIMENSION)
    throw new NotSimulated(`the scalable dimension ${dimension}`);
}

function present(target: ScalableTarget): scaling.ScalableTarget {
  return {
    ServiceNamespace: NAMESPACE,
    ResourceId: target.resourceId,
    ScalableDimension: DIMENSION,
    MinCapacity: target.minCapacity,
    MaxCapacity: target.maxCapacity,
    RoleARN: target.roleArn,
    CreationTime: new Date(target.createdAt),
    SuspendedState: {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
    },
    ScalableTargetARN: target.arn,
  };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
