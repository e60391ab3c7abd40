import {
  CreateLoadBalancerCommand as CreateClassicCommand,
  ModifyLoadBalancerAttributesCommand,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  type TargetDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { SimulatedAws } from "./simulator-process.ts";

/** Within this time a target that can be healthy is. */
const HEALTHY_AFTER = 20;

/** What a test wants of a target group; without more words it has port 80 and a load balancer in front. */
export type TargetGroupWish = {
  readonly delaySeconds?: number;
  readonly inUse?: boolean;
  readonly type?: "instance" | "ip";
};

/** Makes a target group and returns its ARN. */
export async function makeTargetGroup(aws: SimulatedAws, wish: TargetGroupWish = {}): Promise<string> {
  const { elbv2 } = aws;
  const Name = aws.unusedName("targets");
  const { TargetGroups } = await elbv2.send(
    new CreateTargetGroupCommand({
      Name,
      Protocol: "HTTP",
      Port: 80,
      VpcId: "vpc-1",
      TargetType: wish.type ?? "instance",
    }),
  );
  const arn = TargetGroups?.[0]?.TargetGroupArn as string;
  if (wish.delaySeconds !== undefined) {
    const Value = String(wish.delaySeconds);
    await elbv2.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: arn,
        Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value }],
      }),
    );
  }
  if (wish.inUse !== false) {
    const { LoadBalancers } = await elbv2.send(new CreateLoadBalancerCommand({ Name: `${Name}-lb` }));
    await elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
        Protocol: "HTTP",
        Port: 80,
        DefaultActions: [{ Type: "forward", TargetGroupArn: arn }],
      }),
    );
  }
  return arn;
}

/** Registers targets and waits, unless told otherwise until they are healthy, if they can be. */
export async function registerTargets(
  aws: SimulatedAws,
  arn: string,
  targets: TargetDescription[],
  waitSeconds = HEALTHY_AFTER,
): Promise<void> {
  await aws.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: targets }));
  await aws.advance(waitSeconds);
}

export type Target = {
  readonly id: string;
  readonly port: number;
  readonly state: string;
  readonly reason?: string;
};

/** The targets that are asked for, or all that the group lists. */
export async function targetsOf(
  aws: SimulatedAws,
  arn: string,
  asked?: TargetDescription[],
): Promise<Target[]> {
  const { TargetHealthDescriptions = [] } = await aws.elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn, ...(asked ? { Targets: asked } : {}) }),
  );
  return TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({
    id: Target?.Id ?? "",
    port: Target?.Port ?? 0,
    state: TargetHealth?.State ?? "",
    ...(TargetHealth?.Reason ? { reason: TargetHealth.Reason } : {}),
  }));
}

/** Makes a classic load balancer with instances behind it; without `drainingSeconds` its draining is off. */
export async function makeClassic(
  aws: SimulatedAws,
  instanceIds: readonly string[],
  drainingSeconds?: number,
): Promise<string> {
  const name = aws.unusedName("classic");
  await aws.elb.send(
    new CreateClassicCommand({
      LoadBalancerName: name,
      AvailabilityZones: ["us-east-1a"],
      Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 8080 }],
    }),
  );
  if (drainingSeconds !== undefined) {
    await aws.elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerName: name,
        LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: drainingSeconds } },
      }),
    );
  }
  if (instanceIds.length > 0) {
    const Instances = instanceIds.map((InstanceId) => ({ InstanceId }));
    await aws.elb.send(new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName: name, Instances }));
  }
  return name;
}
