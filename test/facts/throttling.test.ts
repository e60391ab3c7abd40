// Protects the claim that the pair leaves others room: the simulated AWS must count calls in the buckets that AWS counts
// them in, and refuse with the codes that SDKs retry, or a drain that calls too often would pass every other test.
import {
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  RecordLifecycleActionHeartbeatCommand,
} from "@aws-sdk/client-auto-scaling";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateServiceCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  GetTaskProtectionCommand,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
  UpdateContainerInstancesStateCommand,
  UpdateServiceCommand,
  UpdateTaskProtectionCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateLoadBalancerCommand as CreateClassicCommand,
  DeleteLoadBalancerCommand as DeleteClassicCommand,
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  ModifyLoadBalancerAttributesCommand,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  CreateLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { type Refusal, refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const INSTANCE = "i-0aaaaaaaaaaaaaaa1";
/** A world with one of each, so that every call below has something to ask for. */
const SCENARIO = {
  throttling: true,
  target_groups: [{ name: "targets" }],
  load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 8080 }] }],
  clusters: [{ name: "fleet", services: [{ name: "web" }] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: [INSTANCE], cluster: "fleet" }],
};
/** In this time every bucket is full again. */
const REFILLED = 60;
/** More calls than any bucket holds. */
const TOO_MANY = 300;

type Call = () => Promise<unknown>;

describe("Throttling", () => {
  let aws: SimulatedAws;
  let instanceArn = "";
  let targetGroupArn = "";
  before(async () => {
    aws = await startSimulator(SCENARIO);
    const listed = await aws.ecs.send(new ListContainerInstancesCommand({ cluster: "fleet" }));
    instanceArn = listed.containerInstanceArns?.[0] as string;
    const { TargetGroups } = await aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: ["targets"] }));
    targetGroupArn = TargetGroups?.[0]?.TargetGroupArn as string;
  });
  beforeEach(() => aws.advance(REFILLED));
  after(() => aws.stop());

  const isThrottled = ({ message }: Refusal) => /^(Rate|Request limit) exceeded\.?$/.test(message);
  /** How many calls get through, made in turn, until one is throttled. Any other refusal fails the test. */
  const grantedOf = async (...calls: Call[]): Promise<number> => {
    for (let granted = 0; granted < TOO_MANY; granted++) {
      try {
        await calls[granted % calls.length]?.();
      } catch (error) {
        if (isThrottled(error as Refusal)) return granted;
        throw error;
      }
    }
    throw new Error(`expected to be throttled within ${TOO_MANY} calls`);
  };
  const expectBucket = async (burst: number, perSecond: number, ...calls: Call[]) => {
    expect(await grantedOf(...calls), "at once").to.equal(burst);
    await aws.advance(1);
    expect(await grantedOf(...calls), "a second later").to.equal(perSecond);
  };

  const cluster = "fleet";
  const ecsReads: Call[] = [
    () => aws.ecs.send(new ListTasksCommand({ cluster })),
    () => aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: ["0".repeat(32)] })),
    () => aws.ecs.send(new ListContainerInstancesCommand({ cluster })),
    () => aws.ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances: [instanceArn] })),
  ];
  const setActive = () =>
    aws.ecs.send(
      new UpdateContainerInstancesStateCommand({
        cluster,
        containerInstances: [instanceArn],
        status: "ACTIVE",
      }),
    );
  const startTask = () =>
    aws.ecs.send(new StartTaskCommand({ cluster, taskDefinition: "web", containerInstances: [instanceArn] }));
  const createService = () => {
    const serviceName = aws.unusedName("service");
    return aws.ecs.send(
      new CreateServiceCommand({ cluster, serviceName, taskDefinition: "web", desiredCount: 0 }),
    );
  };
  const updateService = () =>
    aws.ecs.send(new UpdateServiceCommand({ cluster, service: "web", desiredCount: 1 }));
  const classic = { LoadBalancerName: "classic", Instances: [{ InstanceId: INSTANCE }] };
  const classicRegistrations: Call[] = [
    () => aws.elb.send(new RegisterInstancesWithLoadBalancerCommand(classic)),
    () => aws.elb.send(new DeregisterInstancesFromLoadBalancerCommand(classic)),
  ];
  const targets = () => ({ TargetGroupArn: targetGroupArn, Targets: [{ Id: INSTANCE }] });
  const targetRegistrations: Call[] = [
    () => aws.elbv2.send(new RegisterTargetsCommand(targets())),
    () => aws.elbv2.send(new DeregisterTargetsCommand(targets())),
  ];
  const describeClassic = () => aws.elb.send(new DescribeInstanceHealthCommand(classic));
  const describeTargets = () => aws.elbv2.send(new DescribeTargetHealthCommand(targets()));
  const describeEc2 = () => aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [INSTANCE] }));
  const describeInstances = () =>
    aws.autoScaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [INSTANCE] }));

  it("facts 6: ECS cluster reads share 100 calls at once and 20 a second", async () => {
    await expectBucket(100, 20, ...ecsReads);
  });

  it("facts 6: ECS cluster changes share 100 calls at once and 40 a second", async () => {
    await expectBucket(100, 40, setActive, startTask);
  });

  it("facts 6: DescribeClusters and ListClusters share 50 calls at once and 20 a second", async () => {
    const describeClusters = () => aws.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    const listClusters = () => aws.ecs.send(new ListClustersCommand({}));
    await expectBucket(50, 20, describeClusters, listClusters);
  });

  it("facts 6: DescribeTaskDefinition has 50 calls at once and 20 a second", async () => {
    const describe = () => aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "web" }));
    await expectBucket(50, 20, describe);
  });

  it("facts 6: RegisterTaskDefinition has 20 calls at once and one a second", async () => {
    const containerDefinitions = [{ name: "main", image: "image" }];
    const register = () =>
      aws.ecs.send(new RegisterTaskDefinitionCommand({ family: "throttled", containerDefinitions }));
    await expectBucket(20, 1, register);
  });

  it("facts 6: DescribeServices and ListServices share 100 calls at once and 20 a second", async () => {
    const describeServices = () => aws.ecs.send(new DescribeServicesCommand({ cluster, services: ["web"] }));
    const listServices = () => aws.ecs.send(new ListServicesCommand({ cluster }));
    await expectBucket(100, 20, describeServices, listServices);
  });

  it("facts 6: ECS service changes share 50 calls at once and 5 a second", async () => {
    await expectBucket(50, 5, createService, updateService);
  });

  it("facts 6: GetTaskProtection and UpdateTaskProtection share 200 calls at once and 80 a second", async () => {
    const asked = { cluster, tasks: ["0".repeat(32)] };
    const getProtection = () => aws.ecs.send(new GetTaskProtectionCommand(asked));
    const unprotect = () =>
      aws.ecs.send(new UpdateTaskProtectionCommand({ ...asked, protectionEnabled: false }));
    await expectBucket(200, 80, getProtection, unprotect);
  });

  it("facts 6: DescribeCapacityProviders has 50 calls at once and 20 a second", async () => {
    await expectBucket(50, 20, () => aws.ecs.send(new DescribeCapacityProvidersCommand({})));
  });

  it("facts 6: ECS throttles with ThrottlingException, Rate exceeded, status 400", async () => {
    await grantedOf(...ecsReads);
    const refusal = await refusalOf(aws.ecs.send(new ListTasksCommand({ cluster })));
    expect(refusal.name).to.equal("ThrottlingException");
    expect(refusal.message).to.equal("Rate exceeded");
    expect(refusal.$metadata.httpStatusCode).to.equal(400);
  });

  it("facts 6: classic registrations and deregistrations share 20 calls at once and 4 a second", async () => {
    await expectBucket(20, 4, ...classicRegistrations);
  });

  it("facts 6: target registrations and deregistrations share another 20 calls at once and 4 a second", async () => {
    expect(await grantedOf(...classicRegistrations)).to.equal(20);
    await expectBucket(20, 4, ...targetRegistrations);
  });

  it("facts 6: other changes of load balancers share 20 calls at once and 3 a second", async () => {
    const LoadBalancerAttributes = { ConnectionDraining: { Enabled: true, Timeout: 60 } };
    const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "60" }];
    const TargetGroupArn = `${targetGroupArn}0`;
    const changeClassic = () =>
      aws.elb.send(
        new ModifyLoadBalancerAttributesCommand({ LoadBalancerName: "classic", LoadBalancerAttributes }),
      );
    const changeTargets = () =>
      aws.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn, Attributes }));
    const deleteNothing = () => aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    await expectBucket(20, 3, changeClassic);
    await expectBucket(20, 3, changeTargets, deleteNothing);
  });

  it("facts 6: costly changes of load balancers share 10 calls at once and 0.2 a second", async () => {
    const Listeners = [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 }];
    const costly: Call[] = [
      () =>
        aws.elb.send(new CreateClassicCommand({ LoadBalancerName: aws.unusedName("classic"), Listeners })),
      () => aws.elb.send(new DeleteClassicCommand({ LoadBalancerName: "no-such" })),
    ];
    await expectBucket(10, 0, ...costly);
    await aws.advance(5);
    expect(await grantedOf(...costly), "five seconds later").to.equal(1);
    const createOther = () => aws.elbv2.send(new CreateLoadBalancerCommand({ Name: aws.unusedName("lb") }));
    await expectBucket(10, 0, createOther);
  });

  it("facts 6: DescribeInstances has 100 calls at once and 20 a second", async () => {
    await expectBucket(100, 20, describeEc2);
  });

  it("facts 6: EC2 throttles with RequestLimitExceeded", async () => {
    await grantedOf(describeEc2);
    const refusal = await refusalOf(describeEc2());
    expect(refusal.name).to.equal("RequestLimitExceeded");
    expect(refusal.$metadata.httpStatusCode).to.equal(503);
  });

  it("facts 6: all calls to both kinds of load balancers share 40 at once and 10 a second", async () => {
    await expectBucket(40, 10, describeClassic, describeTargets);
  });

  it("facts 6: load balancers throttle with Rate exceeded, status 400, and a code that SDKs retry", async () => {
    await grantedOf(describeClassic, describeTargets);
    for (const call of [describeClassic, describeTargets]) {
      const refusal = await refusalOf(call());
      // AWS's page says ThrottlingException; what has been seen of services that speak Query is Throttling.
      expect(refusal.name).to.be.oneOf(["Throttling", "ThrottlingException"]);
      expect(refusal.message).to.equal("Rate exceeded");
      expect(refusal.$metadata.httpStatusCode).to.equal(400);
    }
  });

  it("facts 6: all calls to Auto Scaling share one bucket", async () => {
    // AWS does not say how large it is.
    expect(await grantedOf(describeInstances)).to.be.above(0);
    const beat = new RecordLifecycleActionHeartbeatCommand({
      AutoScalingGroupName: "fleet",
      LifecycleHookName: "drain",
      InstanceId: INSTANCE,
    });
    const describeGroups = new DescribeAutoScalingGroupsCommand({});
    for (const call of [aws.autoScaling.send(beat), aws.autoScaling.send(describeGroups)]) {
      expect(isThrottled(await refusalOf(call))).to.equal(true);
    }
  });

  it("facts 6: Auto Scaling throttles with Throttling, Rate exceeded, status 400", async () => {
    await grantedOf(describeInstances);
    const refusal = await refusalOf(describeInstances());
    expect(refusal.name).to.equal("Throttling");
    expect(refusal.message).to.equal("Rate exceeded");
    expect(refusal.$metadata.httpStatusCode).to.equal(400);
  });
});
