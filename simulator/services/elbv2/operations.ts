import { isIPv4 } from "node:net";
import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../wire/errors.ts";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import { attributesOf, DELAY, describe, describeListener, describeLoadBalancer } from "./present.ts";
import type { TargetGround, TargetGroup } from "./target-group.ts";
import type { TargetGroups } from "./target-groups.ts";

const TARGET_PATHS = ["TargetGroupArn", "Targets[].Id", "Targets[].Port", "Targets[].AvailabilityZone"];

/** What the operations work on. */
type TargetWorld = TargetGround & { readonly targetGroups: TargetGroups };

/** The simulated Elastic Load Balancing v2: target groups, and what they need of load balancers and listeners. */
export function elbv2Service(world: TargetWorld): Service {
  const { targetGroups: groups } = world;

  const create = (input: elbv2.CreateTargetGroupInput) => {
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
      delaySeconds: 300,
      healthySeconds: 10,
    });
    return { TargetGroups: [describe(group)] };
  };

  const describeGroups = (input: elbv2.DescribeTargetGroupsInput) => {
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
    const chosen = input.Names
      ? named
      : input.TargetGroupArns
        ? input.TargetGroupArns.map((each) => groups.byArn(each))
        : groups.all.filter(
            (group) => !input.LoadBalancerArn || group.loadBalancerArns.has(input.LoadBalancerArn),
          );
    const { items, next } = page(chosen, { size: input.PageSize, most: 400, token: input.Marker });
    return { TargetGroups: items.map(describe), NextMarker: next };
  };

  const health = (input: elbv2.DescribeTargetHealthInput, call: Call) => {
    const group = groups.byArn(input.TargetGroupArn as string);
    const targets = input.Targets?.map((target) => address(world, group, target)) ?? group.listed(call.asOf);
    return {
      TargetHealthDescriptions: targets.map(({ id, port }) => ({
        Target: { Id: id, Port: port },
        HealthCheckPort: String(port),
        TargetHealth: group.health(id, port, call.asOf),
      })),
    };
  };

  const register = (input: elbv2.RegisterTargetsInput, call: Call) => {
    const group = groups.byArn(input.TargetGroupArn as string);
    const targets = (input.Targets as elbv2.TargetDescription[]).map((target) =>
      address(world, group, target),
    );
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
  };

  const deregister = (input: elbv2.DeregisterTargetsInput, call: Call) => {
    const group = groups.byArn(input.TargetGroupArn as string);
    for (const target of input.Targets as elbv2.TargetDescription[]) {
      group.deregister(target.Id as string, target.Port ?? group.settings.port, call.caller);
    }
    return {};
  };

  const describeAttributes = (input: elbv2.DescribeTargetGroupAttributesInput) => ({
    Attributes: attributesOf(groups.byArn(input.TargetGroupArn as string)),
  });

  const modifyAttributes = (input: elbv2.ModifyTargetGroupAttributesInput) => {
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
  };

  const createListener = (input: elbv2.CreateListenerInput) => {
    const target = input.DefaultActions?.[0]?.TargetGroupArn;
    if (input.DefaultActions?.length !== 1 || input.DefaultActions[0]?.Type !== "forward" || !target) {
      throw new AwsError(
        "ValidationError",
        "The simulator takes one default action, which forwards to one target group",
        400,
      );
    }
    return { Listeners: [describeListener(groups.createListener(input.LoadBalancerArn as string, target))] };
  };

  const describeLoadBalancers = (input: elbv2.DescribeLoadBalancersInput) => {
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
    if (missing)
      throw new AwsError("LoadBalancerNotFoundException", `Load balancers '[${missing}]' not found`);
    const chosen =
      wanted.length === 0
        ? all
        : all.filter(({ arn, name }) => wanted.includes(arn) || wanted.includes(name));
    const { items, next } = page(chosen, { size: input.PageSize, most: 400, token: input.Marker });
    return { LoadBalancers: items.map(describeLoadBalancer), NextMarker: next };
  };

  const operations = [
    operation(elbv2.CreateTargetGroup$, ["Name", "Protocol", "Port", "TargetType", "VpcId"], create),
    operation(
      elbv2.DescribeTargetGroups$,
      ["Names[]", "TargetGroupArns[]", "LoadBalancerArn", "PageSize", "Marker"],
      describeGroups,
    ),
    operation(
      elbv2.DeleteTargetGroup$,
      ["TargetGroupArn"],
      (input: elbv2.DeleteTargetGroupInput, call: Call) => {
        groups.delete(input.TargetGroupArn as string, call.caller);
        return {};
      },
    ),
    operation(elbv2.DescribeTargetGroupAttributes$, ["TargetGroupArn"], describeAttributes),
    operation(
      elbv2.ModifyTargetGroupAttributes$,
      ["TargetGroupArn", "Attributes[].Key", "Attributes[].Value"],
      modifyAttributes,
    ),
    operation(elbv2.RegisterTargets$, TARGET_PATHS, register),
    operation(elbv2.DeregisterTargets$, TARGET_PATHS, deregister),
    operation(elbv2.DescribeTargetHealth$, TARGET_PATHS, health),
    operation(
      elbv2.CreateLoadBalancer$,
      ["Name", "Type", "Subnets[]", "SubnetMappings[].SubnetId", "SubnetMappings[].PrivateIPv4Address"],
      (input: elbv2.CreateLoadBalancerInput) => {
        const type = input.Type ?? "application";
        if (type === "gateway")
          throw new AwsError(
            "ValidationError",
            "The simulator has application and network load balancers",
            400,
          );
        const addresses = (input.SubnetMappings ?? []).flatMap((each) => each.PrivateIPv4Address ?? []);
        const made = groups.createLoadBalancer(input.Name as string, type, addresses);
        return { LoadBalancers: [describeLoadBalancer(made)] };
      },
    ),
    operation(
      elbv2.DescribeLoadBalancers$,
      ["LoadBalancerArns[]", "Names[]", "PageSize", "Marker"],
      describeLoadBalancers,
    ),
    operation(elbv2.DeleteLoadBalancer$, ["LoadBalancerArn"], (input: elbv2.DeleteLoadBalancerInput) => {
      groups.deleteLoadBalancer(input.LoadBalancerArn as string);
      return {};
    }),
    operation(
      elbv2.CreateListener$,
      ["LoadBalancerArn", "Protocol", "Port", "DefaultActions[].Type", "DefaultActions[].TargetGroupArn"],
      createListener,
    ),
    operation(elbv2.DeleteListener$, ["ListenerArn"], (input: elbv2.DeleteListenerInput) => {
      groups.deleteListener(input.ListenerArn as string);
      return {};
    }),
  ];

  return {
    name: "elbv2",
    protocol: {
      kind: "query",
      version: "2015-12-01",
      namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    },
    errors: errorSchemas(elbv2),
    invalidParameterCode: "ValidationError",
    operations: byName(operations),
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
  if (group.settings.targetType === "ip" && !isIPv4(id)) {
    throw new AwsError("ValidationError", `The target '${id}' is not a valid IP address`, 400);
  }
  return { id, port: target.Port ?? group.settings.port };
}
