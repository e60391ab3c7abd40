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
import { OddAnswer } from "../base/errors.ts";
import type { LoadBalancer } from "../model/load-balancer.ts";
import type { RegisteredTarget, Target } from "../model/registration.ts";
import { allItems, fieldOf, fieldsOf, oddUnless } from "./answers.ts";
import { type Call, call, unlessGone } from "./call.ts";
import type { LoadBalancerPort } from "./load-balancer-port.ts";

const DELAY = "deregistration_delay.timeout_seconds";
const HEALTH = "elasticloadbalancing:DescribeTargetHealth";
const GROUPS = "elasticloadbalancing:DescribeTargetGroups";
/** The states and reasons that AWS documents (Elastic Load Balancing API Reference, TargetHealth). */
const STATES = /^(initial|(un)?healthy|unhealthy\.draining|unused|draining|unavailable)$/;
const REASONS =
  /^(Elb\.(RegistrationInProgress|InitialHealthChecking|InternalError)|Target\.(ResponseCodeMismatch|Timeout|FailedHealthChecks|NotRegistered|NotInUse|DeregistrationInProgress|InvalidState|IpUnusable|HealthCheckDisabled))$/;
/** How many a page has at the most (the SDK model's limit). */
const LIST_LIMIT = 400;
/** The types of group whose targets are instances, or addresses that an instance may have. */
const TARGET_TYPES: readonly string[] = ["instance", "ip"];
const NETWORK_PROTOCOLS = new Set<string>(["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]);

/** What gets requests: also where nothing checks it, or no listener forwards to its group, so that nothing is lost without it. */
const SERVING = /^(healthy|unused|unavailable)$/;

/** Target groups through the SDK, by ARN. */
export function targetGroups(client: ElasticLoadBalancingV2Client, discovers = call): LoadBalancerPort {
  // A listed target is registered or draining. So is one that is `unused`: if no listener forwards to a group, all of its
  // targets are.
  const listed = (arn: string, by: Call) =>
    unlessGone(async () => {
      const answer = await by(HEALTH, () =>
        client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn })),
      );
      return fieldOf(HEALTH, answer, "TargetHealthDescriptions").filter(
        (each) => each.TargetHealth?.Reason !== "Target.NotRegistered",
      );
    });
  const targets = async (arn: string, by = call) => (await listed(arn, by))?.map(readTarget);
  const delayOf = (arn: string) =>
    unlessGone(async () => {
      const action = "elasticloadbalancing:DescribeTargetGroupAttributes";
      const answer = await call(action, () =>
        client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn })),
      );
      const attributes = fieldOf(action, answer, "Attributes");
      const seconds = Number(attributes.find(({ Key }) => Key === DELAY)?.Value);
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
    describesBy: GROUPS,
    canRecheckRegistered: true,
    stillThere: async (arn) => (await targets(arn)) ?? [],

    // A target is shown as draining until the delay is over (Elastic Load Balancing, "Edit target group attributes").
    deregistrationDelay: delayOf,
    drainLimit: delayOf,

    async list() {
      const all = await allItems({ call: discovers, action: GROUPS, key: "TargetGroups" }, (Marker) =>
        client.send(new DescribeTargetGroupsCommand({ PageSize: LIST_LIMIT, Marker })),
      );
      // Nothing is sent to the targets of a group that no load balancer has. Functions and load balancers are no instances.
      return all
        .filter((each) => {
          const field = fieldsOf(GROUPS, each);
          return field("LoadBalancerArns").length > 0 && TARGET_TYPES.includes(field("TargetType"));
        })
        .map((each) => ({ loadBalancer: readGroup(each), vpc: each.VpcId, registered: [] }));
    },

    async health(arn) {
      const shown = await listed(arn, call);
      return shown && healthOf(shown);
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

async function describe(client: ElasticLoadBalancingV2Client, nameOrArn: string): Promise<LoadBalancer> {
  const which = nameOrArn.startsWith("arn:") ? { TargetGroupArns: [nameOrArn] } : { Names: [nameOrArn] };
  const answer = await call(GROUPS, () => client.send(new DescribeTargetGroupsCommand(which)));
  const [found] = fieldOf(GROUPS, answer, "TargetGroups");
  // That there is none of this name would be an error of its own.
  if (found === undefined) throw new OddAnswer(GROUPS, "TargetGroups", "empty");
  return readGroup(found);
}

function readGroup(found: TargetGroup): LoadBalancer {
  const field = fieldsOf(GROUPS, found);
  const targetType = field("TargetType");
  // A group of functions has neither a protocol nor a VPC.
  const hasVpc = TARGET_TYPES.includes(targetType);
  return {
    kind: "target",
    id: field("TargetGroupArn"),
    name: field("TargetGroupName"),
    targetType,
    network: hasVpc && NETWORK_PROTOCOLS.has(field("Protocol")),
    ...(hasVpc ? { vpc: field("VpcId") } : {}),
  };
}

function readTarget(each: TargetHealthDescription): RegisteredTarget {
  const target = fieldOf(HEALTH, each, "Target");
  const id = fieldOf(HEALTH, target, "Id");
  const { State, Reason } = each.TargetHealth ?? {};
  const port = target.Port;
  return {
    id,
    port,
    // `unhealthy.draining` is no deregistration: the target fails its health checks and is still registered.
    state: State === "draining" ? "draining" : "registered",
    invalid: Reason === "Target.InvalidState",
    pointsAt: port === undefined ? [] : [port],
    // A function has no port.
    ...oddUnless(port !== undefined || id.startsWith("arn:"), HEALTH, "Target.Port", port),
    ...oddUnless(Reason === undefined || REASONS.test(Reason), HEALTH, "TargetHealth.Reason", Reason),
    ...oddUnless(State !== undefined && STATES.test(State), HEALTH, "TargetHealth.State", State),
  };
}

// A target that drains beside another of its id is one that something else has replaced.
function healthOf(shown: readonly TargetHealthDescription[]): Map<string, boolean> {
  const health = new Map<string, boolean>();
  for (const each of shown) {
    const id = fieldOf(HEALTH, fieldOf(HEALTH, each, "Target"), "Id");
    const { State = "" } = each.TargetHealth ?? {};
    if (State !== "draining") health.set(id, SERVING.test(State) && (health.get(id) ?? true));
  }
  return health;
}

// Each with its port: without the port AWS answers 200 and does nothing.
function writeTarget({ id, port }: Target) {
  return { Id: id, Port: port };
}
