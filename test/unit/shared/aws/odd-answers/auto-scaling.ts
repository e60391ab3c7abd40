import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { autoScalingPort } from "../../../../../shared/aws/autoscaling.ts";
import { stubClient } from "../client.ts";
import { wholeGroup, wholeHook } from "../whole-answers.ts";
import { type OddRow, rowsOf } from "./row.ts";

const port = (answer: object) => {
  const { client } = stubClient<AutoScalingClient>(() => answer);
  return autoScalingPort(client, () => client);
};

const instance = (change: object = {}) => ({
  AutoScalingInstances: [
    { InstanceId: "i-1", AutoScalingGroupName: "fleet", LifecycleState: "InService", ...change },
  ],
});
const hook = (change: object) => ({ LifecycleHooks: [wholeHook(change)] });
const group = (change: object) => ({ AutoScalingGroups: [wholeGroup("fleet", change)] });
const member = (change: object) => ({
  InstanceId: "i-1",
  LifecycleState: "InService",
  HealthStatus: "Healthy",
  ...change,
});

const instances = rowsOf("autoscaling:DescribeAutoScalingInstances", (it) =>
  port(it).describeInstances(["i-1"]),
);
const hooks = rowsOf("autoscaling:DescribeLifecycleHooks", (it) => port(it).terminatingHooks("fleet"));
const groups = rowsOf("autoscaling:DescribeAutoScalingGroups", (it) => port(it).groups({ names: ["fleet"] }));
const capacities = rowsOf("autoscaling:DescribeAutoScalingGroups", (it) => port(it).capacities(["fleet"]));
const retains = rowsOf("autoscaling:DescribeAutoScalingGroups", (it) => port(it).retains("fleet"));
const activities = rowsOf("autoscaling:DescribeScalingActivities", (it) => port(it).terminating("fleet"));
const activity = (change: object) => ({
  Activities: [
    {
      AutoScalingGroupName: "fleet",
      Description: "Terminating EC2 instance: i-0a1",
      StartTime: new Date(0),
      StatusCode: "MidLifecycleAction",
      ...change,
    },
  ],
});
const pools = rowsOf("autoscaling:DescribeWarmPool", (it) => port(it).warmPool("fleet"));

/** Odd answers of Auto Scaling. */
export const OF_AUTO_SCALING: readonly OddRow[] = [
  instances.withoutList("AutoScalingInstances", "all instances were absent: messages dropped after 30 s"),
  instances.row(
    "a `NextToken` that is the one it was asked with",
    ["NextToken", "more"],
    { did: "asked for ever", does: "unread" },
    { ...instance(), NextToken: "more" },
  ),
  ...instances.withoutField({ InstanceId: "the instance was absent" }, "unread", instance),
  ...instances.withoutField(
    {
      AutoScalingGroupName: "another group's: message dropped",
      LifecycleState: "untouchable: message dropped",
    },
    "unread alone",
    instance,
  ),
  instances.row(
    "a `LifecycleState` that is not documented",
    ["LifecycleState", "Hovering"],
    { did: "untouchable: message dropped after 2 minutes", does: "unread alone" },
    instance({ LifecycleState: "Hovering" }),
  ),
  hooks.withoutList("LifecycleHooks", "the hook was gone: message dropped after 2 minutes"),
  ...hooks.withoutField(
    {
      LifecycleHookName: "the hook was gone",
      LifecycleTransition: "the hook was gone",
      HeartbeatTimeout: "an hour was assumed",
      GlobalTimeout: "48 hours were assumed",
    },
    "unread",
    hook,
  ),
  groups.withoutList("AutoScalingGroups", "the sweep found nothing, and told of a wrong name"),
  ...groups.withoutField(
    { AutoScalingGroupName: "a wrong name", Instances: "the sweep found nothing" },
    "unread",
    group,
  ),
  ...groups.withoutField(
    { InstanceId: "the sweep missed it", LifecycleState: "the sweep missed it" },
    "unread",
    (change) => group({ Instances: [member(change)] }),
  ),
  capacities.withoutList("AutoScalingGroups", "no such group: the notice was ignored"),
  ...capacities.withoutField(
    {
      DesiredCapacity: "0 desired: the last one",
      SuspendedProcesses: "none suspended: replaced",
      Instances: "not in service: the notice was ignored",
    },
    "unread alone",
    group,
  ),
  ...capacities.withoutField(
    { InstanceId: "not in service", LifecycleState: "not in service", HealthStatus: "not healthy" },
    "unread alone",
    (change) => group({ Instances: [member(change)] }),
  ),
  ...capacities.withoutField({ ProcessName: "passed over: replaced" }, "unread alone", (change) =>
    group({ SuspendedProcesses: [change] }),
  ),
  capacities.row(
    "an instance's `LifecycleState` that is not documented, for a replacement",
    ["LifecycleState", "Hovering"],
    { did: "not in service: the notice was ignored", does: "unread alone" },
    group({ Instances: [member({ LifecycleState: "Hovering" })] }),
  ),
  retains.row(
    "a `TerminateHookAbandon` that is not documented",
    ["TerminateHookAbandon", "freeze"],
    { did: "the log told that the instance ends", does: "unread" },
    group({ InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: "freeze" } } }),
  ),
  activities.withoutList("Activities", "no activity showed since when it terminates"),
  ...activities.withoutField(
    {
      AutoScalingGroupName: "no activity showed since when it terminates",
      Description: "no activity showed since when it terminates",
      StartTime: "no activity showed since when it terminates",
      StatusCode: "under way",
    },
    "unread",
    activity,
  ),
  pools.withoutList("Instances", "the sweep missed the warm pool"),
  ...pools.withoutField(
    { InstanceId: "the sweep missed it", LifecycleState: "the sweep missed it" },
    "unread",
    (change) => ({ Instances: [member(change)] }),
  ),
];
