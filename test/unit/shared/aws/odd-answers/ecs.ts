import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { ECSClient } from "@aws-sdk/client-ecs";
import { ecsPort } from "../../../../../shared/aws/ecs.ts";
import { scalingPort } from "../../../../../shared/aws/scaling.ts";
import { serviceScalePort } from "../../../../../shared/aws/service-scale.ts";
import { stubClient } from "../client.ts";
import {
  wholeCluster,
  wholeContainerInstance as wholeContainer,
  wholeService,
  wholeTask,
} from "../whole-answers.ts";
import { type OddRow, rowsOf } from "./row.ts";

const port = (answer: object) => ecsPort(stubClient<ECSClient>(() => answer).client);
/** Answers of several operations, by their names. */
const answering = (answers: Readonly<Record<string, object>>) =>
  ecsPort(stubClient<ECSClient>((operation) => answers[operation]).client);
const scale = (answer: object) => serviceScalePort(stubClient<ECSClient>(() => answer).client);
const scaling = (answer: object) =>
  scalingPort(stubClient<ApplicationAutoScalingClient>(() => answer).client);

const REASON = "INTERNAL_ERROR";
const failing = (arn: string) => ({ failures: [{ arn, reason: REASON, detail: "try again" }] });
const TOLD = `${REASON}: try again`;

const containers = rowsOf("ecs:DescribeContainerInstances", (it) =>
  port(it).describeContainerInstances("main", ["ci-1"]),
);
const container = (change: object) => ({ containerInstances: [wholeContainer("ci-1", change)] });
const tasks = rowsOf("ecs:DescribeTasks", (it) => port(it).describeTasks("main", ["task-1"]));
const task = (change: object) => ({ tasks: [wholeTask("task-1", change)] });
const services = rowsOf("ecs:DescribeServices", (it) => port(it).services("main", ["web"]));
const service = (change: object) => ({ services: [wholeService("web", change)] });
const revisions = rowsOf("ecs:DescribeServiceRevisions", (it) =>
  answering({
    DescribeServices: service({ currentServiceRevisions: [{ arn: "r-2" }, { arn: "r-1" }] }),
    DescribeServiceRevisions: it,
  }).services("main", ["web"]),
);
const clusters = rowsOf("ecs:DescribeClusters", (it) =>
  answering({ ListClusters: { clusterArns: ["arn:cluster/main"] }, DescribeClusters: it }).clusters(),
);
const cluster = (change: object) => ({ clusters: [wholeCluster("arn:cluster/main", change)] });
const listed = rowsOf("ecs:ListClusters", (it) => port(it).clusters());
const found = rowsOf("ecs:ListContainerInstances", (it) => port(it).findContainerInstances("main", ["i-1"]));
const silent = rowsOf("ecs:ListContainerInstances", (it) => port(it).listSilent("main"));
const active = rowsOf("ecs:ListContainerInstances", (it) => scale(it).activeInstances("main"));
const toRun = rowsOf("ecs:ListTasks", (it) => port(it).listTasksToRun("main", ["ci-1"]));
const stopping = rowsOf("ecs:ListTasks", (it) => port(it).listStoppingTasks("main", ["ci-1"]));
const whole = rowsOf("ecs:ListTasks", (it) => port(it).listStoppingTasks("main", ["1", "2", "3", "4", "5"]));
const definitions = rowsOf("ecs:DescribeTaskDefinition", (it) => port(it).definition("web:1"));
const statuses = rowsOf("ecs:UpdateContainerInstancesState", (it) =>
  port(it).setStatus("main", ["ci-1"], "DRAINING"),
);
const protections = rowsOf("ecs:GetTaskProtection", (it) => port(it).protections("main", ["task-1"]));
const managed = rowsOf("ecs:DescribeClusters", (it) => port(it).managesDraining("main"));
const scalable = rowsOf("application-autoscaling:DescribeScalableTargets", (it) =>
  scaling(it).hasTarget("main", "web"),
);

const OUT = "the instance had left its cluster: completed over its tasks";
const ENDED = "the task had ended";

const OF_CONTAINER_INSTANCES: readonly OddRow[] = [
  found.withoutList("containerInstanceArns", "the instance was in no cluster: completed over its tasks"),
  silent.withoutList("containerInstanceArns", "no agent was silent"),
  containers.withoutList("containerInstances", OUT),
  containers.row(
    "fewer than asked for, and no failure",
    ["containerInstances", "missing"],
    { did: OUT, does: "unread alone" },
    { containerInstances: [] },
  ),
  containers.row(
    "a failure `MISSING`, of what is listed: see below",
    ["containerInstances", "MISSING"],
    { did: OUT, does: "unread alone" },
    { containerInstances: [], failures: [{ arn: "ci-1", reason: "MISSING" }] },
  ),
  containers.row(
    "a failure with a `reason` that is not documented",
    ["containerInstances", TOLD],
    { did: OUT, does: "unread alone" },
    { containerInstances: [], ...failing("ci-1") },
  ),
  ...containers.withoutField({ containerInstanceArn: "its tasks were nowhere" }, "unread", container),
  ...containers.withoutField(
    {
      ec2InstanceId: OUT,
      status: "in its cluster, and never DRAINING: completed without tasks",
      runningTasksCount: "0: tasks to run were not listed",
      pendingTasksCount: "0: tasks to run were not listed",
      agentConnected: "silent: EC2 was asked",
      version: "0: a task that started since was overlooked",
    },
    "unread alone",
    container,
  ),
  containers.row(
    "a `status` that is not documented",
    ["status", "HOVERING"],
    { did: "in its cluster, and never DRAINING: completed without tasks", does: "unread alone" },
    container({ status: "HOVERING" }),
  ),
  statuses.row(
    "one that is neither in `containerInstances` nor in `failures`",
    ["reason", "the answer does not name it"],
    { did: "DRAINING was set", does: "failed" },
    {},
  ),
  statuses.row(
    "a failure without an `arn`",
    ["reason", "the answer does not name it"],
    { did: "DRAINING was set", does: "failed" },
    { containerInstances: [], failures: [{ reason: REASON }] },
  ),
  statuses.row(
    "a failure with a `reason` that is not documented",
    ["reason", TOLD],
    { did: "failed, and told", does: "failed" },
    { containerInstances: [], ...failing("ci-1") },
  ),
];

const OF_TASKS: readonly OddRow[] = [
  toRun.withoutList("taskArns", "no task was to run"),
  stopping.withoutList("taskArns", "no task was stopping: completed over those that were"),
  whole.withoutList("taskArns", "no task was stopping: completed over those that were"),
  tasks.withoutList("tasks", "all tasks had ended"),
  tasks.row(
    "fewer than asked for, and no failure",
    ["tasks", "missing"],
    { did: ENDED, does: "unread alone" },
    { tasks: [] },
  ),
  tasks.row(
    "a failure `MISSING`, of what is listed: see below",
    ["tasks", "MISSING"],
    { did: ENDED, does: "unread alone" },
    { tasks: [], failures: [{ arn: "task-1", reason: "MISSING" }] },
  ),
  tasks.row(
    "a failure with a `reason` that is not documented",
    ["tasks", TOLD],
    { did: ENDED, does: "unread alone" },
    { tasks: [], ...failing("task-1") },
  ),
  ...tasks.withoutField({ taskArn: ENDED }, "unread", task),
  ...tasks.withoutField(
    {
      taskDefinitionArn: "its ports could not be read",
      containerInstanceArn: "on no instance: it had ended",
      group: "standalone: its service's registrations were ours",
      lastStatus: "there, and nobody told",
      desiredStatus: "stopping",
    },
    "unread alone",
    task,
  ),
  tasks.row(
    "a `desiredStatus` that is not documented",
    ["desiredStatus", "HOVERING"],
    { did: "stopping", does: "unread alone" },
    task({ desiredStatus: "HOVERING" }),
  ),
  tasks.row(
    "a `lastStatus` that is not documented",
    ["lastStatus", "HOVERING"],
    { did: "there, and nobody told", does: "there" },
    task({ lastStatus: "HOVERING" }),
  ),
  definitions.withoutList("taskDefinition", "it listened on no port: DRAINING could begin early"),
  definitions.row(
    "`containerDefinitions` is missing",
    ["containerDefinitions", "missing"],
    { did: "it listened on no port: DRAINING could begin early", does: "unread" },
    { taskDefinition: {} },
  ),
  definitions.row(
    "a `networkMode` that is not documented",
    ["networkMode", "hovering"],
    { did: "bridge", does: "unread" },
    { taskDefinition: { networkMode: "hovering", containerDefinitions: [] } },
  ),
  protections.withoutList("protectedTasks", "no task was protected (it only explains)"),
  ...protections.withoutField(
    { taskArn: "no task was protected (it only explains)" },
    "unread",
    (change) => ({
      protectedTasks: [{ protectionEnabled: true, ...change }],
    }),
  ),
];

const OF_SERVICES: readonly OddRow[] = [
  services.withoutList("services", "the service named no load balancer: its targets were taken out first"),
  services.row(
    "fewer than asked for, and no failure",
    ["services", "missing"],
    { did: "the service named no load balancer: its targets were taken out first", does: "unread" },
    { services: [] },
  ),
  services.row(
    "a failure with a `reason` that is not documented",
    ["services", TOLD],
    { did: "the service named no load balancer: its targets were taken out first", does: "unread" },
    { services: [], ...failing("arn:aws:ecs:us-east-1:123456789012:service/main/web") },
  ),
  ...services.withoutField(
    {
      serviceName: "the service was gone",
      status: "ACTIVE, for scale-tasks",
      schedulingStrategy: "a replica",
      desiredCount: "0, for scale-tasks",
      runningCount: "0",
      pendingCount: "0",
      loadBalancers: "it named none: its targets were taken out first",
    },
    "unread",
    service,
  ),
  ...services.withoutField({ arn: "an old revision's load balancers were ours" }, "unread", (change) =>
    service({ currentServiceRevisions: [{ arn: "r-2" }, change] }),
  ),
  revisions.withoutList("serviceRevisions", "an old revision's load balancers were ours"),
  revisions.row(
    "fewer than asked for, and no failure",
    ["serviceRevisions", "missing"],
    { did: "an old revision's load balancers were ours", does: "unread" },
    { serviceRevisions: [{ serviceRevisionArn: "r-2" }] },
  ),
  revisions.row(
    "a failure with a `reason` that is not documented",
    ["serviceRevisions", TOLD],
    { did: "an old revision's load balancers were ours", does: "unread" },
    { serviceRevisions: [{ serviceRevisionArn: "r-2" }], ...failing("r-1") },
  ),
  ...revisions.withoutField(
    { serviceRevisionArn: "an old revision's load balancers were ours" },
    "unread",
    (change) => ({
      serviceRevisions: [change],
    }),
  ),
];

const OF_CLUSTERS: readonly OddRow[] = [
  listed.withoutList("clusterArns", "the account had no cluster: the search was whole"),
  clusters.withoutList("clusters", "the account had no cluster: the search was whole"),
  clusters.row(
    "fewer than listed, and no failure",
    ["clusters", "missing"],
    { did: "the cluster was not searched", does: "unread" },
    { clusters: [] },
  ),
  clusters.row(
    "a failure `MISSING`, of what is listed again",
    ["clusters", "MISSING"],
    { did: "the cluster was not searched", does: "unread" },
    { clusters: [], failures: [{ arn: "arn:cluster/main", reason: "MISSING" }] },
  ),
  ...clusters.withoutField(
    {
      clusterArn: "searched by its name",
      clusterName: "the call for it failed",
      registeredContainerInstancesCount: "empty: not searched",
    },
    "unread",
    cluster,
  ),
  managed.withoutList("clusters", "ECS did not drain it itself (it only explains)"),
  active.withoutList("containerInstanceArns", "no ACTIVE instance: scale-tasks set less"),
  scalable.withoutList("ScalableTargets", "the service had no scaling of its own (it only warns)"),
];

/** Odd answers of ECS, and of what scale-tasks asks. */
export const OF_ECS: readonly OddRow[] = [
  ...OF_CONTAINER_INSTANCES,
  ...OF_TASKS,
  ...OF_SERVICES,
  ...OF_CLUSTERS,
];
