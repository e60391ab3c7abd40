import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetGroup,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { LoadBalancer } from "../model/load-balancer.ts";
import type { RegisteredTarget, Target } from "../model/registration.ts";
import { allPages, call, unlessGone } from "./call.ts";
import type { LoadBalancerPort } from "./load-balancer-port.ts";

const DELAY = "deregistration_delay.timeout_seconds";
const NOT_REGISTERED = "Target.NotRegistered";
const INVALID_STATE = "Target.InvalidState";
/** How many a page has at the most (the SDK model's limit). */
const LIST_LIMIT = 400;
/** The types of group whose targets are instances, or addresses that an instance may have. */
const TARGET_TYPES: readonly string[] = ["instance", "ip"];
const NETWORK_PROTOCOLS = new Set<string>(["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]);

/** Target groups through the SDK, by ARN. */
export function targetGroups(client: ElasticLoadBalancingV2Client, discovers = call): LoadBalancerPort {
  const targets = (arn: string, by = call) =>
    unlessGone(async () => {
      const { TargetHealthDescriptions = [] } = await by("elasticloadbalancing:DescribeTargetHealth", () =>
        client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn })),
      );
      // A listed target is registered or draining. So is one that is `unused`: if no listener forwards to a group, all of its
      // targets are.
      return TargetHealthDescriptions.filter((each) => each.TargetHealth?.Reason !== NOT_REGISTERED).map(
        readTarget,
      );
    });
  const delayOf = (arn: string) =>
    unlessGone(async () => {
      const { Attributes = [] } = await call("elasticloadbalancing:DescribeTargetGroupAttributes", () =>
        client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn })),
      );
      const seconds = Number(Attributes.find(({ Key }) => Key === DELAY)?.Value);
      return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
    });
  return {
    kind: "target",
    noun: "target group",
    targetTypes: TARGET_TYPES,
    namedIn: (settings) => settings.targetGroups,
    describesByCall: true,
    describe: (nameOrArn) => unlessGone(() => describe(client, nameOrArn)),
    // The group lists all of its targets in one answer, whichever instances are asked about.
    targets: (arn) => targets(arn),
    discoversEach: false,
    discoverTargets: (arn) => targets(arn, discovers),
    describesBy: "elasticloadbalancing:DescribeTargetGroups",
    canRecheckRegistered: true,
    stillThere: async (arn) => (await targets(arn)) ?? [],

    // A target is shown as draining until the delay is over (Elastic Load Balancing, "Edit target group attributes").
    deregistrationDelay: delayOf,
    drainLimit: delayOf,

    async list() {
      const pages = await allPages((Marker) =>
        discovers("elasticloadbalancing:DescribeTargetGroups", () =>
          client.send(new DescribeTargetGroupsCommand({ PageSize: LIST_LIMIT, Marker })),
        ),
      );
      // Nothing is sent to the targets of a group that no load balancer has. Functions and load balancers are no instances.
      return pages
        .flatMap((page) => page.TargetGroups ?? [])
        .filter(
          ({ LoadBalancerArns = [], TargetType = "" }) =>
            LoadBalancerArns.length > 0 && TARGET_TYPES.includes(TargetType),
        )
        .map((each) => ({ loadBalancer: readGroup(each), vpc: each.VpcId, registered: [] }));
    },

    async register(arn, those) {
      await call("elasticloadbalancing:RegisterTargets", () =>
        client.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: those.map(writeTarget) })),
      );
    },

    async deregister(arn, those) {
      await call("elasticloadbalancing:DeregisterTargets", () =>
        client.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: those.map(writeTarget) })),
      );
      return { done: those, failed: [] };
    },
  };
}

async function describe(
  client: ElasticLoadBalancingV2Client,
  nameOrArn: string,
): Promise<LoadBalancer | undefined> {
  const which = nameOrArn.startsWith("arn:") ? { TargetGroupArns: [nameOrArn] } : { Names: [nameOrArn] };
  const { TargetGroups = [] } = await call("elasticloadbalancing:DescribeTargetGroups", () =>
    client.send(new DescribeTargetGroupsCommand(which)),
  );
  const found = TargetGroups[0];
  return found && readGroup(found);
}

function readGroup(found: TargetGroup): LoadBalancer {
  return {
    kind: "target",
    id: found.TargetGroupArn as string,
    name: found.TargetGroupName as string,
    targetType: found.TargetType as string,
    network: NETWORK_PROTOCOLS.has(found.Protocol ?? ""),
    ...(found.VpcId === undefined ? {} : { vpc: found.VpcId }),
  };
}

function readTarget({ Target, TargetHealth }: TargetHealthDescription): RegisteredTarget {
  const port = Target?.Port;
  return {
    id: Target?.Id as string,
    port,
    // `unhealthy.draining` is no deregistration: the target fails its health checks and is still registered.
    state: TargetHealth?.State === "draining" ? "draining" : "registered",
    invalid: TargetHealth?.Reason === INVALID_STATE,
    pointsAt: port === undefined ? [] : [port],
  };
}

// Each with its port: without the port AWS answers 200 and does nothing.
function writeTarget({ id, port }: Target) {
  return { Id: id, Port: port };
}
