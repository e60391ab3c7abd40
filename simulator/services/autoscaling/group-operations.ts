import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { ZONES } from "../../account.ts";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import type { World } from "../../world.ts";
import { readHook } from "./hook-operations.ts";
import type { Group, GroupInstance } from "./model.ts";

const TAGS = ["Key", "Value", "PropagateAtLaunch", "ResourceId", "ResourceType"].map(
  (each) => `Tags[].${each}`,
);
const TEMPLATE = ["LaunchTemplateName", "LaunchTemplateId", "Version"].map(
  (each) => `LaunchTemplate.${each}`,
);
const SIZES = ["MinSize", "MaxSize", "DesiredCapacity"];
const RETAIN = "InstanceLifecyclePolicy.RetentionTriggers.TerminateHookAbandon";

/** The operations on groups and their instances. */
export function groupOperations(world: World): Operation[] {
  const { groups } = world;

  const create = (input: autoscaling.CreateAutoScalingGroupType) => {
    if (!input.LaunchConfigurationName && !input.LaunchTemplate) {
      throw new AwsError(
        "ValidationError",
        "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
        400,
      );
    }
    const minSize = input.MinSize as number;
    const maxSize = input.MaxSize as number;
    const desired = input.DesiredCapacity ?? minSize;
    if (minSize > maxSize || desired < minSize || desired > maxSize) {
      const sizes = `min ${minSize}, desired ${desired}, max ${maxSize}`;
      throw new AwsError(
        "ValidationError",
        `Desired capacity must be between min size and max size: ${sizes}`,
        400,
      );
    }
    if (input.TargetGroupARNs?.some((each) => !world.targetGroups.find(each)))
      throw notValid("Target Groups");
    const hooks = (input.LifecycleHookSpecificationList ?? []).map((each) =>
      readHook({ ...each, AutoScalingGroupName: input.AutoScalingGroupName }, undefined),
    );
    for (const hook of hooks) groups.notifications.check(hook);
    const group = groups.create({
      name: input.AutoScalingGroupName as string,
      minSize,
      maxSize,
      desired,
      launching: {
        bootSeconds: 0,
        cluster: undefined,
        taskSlots: Number.POSITIVE_INFINITY,
        instanceIds: [],
        started: () => {},
      },
    });
    for (const hook of hooks) groups.putHook(group, hook);
    for (const each of input.TargetGroupARNs ?? []) group.targetGroupArns.add(each);
    for (const each of input.LoadBalancerNames ?? []) group.loadBalancerNames.add(each);
    for (const { Key, Value } of input.Tags ?? []) group.tags.set(Key as string, Value ?? "");
    group.retain = input.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon === "retain";
    return {};
  };

  const update = (input: autoscaling.UpdateAutoScalingGroupType) => {
    const group = groups.byName(input.AutoScalingGroupName as string);
    group.minSize = input.MinSize ?? group.minSize;
    group.maxSize = input.MaxSize ?? group.maxSize;
    const trigger = input.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon;
    if (trigger) group.retain = trigger === "retain";
    groups.setDesired(
      group,
      input.DesiredCapacity ?? Math.min(group.maxSize, Math.max(group.minSize, group.desired)),
    );
    return {};
  };

  const describe = (input: autoscaling.AutoScalingGroupNamesType, call: Call) => {
    const names = input.AutoScalingGroupNames;
    const found = groups.all.filter((group) => !names?.length || names.includes(group.name));
    const { items, next } = page(found, {
      size: input.MaxRecords ?? 50,
      most: 100,
      token: input.NextToken,
      invalidTokenCode: "InvalidNextToken",
    });
    return {
      AutoScalingGroups: items.map((group) => presentGroup(world, group, call.asOf)),
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
    const all = groups.all.flatMap((group) =>
      [...group.instances.values()].map((instance) => ({ group, instance })),
    );
    const found = all.filter(
      ({ instance }) =>
        instance.state.at(call.asOf) !== undefined &&
        (!input.InstanceIds?.length || input.InstanceIds.includes(instance.instanceId)),
    );
    const { items, next } = page(found, {
      size: input.MaxRecords ?? 50,
      most: 50,
      token: input.NextToken,
      invalidTokenCode: "InvalidNextToken",
    });
    return {
      AutoScalingInstances: items.map(({ group, instance }) => ({
        ...presentInstance(world, instance, call.asOf),
        AutoScalingGroupName: group.name,
      })),
      NextToken: next,
    };
  };

  const terminate = (input: autoscaling.TerminateInstanceInAutoScalingGroupType) => {
    const instanceId = input.InstanceId as string;
    const held = groups.holding(instanceId);
    if (!held)
      throw new AwsError(
        "ValidationError",
        `Instance Id not found - No managed instance found for instance ID ${instanceId}`,
        400,
      );
    // A retained instance stands outside of the desired capacity.
    const retained = held.instance.state.latest === "Terminating:Retained";
    const decrement = !retained && (input.ShouldDecrementDesiredCapacity as boolean);
    if (decrement && held.group.desired <= held.group.minSize) {
      throw new AwsError(
        "ValidationError",
        `Currently, desiredSize equals minSize (${held.group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
        400,
      );
    }
    groups.terminate(held.group, held.instance, decrement);
    return {
      Activity: {
        ActivityId: world.random("arns").uuid(),
        AutoScalingGroupName: held.group.name,
        Description: `Terminating EC2 instance: ${instanceId}`,
        Cause: "At the request of a user, the instance was taken out of service.",
        StartTime: new Date(world.agenda.now),
        StatusCode: "InProgress" as const,
        Progress: 0,
      },
    };
  };

  return [
    operation(
      autoscaling.CreateAutoScalingGroup$,
      [
        "AutoScalingGroupName",
        "LaunchConfigurationName",
        "AvailabilityZones[]",
        "VPCZoneIdentifier",
        "TargetGroupARNs[]",
        "LoadBalancerNames[]",
        RETAIN,
        ...[
          "LifecycleHookName",
          "LifecycleTransition",
          "NotificationTargetARN",
          "RoleARN",
          "NotificationMetadata",
          "HeartbeatTimeout",
          "DefaultResult",
        ].map((each) => `LifecycleHookSpecificationList[].${each}`),
        ...SIZES,
        ...TAGS,
        ...TEMPLATE,
      ],
      create,
    ),
    operation(autoscaling.UpdateAutoScalingGroup$, ["AutoScalingGroupName", RETAIN, ...SIZES], update),
    operation(
      autoscaling.DeleteAutoScalingGroup$,
      ["AutoScalingGroupName", "ForceDelete"],
      (input: autoscaling.DeleteAutoScalingGroupType) => {
        groups.delete(groups.byName(input.AutoScalingGroupName as string), input.ForceDelete ?? false);
        return {};
      },
    ),
    operation(
      autoscaling.DescribeAutoScalingGroups$,
      ["AutoScalingGroupNames[]", "MaxRecords", "NextToken"],
      describe,
    ),
    operation(
      autoscaling.DescribeAutoScalingInstances$,
      ["InstanceIds[]", "MaxRecords", "NextToken"],
      describeInstances,
    ),
    operation(
      autoscaling.SetDesiredCapacity$,
      ["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"],
      (input: autoscaling.SetDesiredCapacityType) => {
        groups.setDesired(
          groups.byName(input.AutoScalingGroupName as string),
          input.DesiredCapacity as number,
        );
        return {};
      },
    ),
    operation(
      autoscaling.TerminateInstanceInAutoScalingGroup$,
      ["InstanceId", "ShouldDecrementDesiredCapacity"],
      terminate,
    ),
    operation(
      autoscaling.AttachLoadBalancerTargetGroups$,
      ["AutoScalingGroupName", "TargetGroupARNs[]"],
      (input: autoscaling.AttachLoadBalancerTargetGroupsType) => {
        const group = groups.byName(input.AutoScalingGroupName as string);
        if (input.TargetGroupARNs?.some((each) => !world.targetGroups.find(each)))
          throw notValid("Target Groups");
        for (const each of input.TargetGroupARNs ?? []) group.targetGroupArns.add(each);
        groups.registerWithAttachments(group);
        return {};
      },
    ),
    operation(
      autoscaling.AttachLoadBalancers$,
      ["AutoScalingGroupName", "LoadBalancerNames[]"],
      (input: autoscaling.AttachLoadBalancersType) => {
        const group = groups.byName(input.AutoScalingGroupName as string);
        if (input.LoadBalancerNames?.some((each) => !world.classic.find(each)))
          throw notValid("Load Balancers");
        for (const each of input.LoadBalancerNames ?? []) group.loadBalancerNames.add(each);
        groups.registerWithAttachments(group);
        return {};
      },
    ),
  ];
}

function presentGroup(world: World, group: Group, moment: number): autoscaling.AutoScalingGroup {
  const present = [...group.instances.values()].filter((each) => each.state.at(moment) !== undefined);
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
    CreatedTime: new Date(group.createdAt),
    Instances: present.map((each) => presentInstance(world, each, moment)),
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

function presentInstance(world: World, instance: GroupInstance, moment: number) {
  return {
    InstanceId: instance.instanceId,
    AvailabilityZone: world.instances.get(instance.instanceId)?.zone ?? ZONES[0],
    LifecycleState: instance.state.at(moment) as autoscaling.LifecycleState,
    HealthStatus: instance.healthy ? "Healthy" : "Unhealthy",
    ProtectedFromScaleIn: false,
  };
}

function notValid(kind: string): AwsError {
  return new AwsError(
    "ValidationError",
    `Provided ${kind} may not be valid. Please ensure they exist and try again.`,
    400,
  );
}
