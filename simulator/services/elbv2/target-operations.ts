import { isIP } from "node:net";
import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { TargetGround, TargetGroup } from "./target-group.ts";
import type { TargetGroups } from "./target-groups.ts";

const TARGET_PATHS = ["TargetGroupArn", "Targets[].Id", "Targets[].Port", "Targets[].AvailabilityZone"];

/** What the operations work on. */
export type TargetWorld = TargetGround & { readonly targetGroups: TargetGroups };

/** The operations on targets. */
export function targetOperations(world: TargetWorld): Operation[] {
  return [
    operation(elbv2.RegisterTargets$, TARGET_PATHS, (input: elbv2.RegisterTargetsInput, call: Call) =>
      register(world, input, call),
    ),
    operation(elbv2.DeregisterTargets$, TARGET_PATHS, (input: elbv2.DeregisterTargetsInput, call: Call) =>
      deregister(world, input, call),
    ),
    operation(
      elbv2.DescribeTargetHealth$,
      TARGET_PATHS,
      (input: elbv2.DescribeTargetHealthInput, call: Call) => health(world, input, call),
    ),
  ];
}

function register(world: TargetWorld, input: elbv2.RegisterTargetsInput, call: Call) {
  const group = world.targetGroups.byArn(input.TargetGroupArn as string);
  const targets = (input.Targets as elbv2.TargetDescription[]).map((target) => address(world, group, target));
  const stopped = targets.filter(
    ({ id }) =>
      group.settings.targetType === "instance" && world.instances.get(id)?.state.latest !== "running",
  );
  if (stopped.length > 0) {
    const ids = stopped.map(({ id }) => `'${id}'`).join(", ");
    throw new AwsError(
      "InvalidTargetException",
      `The following targets are not in a running state and cannot be registered: ${ids}`,
    );
  }
  for (const { id, port } of targets) group.register(id, port, call.caller);
  return {};
}

function deregister(world: TargetWorld, input: elbv2.DeregisterTargetsInput, call: Call) {
  const group = world.targetGroups.byArn(input.TargetGroupArn as string);
  for (const target of input.Targets as elbv2.TargetDescription[]) {
    group.deregister(target.Id as string, target.Port ?? group.settings.port, call.caller);
  }
  return {};
}

function health(world: TargetWorld, input: elbv2.DescribeTargetHealthInput, call: Call) {
  const group = world.targetGroups.byArn(input.TargetGroupArn as string);
  const targets = input.Targets?.map((target) => address(world, group, target)) ?? group.listed(call.asOf);
  return {
    TargetHealthDescriptions: targets.map(({ id, port }) => ({
      Target: { Id: id, Port: port },
      HealthCheckPort: String(port),
      TargetHealth: group.health(id, port, call.asOf),
    })),
  };
}

// The id of an unknown EC2 instance is refused. Without a port, the group's own port is meant.
function address(
  world: TargetWorld,
  group: TargetGroup,
  target: elbv2.TargetDescription,
): { id: string; port: number } {
  const id = target.Id as string;
  if (group.settings.targetType === "instance" && !world.instances.get(id)) {
    throw new AwsError("InvalidTargetException", `The following targets are not valid instances: '${id}'`);
  }
  if (group.settings.targetType === "ip" && isIP(id) === 0) {
    throw new AwsError("ValidationError", `The target '${id}' is not a valid IP address`, 400);
  }
  return { id, port: target.Port ?? group.settings.port };
}
