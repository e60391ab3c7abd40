import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import { describeListener, describeLoadBalancer } from "./present.ts";
import type { TargetGroups } from "./target-groups.ts";

/** The operations on load balancers and listeners: as much of them as puts target groups in use. */
export function loadBalancerOperations(groups: TargetGroups): Operation[] {
  return [
    operation(
      elbv2.CreateLoadBalancer$,
      ["Name", "Type", "Subnets[]", "SubnetMappings[].SubnetId", "SubnetMappings[].PrivateIPv4Address"],
      (input: elbv2.CreateLoadBalancerInput) => createLoadBalancer(groups, input),
    ),
    operation(
      elbv2.DescribeLoadBalancers$,
      ["LoadBalancerArns[]", "Names[]", "PageSize", "Marker"],
      (input: elbv2.DescribeLoadBalancersInput, call: Call) => describeLoadBalancers(groups, input, call),
    ),
    operation(elbv2.DeleteLoadBalancer$, ["LoadBalancerArn"], (input: elbv2.DeleteLoadBalancerInput) => {
      groups.deleteLoadBalancer(input.LoadBalancerArn as string);
      return {};
    }),
    operation(
      elbv2.CreateListener$,
      ["LoadBalancerArn", "Protocol", "Port", "DefaultActions[].Type", "DefaultActions[].TargetGroupArn"],
      (input: elbv2.CreateListenerInput) => createListener(groups, input),
    ),
    operation(elbv2.DeleteListener$, ["ListenerArn"], (input: elbv2.DeleteListenerInput) => {
      groups.deleteListener(input.ListenerArn as string);
      return {};
    }),
  ];
}

function createLoadBalancer(groups: TargetGroups, input: elbv2.CreateLoadBalancerInput) {
  const type = input.Type ?? "application";
  if (type === "gateway")
    throw new AwsError("ValidationError", "The simulator has application and network load balancers", 400);
  const addresses = (input.SubnetMappings ?? []).flatMap((each) => each.PrivateIPv4Address ?? []);
  const made = groups.createLoadBalancer(input.Name as string, type, addresses);
  return { LoadBalancers: [describeLoadBalancer(made)] };
}

function describeLoadBalancers(groups: TargetGroups, input: elbv2.DescribeLoadBalancersInput, call: Call) {
  if ((input.LoadBalancerArns?.length ?? 0) > 20) {
    throw new AwsError(
      "ValidationError",
      "The maximum number of load balancer ARNs that can be specified is '20'",
      400,
    );
  }
  const all = [...groups.loadBalancers.values()];
  const wanted = [...(input.LoadBalancerArns ?? []), ...(input.Names ?? [])];
  const missing = wanted.find((each) => !all.some(({ arn, name }) => arn === each || name === each));
  if (missing) throw new AwsError("LoadBalancerNotFoundException", `Load balancers '[${missing}]' not found`);
  const chosen =
    wanted.length === 0 ? all : all.filter(({ arn, name }) => wanted.includes(arn) || wanted.includes(name));
  const { items, next } = page(chosen, { size: input.PageSize, most: 400, token: input.Marker }, call.paging);
  return { LoadBalancers: items.map(describeLoadBalancer), NextMarker: next };
}

function createListener(groups: TargetGroups, input: elbv2.CreateListenerInput) {
  const target = input.DefaultActions?.[0]?.TargetGroupArn;
  if (input.DefaultActions?.length !== 1 || input.DefaultActions[0]?.Type !== "forward" || !target) {
    throw new AwsError(
      "ValidationError",
      "The simulator takes one default action, which forwards to one target group",
      400,
    );
  }
  return { Listeners: [describeListener(groups.createListener(input.LoadBalancerArn as string, target))] };
}
