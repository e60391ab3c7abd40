import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsCallError } from "../base/errors.ts";
import { call } from "./call.ts";

/** A target group. */
export type TargetGroup = {
  readonly arn: string;
  readonly name: string;
  readonly targetType: string;
  /** Whether its protocol is one of a Network Load Balancer's. */
  readonly network: boolean;
};

/** A target by what it is registered with: an instance id, or the address of an ip target, and a port. */
export type Target = { readonly id: string; readonly port: number };

/** A target that its group still has: registered, or draining. */
export type RegisteredTarget = Target & {
  readonly state: "registered" | "draining";
  /** Whether the instance is, as the load balancer has it, stopped or terminated. */
  readonly invalid: boolean;
};

/** What the drain needs of Elastic Load Balancing v2. All throw an AwsCallError. */
export type TargetGroupPort = {
  /** A target group by name or ARN; undefined when there is none. */
  describe: (nameOrArn: string) => Promise<TargetGroup | undefined>;
  /** All targets of a group that are still registered or draining; undefined when the group is gone. */
  targets: (arn: string) => Promise<RegisteredTarget[] | undefined>;
  /**
   * A group's deregistration delay in milliseconds: its targets are shown as draining for all of it, also where no connection
   * is left (Elastic Load Balancing, "Edit target group attributes"). Undefined when the group is gone, or has none.
   */
  deregistrationDelay: (arn: string) => Promise<number | undefined>;
  /** Registers targets again. */
  register: (arn: string, targets: readonly Target[]) => Promise<void>;
  /** Takes targets out, each with its port: without the port AWS answers 200 and does nothing. */
  deregister: (arn: string, targets: readonly Target[]) => Promise<void>;
};

const DELAY = "deregistration_delay.timeout_seconds";
const NOT_REGISTERED = "Target.NotRegistered";
const INVALID_STATE = "Target.InvalidState";
const NETWORK_PROTOCOLS = new Set<string>(["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]);

/** Elastic Load Balancing v2 through the SDK. */
export function targetGroupPort(client: ElasticLoadBalancingV2Client): TargetGroupPort {
  return {
    describe: (nameOrArn) =>
      unlessGone(async () => {
        const which = nameOrArn.startsWith("arn:")
          ? { TargetGroupArns: [nameOrArn] }
          : { Names: [nameOrArn] };
        const { TargetGroups = [] } = await call("elasticloadbalancing:DescribeTargetGroups", () =>
          client.send(new DescribeTargetGroupsCommand(which)),
        );
        const found = TargetGroups[0];
        return (
          found && {
            arn: found.TargetGroupArn as string,
            name: found.TargetGroupName as string,
            targetType: found.TargetType as string,
            network: NETWORK_PROTOCOLS.has(found.Protocol ?? ""),
          }
        );
      }),

    targets: (arn) =>
      unlessGone(async () => {
        const { TargetHealthDescriptions = [] } = await call(
          "elasticloadbalancing:DescribeTargetHealth",
          () => client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn })),
        );
        // Listed is registered or draining. `unused` alone is not gone: a group that no listener forwards to says it
        // of all its targets.
        return TargetHealthDescriptions.filter((each) => each.TargetHealth?.Reason !== NOT_REGISTERED).map(
          (each) => ({
            id: each.Target?.Id as string,
            port: each.Target?.Port as number,
            // `unhealthy.draining` is no deregistration: the target fails its health checks and is still registered.
            state: each.TargetHealth?.State === "draining" ? "draining" : "registered",
            invalid: each.TargetHealth?.Reason === INVALID_STATE,
          }),
        );
      }),

    deregistrationDelay: (arn) =>
      unlessGone(async () => {
        const { Attributes = [] } = await call("elasticloadbalancing:DescribeTargetGroupAttributes", () =>
          client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn })),
        );
        const seconds = Number(Attributes.find(({ Key }) => Key === DELAY)?.Value);
        return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
      }),

    async register(arn, targets) {
      const Targets = targets.map(({ id, port }) => ({ Id: id, Port: port }));
      await call("elasticloadbalancing:RegisterTargets", () =>
        client.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets })),
      );
    },

    async deregister(arn, targets) {
      const Targets = targets.map(({ id, port }) => ({ Id: id, Port: port }));
      await call("elasticloadbalancing:DeregisterTargets", () =>
        client.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets })),
      );
    },
  };
}

async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === "gone") return undefined;
    throw error;
  }
}
