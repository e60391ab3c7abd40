import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { AutoScalingWorld } from "./groups.ts";
import {
  type ActionResult,
  type Group,
  globalTimeout,
  type Hook,
  LAUNCHING,
  TERMINATING,
  type Transition,
} from "./model.ts";

const TRANSITIONS: readonly string[] = [TERMINATING, LAUNCHING];
const RESULTS: readonly string[] = ["CONTINUE", "ABANDON"];

/** The operations on lifecycle hooks and their actions. */
export function hookOperations(world: AutoScalingWorld): Operation[] {
  const { groups } = world;

  const put = (input: autoscaling.PutLifecycleHookType) => {
    const group = groups.byName(input.AutoScalingGroupName as string);
    const name = input.LifecycleHookName as string;
    groups.putHook(group, readHook(input, group.hooks.get(name)));
    return {};
  };

  const describe = (input: autoscaling.DescribeLifecycleHooksType, call: Call) => {
    const group = groups.byName(input.AutoScalingGroupName as string);
    const names = input.LifecycleHookNames;
    if ((names?.length ?? 0) > 50)
      throw invalid("lifecycleHookNames", "Member must have length less than or equal to 50");
    const hooks = [...group.hooks.values()].filter((hook) => !names || names.includes(hook.name));
    groups.sightings.hooksShown(group, call.caller);
    return { LifecycleHooks: hooks.map((hook) => presentHook(group, hook)) };
  };

  const complete = (input: autoscaling.CompleteLifecycleActionType, call: Call) => {
    const result = input.LifecycleActionResult as string;
    if (!RESULTS.includes(result))
      throw invalid("lifecycleActionResult", "Member must satisfy enum value set: [CONTINUE, ABANDON]");
    const group = groups.byName(input.AutoScalingGroupName as string);
    groups.actions.complete(group, keyOf(input), result as ActionResult, call.caller);
    return {};
  };

  const heartbeat = (input: autoscaling.RecordLifecycleActionHeartbeatType) => {
    groups.actions.heartbeat(groups.byName(input.AutoScalingGroupName as string), keyOf(input));
    return {};
  };

  const actionPaths = ["LifecycleHookName", "AutoScalingGroupName", "LifecycleActionToken", "InstanceId"];
  return [
    operation(
      autoscaling.PutLifecycleHook$,
      [
        "LifecycleHookName",
        "AutoScalingGroupName",
        "LifecycleTransition",
        "RoleARN",
        "NotificationTargetARN",
        "NotificationMetadata",
        "HeartbeatTimeout",
        "DefaultResult",
      ],
      put,
    ),
    operation(
      autoscaling.DescribeLifecycleHooks$,
      ["AutoScalingGroupName", "LifecycleHookNames[]"],
      describe,
    ),
    operation(
      autoscaling.DeleteLifecycleHook$,
      ["AutoScalingGroupName", "LifecycleHookName"],
      (input: autoscaling.DeleteLifecycleHookType) => {
        groups.actions.deleteHook(
          groups.byName(input.AutoScalingGroupName as string),
          input.LifecycleHookName as string,
        );
        return {};
      },
    ),
    operation(autoscaling.CompleteLifecycleAction$, [...actionPaths, "LifecycleActionResult"], complete),
    operation(autoscaling.RecordLifecycleActionHeartbeat$, actionPaths, heartbeat),
  ];
}

/** A hook as a request gives it: what is not given stays as it was, or takes the default of a new hook. */
export function readHook(input: autoscaling.PutLifecycleHookType, known: Hook | undefined): Hook {
  const transition = input.LifecycleTransition ?? known?.transition ?? "";
  const heartbeatTimeout = input.HeartbeatTimeout ?? known?.heartbeatTimeout ?? 3600;
  const defaultResult = input.DefaultResult ?? known?.defaultResult ?? "ABANDON";
  if (!TRANSITIONS.includes(transition)) {
    throw new AwsError(
      "ValidationError",
      "Lifecycle transition must be one of [autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING]",
      400,
    );
  }
  if (!Number.isInteger(heartbeatTimeout) || heartbeatTimeout < 30 || heartbeatTimeout > 7200) {
    throw new AwsError("ValidationError", "Heartbeat timeout must be between 30 and 7200 seconds", 400);
  }
  if (!RESULTS.includes(defaultResult))
    throw new AwsError("ValidationError", "Default result must be one of [CONTINUE, ABANDON]", 400);
  const metadata = input.NotificationMetadata ?? known?.metadata;
  if (metadata !== undefined && (metadata.length > 4000 || !/^[\x20-\x7e\r\n\t]*$/.test(metadata))) {
    throw invalid("notificationMetadata", "Member must have at most 4000 printable ASCII characters");
  }
  return {
    name: input.LifecycleHookName as string,
    transition: transition as Transition,
    targetArn: input.NotificationTargetARN ?? known?.targetArn,
    roleArn: input.RoleARN ?? known?.roleArn,
    metadata,
    heartbeatTimeout,
    defaultResult: defaultResult as ActionResult,
  };
}

function presentHook(group: Group, hook: Hook): autoscaling.LifecycleHook {
  return {
    LifecycleHookName: hook.name,
    AutoScalingGroupName: group.name,
    LifecycleTransition: hook.transition,
    NotificationTargetARN: hook.targetArn,
    RoleARN: hook.roleArn,
    NotificationMetadata: hook.metadata,
    HeartbeatTimeout: hook.heartbeatTimeout,
    GlobalTimeout: globalTimeout(hook),
    DefaultResult: hook.defaultResult,
  };
}

function keyOf(
  input: autoscaling.CompleteLifecycleActionType | autoscaling.RecordLifecycleActionHeartbeatType,
) {
  const token = input.LifecycleActionToken;
  if (token !== undefined && token.length !== 36) {
    throw invalid(
      "lifecycleActionToken",
      `Member must have length ${token.length < 36 ? "greater" : "less"} than or equal to 36`,
    );
  }
  if (token === undefined && input.InstanceId === undefined) {
    throw new AwsError(
      "ValidationError",
      "Either Lifecycle Action Token or Instance Id must be specified",
      400,
    );
  }
  return { hook: input.LifecycleHookName as string, token, instanceId: input.InstanceId };
}

function invalid(member: string, constraint: string): AwsError {
  return new AwsError(
    "ValidationError",
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
    400,
  );
}
