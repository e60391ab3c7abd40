// Protects against answers that leave out what AWS leaves out at times: what it means is known, and nothing is held for it.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { autoScalingPort } from "../../../../shared/aws/autoscaling.ts";
import { ec2Port } from "../../../../shared/aws/ec2.ts";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { queuePort } from "../../../../shared/aws/sqs.ts";
import { stubClient } from "./client.ts";
import {
  wholeContainerInstance,
  wholeGroup,
  wholeHook,
  wholeInstance,
  wholeInterface,
  wholeService,
  wholeTask,
} from "./whole-answers.ts";

const answering = <T>(answer: object) => stubClient<T>(() => answer).client;
const autoScaling = (answer: object) =>
  autoScalingPort(answering<AutoScalingClient>(answer), () => answering<AutoScalingClient>(answer));
const ec2 = (answer: object) => ec2Port(answering<EC2Client>(answer));
const ecs = (answer: object) => ecsPort(answering<ECSClient>(answer));
const queues = (answer: object) => queuePort(answering<SQSClient>(answer), new Map([["q", "https://sqs/q"]]));

const inReservation = (instance: object) => ({ Reservations: [{ Instances: [instance] }] });
const interfaces = (change: object) => ({ NetworkInterfaces: [wholeInterface(change)] });

/** [what, the answer, how it is asked, what is understood] */
const table: [string, object, (answer: object) => Promise<unknown>, unknown][] = [
  [
    "a group without a warm pool",
    { AutoScalingGroups: [wholeGroup("fleet")] },
    (it) => autoScaling(it).groups({ names: ["fleet"] }),
    [{ name: "fleet", instances: [], hasWarmPool: false }],
  ],
  [
    "a group without scaling activities",
    { Activities: [] },
    (it) => autoScaling(it).terminating("fleet"),
    new Map(),
  ],
  [
    "instances without a Spot request",
    { SpotInstanceRequests: [] },
    (it) => ec2(it).spotStatuses(["i-1"]),
    new Map(),
  ],
  [
    "a group that is gone, and so retains nothing",
    { AutoScalingGroups: [] },
    (it) => autoScaling(it).retains("fleet"),
    false,
  ],
  [
    "a group without a policy of retention",
    { AutoScalingGroups: [wholeGroup("fleet")] },
    (it) => autoScaling(it).retains("fleet"),
    false,
  ],
  [
    "a hook that notifies nobody, without metadata",
    { LifecycleHooks: [wholeHook()] },
    (it) => autoScaling(it).terminatingHooks("fleet"),
    [
      {
        name: "drain",
        heartbeatTimeout: 300_000,
        globalTimeout: 30_000_000,
        target: undefined,
        metadata: undefined,
      },
    ],
  ],
  [
    "an instance that Auto Scaling does not know",
    { AutoScalingInstances: [] },
    (it) => autoScaling(it).describeInstances(["i-1"]),
    new Map(),
  ],
  ["an instance that EC2 does not know", { Reservations: [] }, (it) => ec2(it).states(["i-1"]), new Map()],
  [
    "an instance that has ended, and is in no VPC",
    inReservation(wholeInstance("i-1", { VpcId: undefined })),
    (it) => ec2(it).networks(["i-1"]),
    new Map(),
  ],
  [
    "an instance without tags",
    inReservation(wholeInstance("i-1")),
    (it) => ec2(it).instances(["i-1"]),
    new Map([["i-1", { state: "running", group: undefined }]]),
  ],
  [
    "an instance with nothing scheduled",
    { InstanceStatuses: [{ InstanceId: "i-1" }] },
    (it) => ec2(it).scheduledEvents(),
    [],
  ],
  [
    "a network interface with an address of IPv6 alone",
    interfaces({ PrivateIpAddress: undefined, Ipv6Addresses: [{ Ipv6Address: "2001:db8::1" }] }),
    async (it) => (await ec2(it).interfacesOf(["i-1"])).map(({ addresses }) => addresses),
    [["2001:db8::1"]],
  ],
  [
    "a network interface that is attached to nothing",
    interfaces({ Attachment: undefined }),
    async (it) => (await ec2(it).interfacesWith(["10.0.0.1"])).map(({ instanceId }) => instanceId),
    [undefined],
  ],
  [
    "a container instance without a capacity provider",
    { containerInstances: [wholeContainerInstance("ci-1")] },
    (it) => ecs(it).describeContainerInstances("main", ["ci-1"]),
    [
      {
        arn: "ci-1",
        instanceId: "i-1",
        status: "ACTIVE",
        tasksToRun: 0,
        version: 7,
        agentConnected: true,
        capacityProvider: undefined,
      },
    ],
  ],
  [
    "a container instance that is out of its cluster, and nothing else of it",
    { containerInstances: [{ containerInstanceArn: "ci-1", status: "INACTIVE" }] },
    (it) => ecs(it).describeContainerInstances("main", ["ci-1"]),
    [
      {
        arn: "ci-1",
        instanceId: "",
        status: "INACTIVE",
        tasksToRun: 0,
        version: 0,
        agentConnected: false,
        capacityProvider: undefined,
      },
    ],
  ],
  [
    "a task without containers, attachments and times",
    { tasks: [wholeTask("task-1")] },
    (it) => ecs(it).describeTasks("main", ["task-1"]),
    [
      {
        arn: "task-1",
        definition: "web:1",
        containerInstance: "ci-1",
        group: "service:web",
        service: "web",
        status: "RUNNING",
        shouldRun: true,
        hostPorts: [],
        bound: [],
        mayListenOnAny: false,
        addresses: [],
        startedBy: undefined,
        createdAt: undefined,
        stoppedAt: undefined,
      },
    ],
  ],
  [
    "tasks on Fargate, and tasks that are not placed: they are on no container instance",
    {
      tasks: [
        wholeTask("1", { containerInstanceArn: undefined, launchType: "FARGATE" }),
        wholeTask("2", { containerInstanceArn: undefined, lastStatus: "PROVISIONING" }),
        wholeTask("3", { containerInstanceArn: undefined, lastStatus: "STOPPED" }),
      ],
    },
    async (it) =>
      (await ecs(it).describeTasks("main", ["1", "2", "3"])).map(
        (each) => "containerInstance" in each && each.containerInstance,
      ),
    ["", "", ""],
  ],
  [
    "a binding without a host port: it may be any",
    { tasks: [wholeTask("task-1", { containers: [{ networkBindings: [{}] }] })] },
    async (it) =>
      (await ecs(it).describeTasks("main", ["task-1"])).map(
        (each) => "hostPorts" in each && [each.hostPorts, each.mayListenOnAny],
      ),
    [[[], true]],
  ],
  [
    "a definition without a network mode, whose containers have no ports",
    { taskDefinition: { containerDefinitions: [{}] } },
    (it) => ecs(it).definition("web:1"),
    { ports: [], mayHaveOthers: false, stopTimeout: 30_000 },
  ],
  [
    "a service that ECS does not know",
    {
      services: [],
      failures: [{ arn: "arn:aws:ecs:us-east-1:123456789012:service/main/web", reason: "MISSING" }],
    },
    (it) => ecs(it).services("main", ["web"]),
    [],
  ],
  [
    "a service without a deployment configuration, with half an event and half a task set",
    { services: [wholeService("web", { events: [{}], taskSets: [{}] })] },
    (it) => ecs(it).services("main", ["web"]),
    [
      {
        name: "web",
        status: "ACTIVE",
        daemon: false,
        desiredCount: 1,
        runningCount: 1,
        pendingCount: 0,
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        events: [{ at: 0, message: "" }],
        loadBalancers: [],
        registers: [],
      },
    ],
  ],
  ["a cluster that is gone", { clusters: [] }, (it) => ecs(it).managesDraining("main"), false],
  ["a cluster's attachments", { clusters: [{}] }, (it) => ecs(it).managesDraining("main"), false],
  [
    "a large cluster that nobody counts: the whole of it is listed",
    { taskArns: ["task-1"] },
    (it) => ecs(it).listTasksToRun("main", ["1", "2", "3", "4", "5"]),
    ["task-1"],
  ],
  ["messages", {}, (it) => queues(it).receive("q", 0), []],
  ["a redrive policy", {}, (it) => queues(it).deadLetterQueue("q"), undefined],
];

describe("what AWS leaves out at times", () => {
  for (const [what, answer, ask, understood] of table) {
    it(what, async () => expect(await ask(answer)).to.deep.equal(understood));
  }
});
