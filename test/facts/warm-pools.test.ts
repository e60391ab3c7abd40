// Protects the departures that are no end: instances of the simulated warm pool must pass the states, send the messages and
// come back as those of AWS do, or a drain of one would be tried on nothing but its own assumptions.
import {
  CompleteLifecycleActionCommand,
  DeleteWarmPoolCommand,
  DescribeWarmPoolCommand,
  PutWarmPoolCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { ListContainerInstancesCommand, UpdateContainerInstancesStateCommand } from "@aws-sdk/client-ecs";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { describeMember } from "./clusters.ts";
import { type GroupWish, instancesOf, makeGroup, stateOf, takeMessages } from "./groups.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const MEMBER = "i-0aaaaaaaaaaaaaaa1";
/** A group in a cluster, which no API call makes. */
const SCENARIO = {
  queues: [{ name: "fleet" }],
  clusters: [{ name: "fleet" }],
  auto_scaling_groups: [
    {
      name: "fleet",
      cluster: "fleet",
      instance_ids: [MEMBER],
      warm_pool: {},
      hooks: [{ name: "drain", queue: "fleet" }],
    },
  ],
};
/** Within this time an instance is stopped and ready in the pool, or started and in service. */
const A_WHILE = 60;
const LAUNCHING = { LifecycleHookName: "launch", LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" };

describe("Warm pools", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator(SCENARIO);
  });
  after(() => aws.stop());

  const poolOf = async (name: string) => {
    const { Instances } = await aws.autoScaling.send(
      new DescribeWarmPoolCommand({ AutoScalingGroupName: name }),
    );
    return Instances?.map(({ InstanceId, LifecycleState }) => [InstanceId, LifecycleState]);
  };
  const putPool = async (name: string, size: number) => {
    await aws.autoScaling.send(
      new PutWarmPoolCommand({
        AutoScalingGroupName: name,
        MinSize: size,
        MaxGroupPreparedCapacity: size,
        InstanceReusePolicy: { ReuseOnScaleIn: true },
      }),
    );
    await aws.advance(A_WHILE);
  };
  const scaleTo = async (name: string, desired: number) => {
    await aws.autoScaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: desired }),
    );
    await aws.advance(A_WHILE);
  };
  const complete = async (group: string, instanceId: string, hook = "drain", result = "CONTINUE") => {
    await aws.autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: hook,
        InstanceId: instanceId,
        LifecycleActionResult: result,
      }),
    );
    await aws.advance(A_WHILE);
  };
  /** A group without instances in service and with one in its pool. */
  const makePool = async (hooks: GroupWish["hooks"] = [{}]) => {
    const { name, queueUrl } = await makeGroup(aws, { instances: 0, hooks });
    await putPool(name, 1);
    const [[instanceId = ""] = []] = (await poolOf(name)) ?? [];
    return { name, queueUrl, instanceId };
  };
  /** A group whose only instance is on its way into the pool, held by its hook. */
  const makeReturn = async () => {
    const { name, queueUrl, instanceIds } = await makeGroup(aws, { hooks: [{}] });
    await putPool(name, 1);
    await scaleTo(name, 0);
    return { name, queueUrl, instanceId: instanceIds[0] as string };
  };

  it("facts 1: Warmed:Pending:Wait is a return to the warm pool, and no end", async () => {
    const { name, queueUrl, instanceId } = await makeReturn();
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Pending:Wait");
    const [message] = await takeMessages(aws, queueUrl);
    expect(message).to.include({
      EC2InstanceId: instanceId,
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      Origin: "AutoScalingGroup",
      Destination: "WarmPool",
    });
    await complete(name, instanceId);
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Stopped");
  });

  it("facts 1: Warmed:Terminating:Wait is a departure from WarmPool to EC2", async () => {
    const { name, queueUrl, instanceId } = await makePool();
    await putPool(name, 0);
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Terminating:Wait");
    const [message] = await takeMessages(aws, queueUrl);
    expect(message).to.include({ EC2InstanceId: instanceId, Origin: "WarmPool", Destination: "EC2" });
    await complete(name, instanceId);
    expect(await stateOf(aws, instanceId)).to.equal("gone");
  });

  it("facts 1: instances of the warm pool are shown by DescribeWarmPool, and not with their group", async () => {
    const { name, instanceId } = await makePool();
    expect(await poolOf(name)).to.deep.equal([[instanceId, "Warmed:Stopped"]]);
    expect(await instancesOf(aws, name)).to.deep.equal([]);
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Stopped");
  });

  it("facts 1: an instance that is prepared for the warm pool passes from EC2 to WarmPool", async () => {
    const { name, queueUrl, instanceId } = await makePool([LAUNCHING]);
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Pending:Wait");
    const [message] = await takeMessages(aws, queueUrl);
    expect(message).to.include({ EC2InstanceId: instanceId, Origin: "EC2", Destination: "WarmPool" });
    await complete(name, instanceId, "launch");
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Stopped");
  });

  it("facts 1: an instance of the warm pool comes back into service under its own id, through the launching hooks", async () => {
    const { name, queueUrl, instanceId } = await makePool([LAUNCHING]);
    await complete(name, instanceId, "launch");
    await takeMessages(aws, queueUrl);
    await scaleTo(name, 1);
    expect(await stateOf(aws, instanceId)).to.equal("Pending:Wait");
    const message = (await takeMessages(aws, queueUrl)).find((each) => each.EC2InstanceId === instanceId);
    expect(message).to.include({ Origin: "WarmPool", Destination: "AutoScalingGroup" });
    await complete(name, instanceId, "launch");
    expect(await instancesOf(aws, name)).to.deep.equal([{ id: instanceId, state: "InService" }]);
  });

  it("facts 1: an instance of the warm pool that somebody ended leaves it through the terminating hooks", async () => {
    const { instanceId } = await makePool();
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    await aws.advance(A_WHILE);
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Terminating:Wait");
    const held = await makeReturn();
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [held.instanceId] }));
    await aws.advance(A_WHILE);
    // What a hook holds on its way into the pool stays held.
    expect(await stateOf(aws, held.instanceId)).to.equal("Warmed:Pending:Wait");
    await complete(held.name, held.instanceId);
    expect(await stateOf(aws, held.instanceId)).to.equal("Warmed:Terminating:Wait");
  });

  it("facts 1: a warm pool is deleted with its instances by force, and else only when it is empty", async () => {
    const { name, instanceId } = await makePool();
    const remove = (ForceDelete: boolean) =>
      aws.autoScaling.send(new DeleteWarmPoolCommand({ AutoScalingGroupName: name, ForceDelete }));
    expect((await refusalOf(remove(false))).name).to.equal("ResourceInUseFault");
    await remove(true);
    expect(await stateOf(aws, instanceId)).to.equal("gone");
    expect(await poolOf(name)).to.deep.equal([]);
  });

  it("facts 1: a warm pool is filled to the group's maximum less its desired capacity, and at least to its minimum", async () => {
    const { name } = await makeGroup(aws, { instances: 18 });
    const put = async (change: { MinSize?: number; MaxGroupPreparedCapacity?: number }) => {
      await aws.autoScaling.send(new PutWarmPoolCommand({ AutoScalingGroupName: name, ...change }));
      await aws.advance(A_WHILE);
      return (await poolOf(name))?.length;
    };
    // The maximum of the group is 20.
    expect(await put({})).to.equal(2);
    expect(await put({ MinSize: 3 })).to.equal(3);
    expect(await put({ MaxGroupPreparedCapacity: 22 })).to.equal(4);
    expect(await put({ MaxGroupPreparedCapacity: 18, MinSize: 1 })).to.equal(1);
  });

  it("facts 1: a retention policy keeps an instance that was abandoned on its way into the pool", async () => {
    const { name, instanceIds } = await makeGroup(aws, { hooks: [{}], onAbandon: "retain" });
    const instanceId = instanceIds[0] as string;
    await putPool(name, 1);
    await scaleTo(name, 0);
    await complete(name, instanceId, "drain", "ABANDON");
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Pending:Retained");
  });

  it("facts 1: a reused instance is the container instance that it was, DRAINING where it was left so", async () => {
    const cluster = "fleet";
    const list = async () =>
      (await aws.ecs.send(new ListContainerInstancesCommand({ cluster }))).containerInstanceArns ?? [];
    const containerInstances = await list();
    const look = async () =>
      describeMember(aws, cluster, { instanceId: MEMBER, arn: containerInstances[0] as string });
    await aws.ecs.send(
      new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status: "DRAINING" }),
    );
    await scaleTo("fleet", 0);
    await complete("fleet", MEMBER);
    expect(await look()).to.include({ status: "DRAINING", agentConnected: false });
    await scaleTo("fleet", 1);
    expect(await stateOf(aws, MEMBER)).to.equal("InService");
    expect(await look()).to.include({ status: "DRAINING", agentConnected: true });
    expect(await list()).to.deep.equal(containerInstances);
    const { QueueUrl = "" } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: "fleet" }));
    const told = (await takeMessages(aws, QueueUrl)).filter((each) => each.EC2InstanceId === MEMBER);
    expect(told.map((each) => each.Destination)).to.deep.equal(["WarmPool"]);
  });
});
