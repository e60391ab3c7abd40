import * as elb from "@aws-sdk/client-elastic-load-balancing";
import { ZONES } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import type { ClassicLoadBalancer, ClassicLoadBalancers } from "./load-balancers.ts";

const INSTANCE_PATHS = ["LoadBalancerName", "Instances[].InstanceId"];
const DRAINING = "LoadBalancerAttributes.ConnectionDraining";

/** The simulated Elastic Load Balancing of classic load balancers. */
export function elbService({ classic }: { readonly classic: ClassicLoadBalancers }): Service {
  const create = (input: elb.CreateAccessPointInput) => {
    const loadBalancer = classic.create({
      name: input.LoadBalancerName as string,
      listeners: (input.Listeners as elb.Listener[]).map((listener) => ({
        protocol: listener.Protocol as string,
        port: listener.LoadBalancerPort as number,
        instancePort: listener.InstancePort as number,
      })),
      draining: { enabled: false, timeoutSeconds: 300 },
      requestSeconds: undefined,
    });
    return { DNSName: dnsName(loadBalancer) };
  };

  const describeLoadBalancers = (input: elb.DescribeAccessPointsInput, call: Call) => {
    const chosen = input.LoadBalancerNames?.length
      ? input.LoadBalancerNames.map((name) => classic.byName(name))
      : classic.all;
    const { items, next } = page(
      chosen,
      { size: input.PageSize, most: 400, token: input.Marker },
      call.paging,
    );
    return {
      LoadBalancerDescriptions: items.map((each) => describe(each, call.asOf)),
      // Where there is no further page, AWS may answer with an empty marker instead of none.
      NextMarker: next ?? (input.Marker ? "" : undefined),
    };
  };

  const health = (input: elb.DescribeEndPointStateInput, call: Call) => {
    const loadBalancer = classic.byName(input.LoadBalancerName as string);
    const ids = input.Instances?.map((each) => each.InstanceId as string) ?? loadBalancer.listed(call.asOf);
    return {
      InstanceStates: ids.map((InstanceId) => {
        const { state, reason, description } = loadBalancer.health(InstanceId, call.asOf);
        return { InstanceId, State: state, ReasonCode: reason, Description: description };
      }),
    };
  };

  const modifyAttributes = (input: elb.ModifyLoadBalancerAttributesInput) => {
    const loadBalancer = classic.byName(input.LoadBalancerName as string);
    const wanted = input.LoadBalancerAttributes?.ConnectionDraining;
    const timeout = wanted?.Timeout ?? loadBalancer.draining.timeoutSeconds;
    if (!Number.isInteger(timeout) || timeout < 1 || timeout > 3600) {
      throw new AwsError("ValidationError", "ConnectionDraining timeout must be between 1 and 3600", 400);
    }
    if (wanted) loadBalancer.draining = { enabled: wanted.Enabled as boolean, timeoutSeconds: timeout };
    return { LoadBalancerName: loadBalancer.name, LoadBalancerAttributes: attributesOf(loadBalancer) };
  };

  const operations = [
    operation(
      elb.CreateLoadBalancer$,
      [
        "LoadBalancerName",
        "AvailabilityZones[]",
        "Listeners[].Protocol",
        "Listeners[].LoadBalancerPort",
        "Listeners[].InstancePort",
        "Listeners[].InstanceProtocol",
      ],
      create,
    ),
    operation(
      elb.DeleteLoadBalancer$,
      ["LoadBalancerName"],
      (input: elb.DeleteAccessPointInput, call: Call) => {
        classic.delete(input.LoadBalancerName as string, call.caller);
        return {};
      },
    ),
    operation(
      elb.DescribeLoadBalancers$,
      ["LoadBalancerNames[]", "PageSize", "Marker"],
      describeLoadBalancers,
    ),
    operation(
      elb.RegisterInstancesWithLoadBalancer$,
      INSTANCE_PATHS,
      (input: elb.RegisterEndPointsInput, call: Call) => {
        const loadBalancer = classic.byName(input.LoadBalancerName as string);
        loadBalancer.register(idsOf(input.Instances), call.caller);
        return { Instances: loadBalancer.listed(call.now).map((InstanceId) => ({ InstanceId })) };
      },
    ),
    operation(
      elb.DeregisterInstancesFromLoadBalancer$,
      INSTANCE_PATHS,
      (input: elb.DeregisterEndPointsInput, call: Call) => {
        const loadBalancer = classic.byName(input.LoadBalancerName as string);
        loadBalancer.deregister(idsOf(input.Instances), call.caller);
        return { Instances: loadBalancer.listed(call.now).map((InstanceId) => ({ InstanceId })) };
      },
    ),
    operation(elb.DescribeInstanceHealth$, INSTANCE_PATHS, health),
    operation(
      elb.DescribeLoadBalancerAttributes$,
      ["LoadBalancerName"],
      (input: elb.DescribeLoadBalancerAttributesInput) => ({
        LoadBalancerAttributes: attributesOf(classic.byName(input.LoadBalancerName as string)),
      }),
    ),
    operation(
      elb.ModifyLoadBalancerAttributes$,
      ["LoadBalancerName", `${DRAINING}.Enabled`, `${DRAINING}.Timeout`],
      modifyAttributes,
    ),
  ];

  return {
    name: "elb",
    protocol: {
      kind: "query",
      version: "2012-06-01",
      namespace: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
    },
    errors: errorSchemas(elb),
    invalidParameterCode: "ValidationError",
    operations: byName(operations),
  };
}

function idsOf(instances: elb.Instance[] | undefined): string[] {
  return (instances ?? []).map((each) => each.InstanceId as string);
}

function attributesOf(loadBalancer: ClassicLoadBalancer): elb.LoadBalancerAttributes {
  const { enabled, timeoutSeconds } = loadBalancer.draining;
  return { ConnectionDraining: { Enabled: enabled, Timeout: timeoutSeconds } };
}

function dnsName(loadBalancer: ClassicLoadBalancer): string {
  return `${loadBalancer.name}.us-east-1.elb.amazonaws.com`;
}

function describe(loadBalancer: ClassicLoadBalancer, moment: number): elb.LoadBalancerDescription {
  return {
    LoadBalancerName: loadBalancer.name,
    DNSName: dnsName(loadBalancer),
    Scheme: "internet-facing",
    AvailabilityZones: [...ZONES],
    ListenerDescriptions: loadBalancer.listeners.map(({ protocol, port, instancePort }) => ({
      Listener: {
        Protocol: protocol,
        LoadBalancerPort: port,
        InstanceProtocol: protocol,
        InstancePort: instancePort,
      },
      PolicyNames: [],
    })),
    Instances: loadBalancer.listed(moment).map((InstanceId) => ({ InstanceId })),
  };
}
