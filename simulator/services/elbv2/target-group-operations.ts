import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import { attributesOf, DELAY, describe } from "./present.ts";
import type { TargetGroup } from "./target-group.ts";
import type { TargetGroups } from "./target-groups.ts";

/** The operations on target groups and their attributes. */
export function targetGroupOperations(groups: TargetGroups): Operation[] {
  return [
    operation(
      elbv2.CreateTargetGroup$,
      ["Name", "Protocol", "Port", "TargetType", "VpcId"],
      (input: elbv2.CreateTargetGroupInput) => create(groups, input),
    ),
    operation(
      elbv2.DescribeTargetGroups$,
      ["Names[]", "TargetGroupArns[]", "LoadBalancerArn", "PageSize", "Marker"],
      (input: elbv2.DescribeTargetGroupsInput, call: Call) => describeGroups(groups, input, call),
    ),
    operation(
      elbv2.DeleteTargetGroup$,
      ["TargetGroupArn"],
      (input: elbv2.DeleteTargetGroupInput, call: Call) => {
        groups.delete(input.TargetGroupArn as string, call.caller);
        return {};
      },
    ),
    operation(
      elbv2.DescribeTargetGroupAttributes$,
      ["TargetGroupArn"],
      (input: elbv2.DescribeTargetGroupAttributesInput) => ({
        Attributes: attributesOf(groups.byArn(input.TargetGroupArn as string)),
      }),
    ),
    operation(
      elbv2.ModifyTargetGroupAttributes$,
      ["TargetGroupArn", "Attributes[].Key", "Attributes[].Value"],
      (input: elbv2.ModifyTargetGroupAttributesInput) => modifyAttributes(groups, input),
    ),
  ];
}

function create(groups: TargetGroups, input: elbv2.CreateTargetGroupInput) {
  const targetType = input.TargetType ?? "instance";
  if (targetType === "lambda") {
    throw new AwsError(
      "ValidationError",
      `The simulator has target types instance, ip and alb, found '${targetType}'`,
      400,
    );
  }
  const group = groups.create({
    name: input.Name as string,
    protocol: input.Protocol ?? "HTTP",
    port: input.Port ?? 80,
    targetType,
    vpcId: input.VpcId,
    delaySeconds: 300,
    healthySeconds: 10,
  });
  return { TargetGroups: [describe(group)] };
}

function describeGroups(groups: TargetGroups, input: elbv2.DescribeTargetGroupsInput, call: Call) {
  const request = { size: input.PageSize, most: 400, token: input.Marker };
  const { items, next } = page(chosen(groups, input), request, call.paging);
  return { TargetGroups: items.map(describe), NextMarker: next };
}

// The target groups that a request names, or all. Throws as DescribeTargetGroups does.
function chosen(groups: TargetGroups, input: elbv2.DescribeTargetGroupsInput): readonly TargetGroup[] {
  const named = (input.Names ?? []).map((name) => {
    const group = groups.byName(name);
    if (!group) throw new AwsError("TargetGroupNotFoundException", "One or more target groups not found");
    return group;
  });
  const kinds = [input.Names, input.TargetGroupArns, input.LoadBalancerArn].filter(
    (each) => each !== undefined,
  );
  if (kinds.length > 1) {
    throw new AwsError(
      "ValidationError",
      "Target group names, target group ARNs and load balancer ARNs cannot be specified at the same time",
      400,
    );
  }
  if (input.LoadBalancerArn && !groups.loadBalancers.has(input.LoadBalancerArn)) {
    throw new AwsError(
      "LoadBalancerNotFoundException",
      `Load balancers '[${input.LoadBalancerArn}]' not found`,
    );
  }
  return input.Names
    ? named
    : input.TargetGroupArns
      ? input.TargetGroupArns.map((each) => groups.byArn(each))
      : groups.all.filter(
          (group) => !input.LoadBalancerArn || group.loadBalancerArns.has(input.LoadBalancerArn),
        );
}

function modifyAttributes(groups: TargetGroups, input: elbv2.ModifyTargetGroupAttributesInput) {
  const group = groups.byArn(input.TargetGroupArn as string);
  for (const { Key, Value } of input.Attributes as elbv2.TargetGroupAttribute[]) {
    const seconds = Number(Value);
    if (Key !== DELAY)
      throw new AwsError(
        "InvalidConfigurationRequestException",
        `The simulator has the target group attribute ${DELAY}, found '${Key}'`,
      );
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > 3600) {
      throw new AwsError("ValidationError", `'${DELAY}' must be between '0' and '3600' inclusive`, 400);
    }
    group.settings.delaySeconds = seconds;
  }
  return { Attributes: attributesOf(group) };
}
