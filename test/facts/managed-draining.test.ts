// Protects the drain where ECS drains too: the simulated ECS must set an instance DRAINING by itself and hold it with a
// hook of its own, because ours is then one of two.
import { CompleteLifecycleActionCommand, DescribeLifecycleHooksCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { stateOf, terminate } from "./groups.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const CLUSTER = "main";
const GROUP = "fleet";
const PROVIDER = "fleet-capacity";
const MANAGED = "ecs-managed-draining-termination-hook";
const BUSY = "i-0000000000000000a";
const OTHER = "i-0000000000000000b";

describe("ECS's managed draining", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator({
      queues: [{ name: "lifecycle" }],
      clusters: [
        {
          name: CLUSTER,
          services: [
            {
              name: "web",
              desired_count: 2,
              minimum_healthy_percent: 0,
              task: { stop_seconds: 20 },
            },
          ],
        },
      ],
      auto_scaling_groups: [
        {
          name: GROUP,
          instance_ids: [BUSY, OTHER],
          cluster: CLUSTER,
          managed_draining: true,
          hooks: [{ name: "drain", queue: "lifecycle" }],
        },
      ],
      tasks: [{ cluster: CLUSTER, family: "batch", instance_ids: [BUSY] }],
    });
  });
  after(() => aws.stop());

  const containerInstances = async () => {
    const { containerInstanceArns } = await aws.ecs.send(
      new ListContainerInstancesCommand({ cluster: CLUSTER }),
    );
    const answer = await aws.ecs.send(
      new DescribeContainerInstancesCommand({ cluster: CLUSTER, containerInstances: containerInstanceArns }),
    );
    return answer.containerInstances ?? [];
  };
  const statusOf = async (instanceId: string) =>
    (await containerInstances()).find(({ ec2InstanceId }) => ec2InstanceId === instanceId)?.status;
  const complete = (instanceId: string) =>
    aws.autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: GROUP,
        LifecycleHookName: "drain",
        LifecycleActionResult: "CONTINUE",
        InstanceId: instanceId,
      }),
    );

  it("facts 2: managed draining adds a terminating hook of its own, and completes it", async () => {
    const { LifecycleHooks = [] } = await aws.autoScaling.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: GROUP, LifecycleHookNames: [MANAGED] }),
    );
    expect(LifecycleHooks[0]).to.include({
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      HeartbeatTimeout: 3600,
      DefaultResult: "CONTINUE",
    });
    expect(LifecycleHooks[0]).to.not.have.property("NotificationTargetARN");
    await terminate(aws, OTHER);
    await aws.advance(5);
    expect(await statusOf(OTHER)).to.equal("DRAINING");
    await complete(OTHER);
    // Its task still stops, so its own hook holds the instance.
    expect(await stateOf(aws, OTHER)).to.equal("Terminating:Wait");
    await aws.advance(120);
    expect(await stateOf(aws, OTHER)).to.equal("gone");
  });

  it("facts 2: managed draining holds the instance for hours while a task stays", async () => {
    await terminate(aws, BUSY);
    await aws.advance(5);
    await complete(BUSY);
    await aws.advance(36_000);
    expect(await stateOf(aws, BUSY)).to.equal("Terminating:Wait");
    const [left] = await containerInstances();
    expect(left).to.include({ ec2InstanceId: BUSY, status: "DRAINING", capacityProviderName: PROVIDER });
    const { taskArns = [] } = await aws.ecs.send(new ListTasksCommand({ cluster: CLUSTER, family: "batch" }));
    await aws.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: taskArns[0] }));
    await aws.advance(120);
    expect(await stateOf(aws, BUSY)).to.equal("gone");
  });

  it("facts 2: managed draining shows in the cluster's attachments and in the capacity provider", async () => {
    const describe = async (include: "ATTACHMENTS"[]) => {
      const { clusters = [] } = await aws.ecs.send(
        new DescribeClustersCommand({ clusters: [CLUSTER], include }),
      );
      return clusters[0];
    };
    expect(await describe([])).to.not.have.property("attachments");
    const cluster = await describe(["ATTACHMENTS"]);
    expect(cluster?.capacityProviders).to.deep.equal([PROVIDER]);
    expect(cluster?.attachments?.map(({ type, details }) => ({ type, details }))).to.deep.equal([
      {
        type: "managed_draining",
        details: [
          { name: "capacityProviderName", value: PROVIDER },
          { name: "autoScalingLifecycleHookName", value: MANAGED },
        ],
      },
    ]);
    const { capacityProviders = [] } = await aws.ecs.send(
      new DescribeCapacityProvidersCommand({ capacityProviders: [PROVIDER] }),
    );
    expect(capacityProviders[0]?.autoScalingGroupProvider).to.include({ managedDraining: "ENABLED" });
  });
});
