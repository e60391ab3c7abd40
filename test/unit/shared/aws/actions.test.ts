// Protects what the log names as the missing permission: each call that is denied says which IAM action it needs.
import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { autoScalingPort } from "../../../../shared/aws/autoscaling.ts";
import { ec2Port } from "../../../../shared/aws/ec2.ts";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { classicLoadBalancers } from "../../../../shared/aws/elb.ts";
import { targetGroups } from "../../../../shared/aws/elbv2.ts";
import { eventBusPort } from "../../../../shared/aws/event-bus.ts";
import { scalingPort } from "../../../../shared/aws/scaling.ts";
import { serviceScalePort } from "../../../../shared/aws/service-scale.ts";
import { queuePort } from "../../../../shared/aws/sqs.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { sdkError, stubClient } from "./client.ts";

const denying = <T>() => stubClient<T>(() => sdkError("AccessDeniedException", "not authorized", 403)).client;
const autoScaling = autoScalingPort(denying<AutoScalingClient>(), () => denying<AutoScalingClient>());
const ecs = ecsPort(denying<ECSClient>());
const classic = classicLoadBalancers(denying<ElasticLoadBalancingClient>());
const groups = targetGroups(denying<ElasticLoadBalancingV2Client>());
const scale = serviceScalePort(denying<ECSClient>());
const queues = queuePort(denying<SQSClient>(), new Map([["monitor", "https://sqs/monitor"]]));
const action = { group: "fleet", hook: "drain", instanceId: "i-1", token: undefined };
const targets = [{ id: "i-1", port: 80 }];
const instances = [{ id: "i-1", port: undefined }];

/** [the IAM action, a call that needs it] */
const calls: [string, () => Promise<unknown>][] = [
  ["autoscaling:DescribeAutoScalingInstances", () => autoScaling.describeInstances(["i-1"])],
  ["autoscaling:DescribeLifecycleHooks", () => autoScaling.terminatingHooks("fleet")],
  ["autoscaling:DescribeScalingActivities", () => autoScaling.terminating("fleet")],
  ["autoscaling:DescribeAutoScalingGroups", () => autoScaling.groups({ names: ["fleet"] })],
  ["autoscaling:DescribeAutoScalingGroups", () => autoScaling.retains("fleet")],
  ["autoscaling:DescribeAutoScalingGroups", () => autoScaling.capacities(["fleet"])],
  ["autoscaling:DescribeWarmPool", () => autoScaling.warmPool("fleet")],
  ["autoscaling:CompleteLifecycleAction", () => autoScaling.complete(action, "CONTINUE")],
  ["autoscaling:RecordLifecycleActionHeartbeat", () => autoScaling.heartbeat(action)],
  ["autoscaling:TerminateInstanceInAutoScalingGroup", () => autoScaling.replace("i-1")],
  ["ec2:DescribeInstances", () => ec2Port(denying<EC2Client>()).states(["i-1"])],
  ["ec2:DescribeSpotInstanceRequests", () => ec2Port(denying<EC2Client>()).spotStatuses(["i-1"])],
  ["ec2:DescribeInstanceStatus", () => ec2Port(denying<EC2Client>()).scheduledEvents()],
  ["ec2:DescribeNetworkInterfaces", () => ec2Port(denying<EC2Client>()).interfacesOf(["i-1"])],
  ["ec2:DescribeNetworkInterfaces", () => ec2Port(denying<EC2Client>()).interfacesWith(["10.0.0.7"])],
  ["ecs:ListContainerInstances", () => ecs.findContainerInstances("main", ["i-1"])],
  ["ecs:DescribeContainerInstances", () => ecs.describeContainerInstances("main", ["ci-1"])],
  ["ecs:ListTasks", () => ecs.listTasksToRun("main", ["ci-1"])],
  ["ecs:ListTasks", () => ecs.listStoppingTasks("main", ["ci-1"])],
  ["ecs:DescribeClusters", () => ecs.listTasksToRun("main", ["1", "2", "3", "4", "5"])],
  ["ecs:DescribeTasks", () => ecs.describeTasks("main", ["task-1"])],
  ["ecs:DescribeTaskDefinition", () => ecs.definition("web:1")],
  ["ecs:DescribeServices", () => ecs.services("main", ["web"])],
  ["ecs:GetTaskProtection", () => ecs.protections("main", ["task-1"])],
  ["ecs:DescribeClusters", () => ecs.managesDraining("main")],
  ["ecs:UpdateContainerInstancesState", () => ecs.setStatus("main", ["ci-1"], "DRAINING")],
  ["ecs:StopTask", () => ecs.stopTask("main", "task-1", "why")],
  ["ecs:DeregisterContainerInstance", () => ecs.deregister("main", "ci-1", false)],
  ["ecs:ListContainerInstances", () => scale.activeInstances("main")],
  ["ecs:UpdateService", () => scale.setDesiredCount("main", "web", 1)],
  [
    "application-autoscaling:DescribeScalableTargets",
    () => scalingPort(denying<ApplicationAutoScalingClient>()).hasTarget("main", "web"),
  ],
  ["elasticloadbalancing:DescribeLoadBalancers", () => classic.targets("elb", ["i-1"])],
  ["elasticloadbalancing:DescribeInstanceHealth", () => classic.stillThere("elb", instances)],
  ["elasticloadbalancing:RegisterInstancesWithLoadBalancer", () => classic.register("elb", instances)],
  ["elasticloadbalancing:DeregisterInstancesFromLoadBalancer", () => classic.deregister("elb", instances)],
  ["elasticloadbalancing:DescribeLoadBalancerAttributes", () => classic.drainLimit("elb")],
  ["elasticloadbalancing:DescribeTargetGroups", () => groups.describe("web")],
  ["elasticloadbalancing:DescribeTargetGroupAttributes", () => groups.deregistrationDelay("arn:web")],
  ["elasticloadbalancing:DescribeTargetHealth", () => groups.targets("arn:web", ["i-1"])],
  ["elasticloadbalancing:DescribeTargetHealth", () => groups.stillThere("arn:web", targets)],
  ["elasticloadbalancing:RegisterTargets", () => groups.register("arn:web", targets)],
  ["elasticloadbalancing:DeregisterTargets", () => groups.deregister("arn:web", targets)],
  ["sqs:GetQueueUrl", () => queues.receive("lifecycle", 0)],
  ["sqs:ReceiveMessage", () => queues.receive("monitor", 0)],
  ["sqs:GetQueueAttributes", () => queues.deadLetterQueue("monitor")],
  ["sqs:SendMessage", () => queues.sendWithReason("monitor", "body", undefined)],
];

describe("a call that is denied", () => {
  calls.forEach(([needs, ask], index) => {
    it(`needs ${needs} (${index + 1})`, async () => {
      const thrown = await ask().catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(AwsCallError).and.include({ action: needs, kind: "denied" });
    });
  });

  it("needs sqs:SendMessage and sqs:DeleteMessage where messages go in batches", async () => {
    const sent = await queues.send("monitor", [{ body: "body" }]);
    expect(sent.failed[0]?.reason).to.match(/^sqs:SendMessage: denied/);
    const deleted = await queues.delete("monitor", ["r1"]);
    expect(deleted.failed[0]?.reason).to.match(/^sqs:DeleteMessage: denied/);
  });

  it("needs events:PutEvents where events are put on a bus", async () => {
    const event = { type: "drain started", at: 0, detail: {} } as const;
    const put = await eventBusPort(denying<EventBridgeClient>()).put("default", [event]);
    expect(put.failed[0]?.cause).to.include({ action: "events:PutEvents", kind: "denied" });
  });

  it("is not repeated for each instance of a classic load balancer", async () => {
    const { client, sent } = stubClient<ElasticLoadBalancingClient>(() => sdkError("AccessDenied"));
    await classicLoadBalancers(client)
      .stillThere("elb", [...instances, { id: "i-2", port: undefined }])
      .catch((error: unknown) => error);
    expect(sent()).to.have.lengthOf(1);
  });
});
