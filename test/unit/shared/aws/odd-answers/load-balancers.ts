import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { classicLoadBalancers } from "../../../../../shared/aws/elb.ts";
import { targetGroups } from "../../../../../shared/aws/elbv2.ts";
import { stubClient } from "../client.ts";
import { wholeClassic, wholeTargetGroup } from "../whole-answers.ts";
import { type OddRow, rowsOf } from "./row.ts";

const classic = (answer: object) =>
  classicLoadBalancers(stubClient<ElasticLoadBalancingClient>(() => answer).client);
const group = (answer: object) => targetGroups(stubClient<ElasticLoadBalancingV2Client>(() => answer).client);

const balancer = (change: object) => ({ LoadBalancerDescriptions: [wholeClassic(change)] });
const health = (change: object) => ({
  InstanceStates: [
    {
      InstanceId: "i-1",
      State: "OutOfService",
      Description: "Instance is not currently registered with the LoadBalancer.",
      ...change,
    },
  ],
});
const found = (change: object) => ({ TargetGroups: [wholeTargetGroup("web", change)] });
const target = (change: object) => ({
  TargetHealthDescriptions: [
    { Target: { Id: "i-1", Port: 80 }, TargetHealth: { State: "healthy" }, ...change },
  ],
});

const asked = [{ id: "i-1", port: undefined }];
const described = rowsOf("elasticloadbalancing:DescribeLoadBalancers", (it) =>
  classic(it).targets("elb", []),
);
const all = rowsOf("elasticloadbalancing:DescribeLoadBalancers", (it) => classic(it).list());
const states = rowsOf("elasticloadbalancing:DescribeInstanceHealth", (it) =>
  classic(it).stillThere("elb", asked),
);
const searched = rowsOf("elasticloadbalancing:DescribeInstanceHealth", (it) =>
  classic(it).discoverTargets("elb", ["i-1"]),
);
const limits = rowsOf("elasticloadbalancing:DescribeLoadBalancerAttributes", (it) =>
  classic(it).drainLimit("elb"),
);
const groups = rowsOf("elasticloadbalancing:DescribeTargetGroups", (it) => group(it).describe("web"));
const allGroups = rowsOf("elasticloadbalancing:DescribeTargetGroups", (it) => group(it).list());
const targets = rowsOf("elasticloadbalancing:DescribeTargetHealth", (it) => group(it).targets("arn:web", []));
const delays = rowsOf("elasticloadbalancing:DescribeTargetGroupAttributes", (it) =>
  group(it).deregistrationDelay("arn:web"),
);

const GONE = "the load balancer was gone, and so was the registration";

const OF_CLASSIC: readonly OddRow[] = [
  described.withoutList("LoadBalancerDescriptions", GONE),
  described.row(
    "`LoadBalancerDescriptions` is empty, though that it does not exist would be an error",
    ["LoadBalancerDescriptions", "empty"],
    { did: GONE, does: "unread" },
    { LoadBalancerDescriptions: [] },
  ),
  ...described.withoutField(
    { Instances: "not registered", ListenerDescriptions: "it could send to any port" },
    "unread",
    balancer,
  ),
  ...described.withoutField({ InstanceId: "not registered" }, "unread", (change) =>
    balancer({ Instances: [change] }),
  ),
  ...described.withoutField(
    { Listener: "its port did not count: DRAINING could begin early" },
    "unread",
    (change) => balancer({ ListenerDescriptions: [change] }),
  ),
  ...described.withoutField(
    { InstancePort: "the port did not count: DRAINING could begin early" },
    "unread",
    (Listener) => balancer({ ListenerDescriptions: [{ Listener }] }),
  ),
  all.withoutList("LoadBalancerDescriptions", "the account had none: the round was whole"),
  ...all.withoutField(
    { LoadBalancerName: "the call for it failed", Instances: "nothing was registered with it" },
    "unread",
    balancer,
  ),
  states.withoutList("InstanceStates", "the instance was out"),
  searched.withoutList("InstanceStates", "the instance was not there: the round went on"),
  ...states.withoutField({ InstanceId: "the instance was out" }, "unread", health),
  ...states.withoutField(
    { State: "the instance was out", Description: "the instance was out" },
    "there",
    health,
  ),
  states.row(
    "a `State` that is not documented",
    ["State", "Hovering"],
    { did: "the instance was out", does: "there" },
    health({ State: "Hovering" }),
  ),
  states.row(
    "a `Description` that is not documented",
    ["Description", "Instance is hovering."],
    { did: "the instance was out", does: "there" },
    health({ Description: "Instance is hovering." }),
  ),
  limits.withoutList("LoadBalancerAttributes", "it drained for no time (it only explains)"),
  limits.row(
    "`ConnectionDraining` is missing",
    ["ConnectionDraining", "missing"],
    { did: "it drained for no time (it only explains)", does: "unread" },
    { LoadBalancerAttributes: {} },
  ),
  limits.row(
    "`ConnectionDraining.Timeout` is missing, while it is enabled",
    ["Timeout", "missing"],
    { did: "it drained for no time (it only explains)", does: "unread" },
    { LoadBalancerAttributes: { ConnectionDraining: { Enabled: true } } },
  ),
];

const OF_TARGET_GROUPS: readonly OddRow[] = [
  groups.withoutList("TargetGroups", GONE),
  groups.row(
    "`TargetGroups` is empty, though that it does not exist would be an error",
    ["TargetGroups", "empty"],
    { did: GONE, does: "unread" },
    { TargetGroups: [] },
  ),
  ...groups.withoutField(
    {
      TargetGroupArn: "the call for it failed",
      TargetGroupName: "without a name in the log",
      TargetType: "it could not be used",
      Protocol: "no Network Load Balancer's: nothing settled",
      VpcId: "an address counted in any VPC",
    },
    "unread",
    found,
  ),
  allGroups.withoutList("TargetGroups", "the account had none: the round was whole"),
  ...allGroups.withoutField(
    { LoadBalancerArns: "nothing sent to it: the round left it out", TargetType: "the round left it out" },
    "unread",
    found,
  ),
  targets.withoutList("TargetHealthDescriptions", "the group had no targets: the registration was gone"),
  ...targets.withoutField({ Target: "the target was gone" }, "unread", target),
  ...targets.withoutField({ Id: "the target was gone" }, "unread", (change) =>
    target({ Target: { Port: 80, ...change } }),
  ),
  targets.row(
    "`Target.Port` is missing, of an instance or an address",
    ["Target.Port", "missing"],
    { did: "there", does: "there" },
    target({ Target: { Id: "i-1" } }),
  ),
  targets.row(
    "`TargetHealth.State` is missing",
    ["TargetHealth.State", "missing"],
    { did: "there, and nobody told", does: "there" },
    target({ TargetHealth: undefined }),
  ),
  targets.row(
    "a `TargetHealth.State` that is not documented",
    ["TargetHealth.State", "hovering"],
    { did: "there, and nobody told", does: "there" },
    target({ TargetHealth: { State: "hovering" } }),
  ),
  targets.row(
    "a `TargetHealth.Reason` that is not documented",
    ["TargetHealth.Reason", "Target.Hovering"],
    { did: "there, and nobody told", does: "there" },
    target({ TargetHealth: { State: "unused", Reason: "Target.Hovering" } }),
  ),
  delays.withoutList("Attributes", "nobody knew the delay (it only saves calls)"),
];

/** Odd answers of both kinds of Elastic Load Balancing. */
export const OF_LOAD_BALANCERS: readonly OddRow[] = [...OF_CLASSIC, ...OF_TARGET_GROUPS];
