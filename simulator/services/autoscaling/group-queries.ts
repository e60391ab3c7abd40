import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { ZONES } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { AutoScalingWorld } from "./groups.ts";
import { type Group, type GroupInstance, isWarm, type WarmPool } from "./model.ts";
import { pageOf } from "./pages.ts";

/** The operations that show groups and their instances. */
export function groupQueries(world: AutoScalingWorld): Operation[] {
  const { groups } = world;

  const describe = (input: autoscaling.AutoScalingGroupNamesType, call: Call) => {
    const names = input.AutoScalingGroupNames;
    const filters = input.Filters ?? [];
    const found = groups.all.filter(
      (group) =>
        (!names?.length || names.includes(group.name)) && filters.every((each) => passes(each, group)),
    );
    const { items, next } = pageOf(found, { most: 100, byDefault: 50 }, input, call);
    return {
      AutoScalingGroups: items.map((group) => presentGroup(world, group, call.asOf, input.IncludeInstances)),
      NextToken: next,
    };
  };

  const describeInstances = (input: autoscaling.DescribeAutoScalingInstancesType, call: Call) => {
    if ((input.InstanceIds?.length ?? 0) > 50) {
      throw new AwsError(
        "ValidationError",
        "1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to 50",
        400,
      );
    }
    const asked = input.InstanceIds?.length ? new Set(input.InstanceIds) : undefined;
    const found = groups.all.flatMap((group) =>
      [...group.instances.values()]
        .filter(
          ({ instanceId, state }) => asked?.has(instanceId) !== false && state.at(call.asOf) !== undefined,
        )
        .map((instance) => ({ group, instance })),
    );
    const { items, next } = pageOf(found, { most: 50, byDefault: 50 }, input, call);
    for (const { group, instance } of items) {
      if (instance.state.at(call.asOf)?.endsWith(":Wait") === true)
        groups.sightings.heldShown(group, instance, call.caller);
    }
    return {
      AutoScalingInstances: items.map(({ group, instance }) => ({
        ...presentInstance(world, instance, call.asOf),
        AutoScalingGroupName: group.name,
      })),
      NextToken: next,
    };
  };

  return [
    operation(
      autoscaling.DescribeAutoScalingGroups$,
      [
        "AutoScalingGroupNames[]",
        "IncludeInstances",
        "Filters[].Name",
        "Filters[].Values[]",
        "MaxRecords",
        "NextToken",
      ],
      describe,
    ),
    operation(
      autoscaling.DescribeAutoScalingInstances$,
      ["InstanceIds[]", "MaxRecords", "NextToken"],
      describeInstances,
    ),
  ];
}

// AWS has four filters, all by tags.
function passes({ Name: name = "", Values: values = [] }: autoscaling.Filter, group: Group): boolean {
  const tags = [...group.tags];
  if (name === "tag-key") return tags.some(([key]) => values.includes(key));
  if (name === "tag-value") return tags.some(([, value]) => values.includes(value));
  const key = /^tag:(.+)$/.exec(name)?.[1];
  if (key === undefined)
    throw new AwsError(
      "ValidationError",
      `Filter type ${name} is not correct. Allowed filter types are: tag-key, tag-value, tag:<key>`,
      400,
    );
  return values.includes(group.tags.get(key) ?? "") && group.tags.has(key);
}

function presentGroup(
  world: AutoScalingWorld,
  group: Group,
  moment: number,
  withInstances = true,
): autoscaling.AutoScalingGroup {
  const present = [...group.instances.values()].filter((each) => each.state.at(moment) !== undefined);
  const warm = present.filter((each) => isWarm(each.state.at(moment)));
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desired,
    DefaultCooldown: 300,
    AvailabilityZones: [...ZONES],
    LoadBalancerNames: [...group.loadBalancerNames],
    TargetGroupARNs: [...group.targetGroupArns],
    HealthCheckType: "EC2",
    CapacityRebalance: group.rebalances,
    NewInstancesProtectedFromScaleIn: group.protectsNew,
    SuspendedProcesses: [...group.suspended].map((ProcessName) => ({
      ProcessName,
      SuspensionReason: "User suspended",
    })),
    CreatedTime: new Date(group.createdAt),
    // Only DescribeWarmPool lists instances of the warm pool.
    Instances: withInstances
      ? present.filter((each) => !warm.includes(each)).map((each) => presentInstance(world, each, moment))
      : [],
    ...(group.warmPool
      ? { WarmPoolConfiguration: presentWarmPool(group.warmPool), WarmPoolSize: warm.length }
      : {}),
    Tags: [...group.tags].map(([Key, Value]) => ({
      Key,
      Value,
      ResourceId: group.name,
      ResourceType: "auto-scaling-group",
      PropagateAtLaunch: false,
    })),
    InstanceLifecyclePolicy: {
      RetentionTriggers: { TerminateHookAbandon: group.retain ? "retain" : "terminate" },
    },
  };
}

/** An instance as it was at a moment, in the words that all three Describe operations share. */
export function presentInstance(world: AutoScalingWorld, instance: GroupInstance, moment: number) {
  return {
    InstanceId: instance.instanceId,
    AvailabilityZone: world.instances.get(instance.instanceId)?.zone ?? ZONES[0],
    LifecycleState: instance.state.at(moment) as autoscaling.LifecycleState,
    HealthStatus: instance.healthy ? "Healthy" : "Unhealthy",
    ProtectedFromScaleIn: instance.isProtected,
  };
}

/** A warm pool's settings as AWS shows them. */
export function presentWarmPool(pool: WarmPool): autoscaling.WarmPoolConfiguration {
  return {
    MinSize: pool.minSize,
    PoolState: pool.poolState,
    InstanceReusePolicy: { ReuseOnScaleIn: pool.reuseOnScaleIn },
    ...(pool.maxPrepared === undefined ? {} : { MaxGroupPreparedCapacity: pool.maxPrepared }),
  };
}
