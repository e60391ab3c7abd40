// Protects against answers that leave out what is empty: AWS and the SDK may give no list at all, and so no field of an item.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { autoScalingPort } from "../../../../shared/aws/autoscaling.ts";
import { ec2Port } from "../../../../shared/aws/ec2.ts";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { classicLoadBalancers } from "../../../../shared/aws/elb.ts";
import { targetGroups } from "../../../../shared/aws/elbv2.ts";
import { serviceScalePort } from "../../../../shared/aws/service-scale.ts";
import { queuePort } from "../../../../shared/aws/sqs.ts";
import { stubClient } from "./client.ts";

const answering = <T>(answer: object) => stubClient<T>(() => answer).client;
const autoScaling = (answer: object) =>
  autoScalingPort(answering<AutoScalingClient>(answer), () => answering<AutoScalingClient>(answer));
const ec2 = (answer: object) => ec2Port(answering<EC2Client>(answer));
const ecs = (answer: object) => ecsPort(answering<ECSClient>(answer));
const scale = (answer: object) => serviceScalePort(answering<ECSClient>(answer));
const classic = (answer: object) => classicLoadBalancers(answering<ElasticLoadBalancingClient>(answer));
const groups = (answer: object) => targetGroups(answering<ElasticLoadBalancingV2Client>(answer));
const queues = (answer: object) => queuePort(answering<SQSClient>(answer), new Map([["q", "https://sqs/q"]]));

/** [what is asked for, the answer, how it is asked, what is understood] */
const table: [string, object, (answer: object) => Promise<unknown>, unknown][] = [
  ["instances of Auto Scaling", {}, (it) => autoScaling(it).describeInstances(["i-1"]), new Map()],
  ["lifecycle hooks", {}, (it) => autoScaling(it).terminatingHooks("fleet"), []],
  ["groups", {}, (it) => autoScaling(it).groups({ names: ["fleet"] }), []],
  [
    "a group's instances",
    { AutoScalingGroups: [{ AutoScalingGroupName: "fleet" }] },
    (it) => autoScaling(it).groups({ names: ["fleet"] }),
    [{ name: "fleet", instances: [], hasWarmPool: false }],
  ],
  ["a warm pool", {}, (it) => autoScaling(it).warmPool("fleet"), []],
  ["scaling activities", {}, (it) => autoScaling(it).terminating("fleet"), new Map()],
  [
    "a scaling activity's fields",
    { Activities: [{ AutoScalingGroupName: "fleet" }] },
    (it) => autoScaling(it).terminating("fleet"),
    new Map(),
  ],
  ["the policy of a group that is gone", {}, (it) => autoScaling(it).retains("fleet"), false],
  ["instances of EC2", {}, (it) => ec2(it).states(["i-1"]), new Map()],
  ["a reservation's instances", { Reservations: [{}] }, (it) => ec2(it).states(["i-1"]), new Map()],
  ["scheduled events", {}, (it) => ec2(it).scheduledEvents(), []],
  ["capacities", {}, (it) => autoScaling(it).capacities(["fleet"]), []],
  ["silent container instances", {}, (it) => ecs(it).listSilent("main"), []],
  ["container instances to find", {}, (it) => ecs(it).findContainerInstances("main", ["i-1"]), []],
  ["container instances", {}, (it) => ecs(it).describeContainerInstances("main", ["ci-1"]), []],
  [
    "a container instance's fields",
    { containerInstances: [{ containerInstanceArn: "ci-1" }] },
    (it) => ecs(it).describeContainerInstances("main", ["ci-1"]),
    [
      {
        arn: "ci-1",
        instanceId: "",
        status: "",
        tasksToRun: 0,
        version: 0,
        agentConnected: false,
        capacityProvider: undefined,
      },
    ],
  ],
  ["a list of tasks that are to run", {}, (it) => ecs(it).listTasksToRun("main", ["ci-1"]), []],
  ["a large cluster's list", {}, (it) => ecs(it).listTasksToRun("main", ["1", "2", "3", "4", "5"]), []],
  ["a list of tasks that are not", {}, (it) => ecs(it).listStoppingTasks("main", ["ci-1"]), []],
  [
    "a large cluster's list of these",
    {},
    (it) => ecs(it).listStoppingTasks("main", ["1", "2", "3", "4", "5"]),
    [],
  ],
  ["tasks", {}, (it) => ecs(it).describeTasks("main", ["task-1"]), []],
  [
    "a task's fields",
    {
      tasks: [{ taskArn: "task-1", containers: [{}], attachments: [{}] }, { taskArn: "task-2" }],
    },
    (it) => ecs(it).describeTasks("main", ["task-1", "task-2"]),
    ["task-1", "task-2"].map((arn) => ({
      arn,
      definition: "",
      containerInstance: "",
      group: "",
      service: undefined,
      status: "",
      shouldRun: false,
      hostPorts: [],
      mayListenOnAny: false,
      addresses: [],
      startedBy: undefined,
      createdAt: undefined,
      stoppedAt: undefined,
    })),
  ],
  [
    "a binding's host port",
    { tasks: [{ taskArn: "task-1", containers: [{ networkBindings: [{}] }] }] },
    async (it) => (await ecs(it).describeTasks("main", ["task-1"])).map(({ hostPorts }) => hostPorts),
    [[]],
  ],
  [
    "a definition's containers",
    { taskDefinition: { networkMode: "host" } },
    (it) => ecs(it).definition("web:1"),
    { ports: [], mayHaveOthers: false, stopTimeout: 0 },
  ],
  [
    "a container's ports",
    { taskDefinition: { networkMode: "host", containerDefinitions: [{}, { portMappings: [{}] }] } },
    (it) => ecs(it).definition("web:1"),
    { ports: [], mayHaveOthers: true, stopTimeout: 30_000 },
  ],
  ["services", {}, (it) => ecs(it).services("main", ["web"]), []],
  [
    "a service's fields",
    { services: [{ serviceName: "web", events: [{}], taskSets: [{}] }] },
    (it) => ecs(it).services("main", ["web"]),
    [
      {
        name: "web",
        status: "",
        daemon: false,
        desiredCount: 0,
        runningCount: 0,
        pendingCount: 0,
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        events: [{ at: 0, message: "" }],
        loadBalancers: [],
      },
    ],
  ],
  ["protected tasks", {}, (it) => ecs(it).protections("main", ["task-1"]), []],
  ["a cluster", {}, (it) => ecs(it).managesDraining("main"), false],
  ["a cluster's attachments", { clusters: [{}] }, (it) => ecs(it).managesDraining("main"), false],
  ["failures", {}, (it) => ecs(it).setStatus("main", ["ci-1"], "ACTIVE"), { done: ["ci-1"], failed: [] }],
  ["container instances to count", {}, (it) => scale(it).activeInstances("main"), 0],
  ["a classic load balancer", {}, (it) => classic(it).targets("elb", ["i-1"]), undefined],
  [
    "a classic load balancer's listeners and instances",
    { LoadBalancerDescriptions: [{}] },
    (it) => classic(it).targets("elb", []),
    [],
  ],
  [
    "a listener's port, and an instance's id",
    { LoadBalancerDescriptions: [{ ListenerDescriptions: [{}], Instances: [{}] }] },
    (it) => classic(it).targets("elb", []),
    [],
  ],
  [
    "the port of a listener of what is listed",
    {
      LoadBalancerDescriptions: [
        { ListenerDescriptions: [{ Listener: {} }], Instances: [{ InstanceId: "i-1" }] },
      ],
    },
    (it) => classic(it).targets("elb", []),
    [{ id: "i-1", port: undefined, state: "registered", invalid: false, pointsAt: [] }],
  ],
  ["an instance's health", {}, (it) => classic(it).stillThere("elb", [{ id: "i-1", port: undefined }]), []],
  [
    "the description of an instance's health",
    { InstanceStates: [{ InstanceId: "i-1", State: "OutOfService" }] },
    (it) => classic(it).stillThere("elb", [{ id: "i-1", port: undefined }]),
    [],
  ],
  ["a target group", {}, (it) => groups(it).describe("web"), undefined],
  [
    "a target group's protocol",
    { TargetGroups: [{ TargetGroupArn: "arn:web", TargetGroupName: "web", TargetType: "lambda" }] },
    (it) => groups(it).describe("web"),
    { kind: "target", id: "arn:web", name: "web", targetType: "lambda", network: false },
  ],
  ["targets", {}, (it) => groups(it).targets("arn:web", []), []],
  [
    "a target's health",
    { TargetHealthDescriptions: [{ Target: { Id: "i-1", Port: 80 } }] },
    (it) => groups(it).targets("arn:web", []),
    [{ id: "i-1", port: 80, state: "registered", invalid: false, pointsAt: [80] }],
  ],
  [
    "a target's port",
    { TargetHealthDescriptions: [{ Target: { Id: "i-1" } }] },
    (it) => groups(it).targets("arn:web", []),
    [{ id: "i-1", port: undefined, state: "registered", invalid: false, pointsAt: [] }],
  ],
  ["messages", {}, (it) => queues(it).receive("q", 0), []],
  [
    "a message's fields",
    { Messages: [{}] },
    (it) => queues(it).receive("q", 0),
    [{ id: "", body: "", receipt: "", sentAt: 0 }],
  ],
  ["refused messages", {}, (it) => queues(it).delete("q", ["r1"]), { done: ["r1"], failed: [] }],
  ["a redrive policy", { Attributes: {} }, (it) => queues(it).deadLetterQueue("q"), undefined],
];

describe("an answer without", () => {
  for (const [what, answer, ask, understood] of table) {
    it(`${what} holds none`, async () => expect(await ask(answer)).to.deep.equal(understood));
  }
});
