import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { AwsError } from "../../wire/errors.ts";
import { type Operation, operation } from "../../wire/operation.ts";
import type { AutoScalingWorld } from "./groups.ts";
import { type Group, type GroupInstance, PROCESSES } from "./model.ts";
import type { Refresh } from "./refreshes.ts";

/** What an instance refresh keeps in service by default, in percent of the desired capacity. */
const MIN_HEALTHY_PERCENT = 90;

/** The operations by which somebody steps in: suspended processes, protection, Standby, detaching, instance refreshes. */
export function instanceOperations(world: AutoScalingWorld): Operation[] {
  const { groups } = world;

  const each = (
    {
      AutoScalingGroupName,
      InstanceIds = [],
    }: Pick<autoscaling.ExitStandbyQuery, "AutoScalingGroupName" | "InstanceIds">,
    act: (group: Group, instance: GroupInstance) => void,
  ) => {
    const group = groups.byName(AutoScalingGroupName as string);
    for (const id of InstanceIds) act(group, inGroup(group, id));
    return group;
  };

  const standby = (input: autoscaling.EnterStandbyQuery) => {
    each(input, (group, instance) =>
      groups.setAside.enterStandby(group, instance, input.ShouldDecrementDesiredCapacity as boolean),
    );
    return { Activities: [] };
  };

  const refresh = (input: autoscaling.StartInstanceRefreshType) => {
    const group = groups.byName(input.AutoScalingGroupName as string);
    const percent = input.Preferences?.MinHealthyPercentage ?? MIN_HEALTHY_PERCENT;
    const { id } = groups.refreshes.start(group, {
      atOnce: Math.max(1, Math.floor((group.desired * (100 - percent)) / 100)),
      pauseMs: (input.Preferences?.InstanceWarmup ?? 0) * 1000,
      suspends: [],
    });
    return { InstanceRefreshId: id };
  };

  const named = ["AutoScalingGroupName", "InstanceIds[]"];
  return [
    operation(
      autoscaling.SuspendProcesses$,
      ["AutoScalingGroupName", "ScalingProcesses[]"],
      (input: autoscaling.ScalingProcessQuery) => {
        groups.suspend(groups.byName(input.AutoScalingGroupName as string), processesOf(input));
        return {};
      },
    ),
    operation(
      autoscaling.ResumeProcesses$,
      ["AutoScalingGroupName", "ScalingProcesses[]"],
      (input: autoscaling.ScalingProcessQuery) => {
        groups.resume(groups.byName(input.AutoScalingGroupName as string), processesOf(input));
        return {};
      },
    ),
    operation(
      autoscaling.SetInstanceProtection$,
      [...named, "ProtectedFromScaleIn"],
      (input: autoscaling.SetInstanceProtectionQuery) => {
        each(input, (_, instance) => {
          instance.isProtected = input.ProtectedFromScaleIn as boolean;
        });
        return {};
      },
    ),
    operation(autoscaling.EnterStandby$, [...named, "ShouldDecrementDesiredCapacity"], standby),
    operation(autoscaling.ExitStandby$, named, (input: autoscaling.ExitStandbyQuery) => {
      each(input, (group, instance) => groups.setAside.exitStandby(group, instance));
      return { Activities: [] };
    }),
    operation(
      autoscaling.DetachInstances$,
      [...named, "ShouldDecrementDesiredCapacity"],
      (input: autoscaling.DetachInstancesQuery) => {
        each(input, (group, instance) =>
          groups.setAside.detach(group, instance, input.ShouldDecrementDesiredCapacity as boolean),
        );
        return { Activities: [] };
      },
    ),
    operation(
      autoscaling.StartInstanceRefresh$,
      ["AutoScalingGroupName", "Strategy", "Preferences.MinHealthyPercentage", "Preferences.InstanceWarmup"],
      refresh,
    ),
    operation(
      autoscaling.DescribeInstanceRefreshes$,
      ["AutoScalingGroupName", "InstanceRefreshIds[]"],
      (input: autoscaling.DescribeInstanceRefreshesType) => {
        const ids = input.InstanceRefreshIds;
        const found = groups.refreshes.of(groups.byName(input.AutoScalingGroupName as string));
        return { InstanceRefreshes: found.filter(({ id }) => !ids || ids.includes(id)).map(present) };
      },
    ),
    operation(
      autoscaling.CancelInstanceRefresh$,
      ["AutoScalingGroupName"],
      (input: autoscaling.CancelInstanceRefreshType) => ({
        InstanceRefreshId: groups.refreshes.cancel(groups.byName(input.AutoScalingGroupName as string)).id,
      }),
    ),
  ];
}

function inGroup(group: Group, instanceId: string): GroupInstance {
  const instance = group.instances.get(instanceId);
  if (instance && instance.state.latest !== undefined) return instance;
  throw new AwsError(
    "ValidationError",
    `The instance ${instanceId} is not part of Auto Scaling group ${group.name}.`,
    400,
  );
}

// Without any named, all are meant.
function processesOf({ ScalingProcesses: named }: autoscaling.ScalingProcessQuery): readonly string[] {
  if (!named || named.length === 0) return PROCESSES;
  const unknown = named.find((each) => !PROCESSES.includes(each));
  if (unknown === undefined) return named;
  throw new AwsError("ValidationError", `Invalid Processes: ${unknown} is not a supported process.`, 400);
}

function present({
  id,
  group,
  status,
  left,
  count,
  startedAt,
  endedAt,
}: Refresh): autoscaling.InstanceRefresh {
  return {
    InstanceRefreshId: id,
    AutoScalingGroupName: group.name,
    Status: status,
    StartTime: new Date(startedAt),
    ...(endedAt === undefined ? {} : { EndTime: new Date(endedAt) }),
    PercentageComplete: count === 0 ? 100 : Math.floor(((count - left.length) * 100) / count),
    InstancesToUpdate: left.length,
  };
}
