import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { ANY_HOST } from "../ecs/model.ts";
import { presentActivity } from "./activity-operations.ts";
import type { AutoScalingWorld } from "./groups.ts";
import { readHook } from "./hook-operations.ts";
import { isWarm } from "./model.ts";

const TAGS = ["Key", "Value", "PropagateAtLaunch", "ResourceId", "ResourceType"].map(
  (each) => `Tags[].${each}`,
);
const TEMPLATE = ["LaunchTemplateName", "LaunchTemplateId", "Version"].map(
  (each) => `LaunchTemplate.${each}`,
);
const SIZES = ["MinSize", "MaxSize", "DesiredCapacity"];
const OPTIONS = ["CapacityRebalance", "NewInstancesProtectedFromScaleIn"];
const RETAIN = "InstanceLifecyclePolicy.RetentionTriggers.TerminateHookAbandon";

/** The operations that change groups and their instances. */
export function groupOperations(world: AutoScalingWorld): Operation[] {
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
        host: ANY_HOST,
        joinSeconds: 0,
        instanceIds: [],
        started: () => {},
      },
    });
    for (const hook of hooks) groups.putHook(group, hook);
    for (const each of input.TargetGroupARNs ?? []) group.targetGroupArns.add(each);
    for (const each of input.LoadBalancerNames ?? []) group.loadBalancerNames.add(each);
    for (const { Key, Value } of input.Tags ?? []) group.tags.set(Key as string, Value ?? "");
    group.retain = input.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon === "retain";
    group.rebalances = input.CapacityRebalance === true;
    group.protectsNew = input.NewInstancesProtectedFromScaleIn === true;
    return {};
  };

  const update = (input: autoscaling.UpdateAutoScalingGroupType) => {
    const group = groups.byName(input.AutoScalingGroupName as string);
    group.minSize = input.MinSize ?? group.minSize;
    group.maxSize = input.MaxSize ?? group.maxSize;
    const trigger = input.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon;
    if (trigger) group.retain = trigger === "retain";
    group.rebalances = input.CapacityRebalance ?? group.rebalances;
    group.protectsNew = input.NewInstancesProtectedFromScaleIn ?? group.protectsNew;
    groups.setDesired(
      group,
      input.DesiredCapacity ?? Math.min(group.maxSize, Math.max(group.minSize, group.desired)),
    );
    return {};
  };

  const terminate = (input: autoscaling.TerminateInstanceInAutoScalingGroupType, call: Call) => {
    const instanceId = input.InstanceId as string;
    const found = groups.findInstance(instanceId);
    if (!found)
      throw new AwsError(
        "ValidationError",
        `Instance Id not found - No managed instance found for instance ID ${instanceId}`,
        400,
      );
    if (isWarm(found.instance.state.latest)) {
      throw new AwsError(
        "ValidationError",
        `The instance ${instanceId} is in a warm pool and cannot be terminated by this operation.`,
        400,
      );
    }
    // A retained instance does not count in the desired capacity.
    const retained = found.instance.state.latest === "Terminating:Retained";
    const decrement = !retained && (input.ShouldDecrementDesiredCapacity as boolean);
    if (decrement && found.group.desired <= found.group.minSize) {
      throw new AwsError(
        "ValidationError",
        `Currently, desiredSize equals minSize (${found.group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
        400,
      );
    }
    const { name: group } = found.group;
    const asked = { kind: "termination-asked", instanceId, group, lowersCapacity: decrement } as const;
    world.story.tell(call.now, { ...asked, by: call.caller });
    groups.terminate(found.group, found.instance, decrement);
    const activity = groups.activities.of(found.instance);
    return activity === undefined ? {} : { Activity: presentActivity(world, activity, call.now) };
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
        ...OPTIONS,
        ...TAGS,
        ...TEMPLATE,
      ],
      create,
    ),
    operation(
      autoscaling.UpdateAutoScalingGroup$,
      ["AutoScalingGroupName", RETAIN, ...SIZES, ...OPTIONS],
      update,
    ),
    operation(
      autoscaling.DeleteAutoScalingGroup$,
      ["AutoScalingGroupName", "ForceDelete"],
      (input: autoscaling.DeleteAutoScalingGroupType) => {
        groups.delete(groups.byName(input.AutoScalingGroupName as string), input.ForceDelete ?? false);
        return {};
      },
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

function notValid(kind: string): AwsError {
  return new AwsError(
    "ValidationError",
    `Provided ${kind} may not be valid. Please ensure they exist and try again.`,
    400,
  );
}
