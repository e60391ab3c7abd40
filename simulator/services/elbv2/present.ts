import type * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import { ZONES } from "../../kernel/account.ts";
import type { TargetGroup } from "./target-group.ts";
import type { Listener, LoadBalancer } from "./target-groups.ts";

/** The attribute with the deregistration delay, in seconds. */
export const DELAY = "deregistration_delay.timeout_seconds";

/** The attributes of a target group as DescribeTargetGroupAttributes shows them. */
export function attributesOf(group: TargetGroup): elbv2.TargetGroupAttribute[] {
  return [{ Key: DELAY, Value: String(group.settings.delaySeconds) }];
}

/** A target group as DescribeTargetGroups shows it. */
export function describe(group: TargetGroup): elbv2.TargetGroup {
  const { name, arn, protocol, port, vpcId, targetType } = group.settings;
  return {
    TargetGroupArn: arn,
    TargetGroupName: name,
    Protocol: protocol as elbv2.ProtocolEnum,
    Port: port,
    VpcId: vpcId,
    TargetType: targetType,
    LoadBalancerArns: [...group.loadBalancerArns],
  };
}

/** A load balancer as DescribeLoadBalancers shows it. */
export function describeLoadBalancer({ arn, name, type, addresses }: LoadBalancer): elbv2.LoadBalancer {
  return {
    LoadBalancerArn: arn,
    LoadBalancerName: name,
    Type: type,
    Scheme: "internal",
    State: { Code: "active" },
    AvailabilityZones: addresses.map((address, index) => ({
      ZoneName: ZONES[index % ZONES.length] as string,
      LoadBalancerAddresses: [{ PrivateIPv4Address: address }],
    })),
  };
}

/** A listener as CreateListener answers with it. */
export function describeListener({ arn, loadBalancerArn, targetGroupArn }: Listener): elbv2.Listener {
  return {
    ListenerArn: arn,
    LoadBalancerArn: loadBalancerArn,
    DefaultActions: [{ Type: "forward", TargetGroupArn: targetGroupArn }],
  };
}
