// Protects what somebody does to a group by hand, and what the group does by itself about a recommendation: the simulated Auto
// Scaling must keep to the desired capacity as AWS does.
import {
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DetachInstancesCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceProtectionCommand,
  StartInstanceRefreshCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { instancesOf, makeGroup, stateOf, takeMessages } from "./groups.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

describe("Stepping in", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  const inService = async (name: string) =>
    (await instancesOf(aws, name)).filter(({ state }) => state === "InService").map(({ id }) => id);
  const shownGroup = async (name: string) => {
    const asked = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
    return (await aws.autoScaling.send(asked)).AutoScalingGroups?.[0];
  };
  const setDesired = (AutoScalingGroupName: string, DesiredCapacity: number) =>
    aws.autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));
  const suspend = (AutoScalingGroupName: string, ScalingProcesses?: string[]) =>
    aws.autoScaling.send(
      new SuspendProcessesCommand({
        AutoScalingGroupName,
        ...(ScalingProcesses ? { ScalingProcesses } : {}),
      }),
    );
  const resume = (AutoScalingGroupName: string, ScalingProcesses: string[]) =>
    aws.autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));

  it("facts 1: a group whose launching is suspended makes up for it once it is resumed", async () => {
    const { name } = await makeGroup(aws);
    await suspend(name, ["Launch"]);
    await setDesired(name, 2);
    await aws.advance(60);
    expect(await inService(name)).to.have.lengthOf(1);
    expect((await shownGroup(name))?.SuspendedProcesses?.map((each) => each.ProcessName)).to.deep.equal([
      "Launch",
    ]);
    await resume(name, ["Launch"]);
    await aws.advance(60);
    expect(await inService(name)).to.have.lengthOf(2);
  });

  it("facts 1: a group whose terminating is suspended does not scale in until it is resumed", async () => {
    const { name } = await makeGroup(aws, { instances: 2 });
    await suspend(name, ["Terminate"]);
    await setDesired(name, 1);
    await aws.advance(60);
    expect(await inService(name)).to.have.lengthOf(2);
    await resume(name, ["Terminate"]);
    await aws.advance(60);
    expect(await inService(name)).to.have.lengthOf(1);
  });

  it("facts 1: without a name, all processes of a group are suspended", async () => {
    const { name } = await makeGroup(aws);
    await suspend(name);
    const suspended = (await shownGroup(name))?.SuspendedProcesses?.map((each) => each.ProcessName);
    expect(suspended).to.include.members(["Launch", "Terminate", "AddToLoadBalancer", "InstanceRefresh"]);
    expect((await refusalOf(suspend(name, ["Sleep"]))).name).to.equal("ValidationError");
  });

  it("facts 1: scale-in passes over a protected instance, and a termination that is asked for does not", async () => {
    const { name, instanceIds } = await makeGroup(aws, { instances: 2 });
    const [oldest, other] = instanceIds as [string, string];
    await aws.autoScaling.send(
      new SetInstanceProtectionCommand({
        AutoScalingGroupName: name,
        InstanceIds: [oldest],
        ProtectedFromScaleIn: true,
      }),
    );
    const shown = (await shownGroup(name))?.Instances ?? [];
    expect(shown.map((each) => each.ProtectedFromScaleIn)).to.deep.equal([true, false]);
    await setDesired(name, 1);
    await aws.advance(60);
    expect(await inService(name)).to.deep.equal([oldest]);
    expect(await stateOf(aws, other)).to.equal("gone");
    await aws.autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: oldest,
        ShouldDecrementDesiredCapacity: true,
      }),
    );
    await aws.advance(60);
    expect(await inService(name)).to.deep.equal([]);
  });

  it("facts 1: an instance in Standby does not count in the desired capacity, and comes back to serve", async () => {
    const { name, instanceIds } = await makeGroup(aws, { instances: 2 });
    const InstanceIds = instanceIds.slice(0, 1);
    const one = { AutoScalingGroupName: name, InstanceIds };
    await aws.autoScaling.send(new EnterStandbyCommand({ ...one, ShouldDecrementDesiredCapacity: true }));
    expect(await stateOf(aws, InstanceIds[0] as string)).to.equal("EnteringStandby");
    await aws.advance(60);
    expect((await shownGroup(name))?.DesiredCapacity).to.equal(1);
    expect(await stateOf(aws, InstanceIds[0] as string)).to.equal("Standby");
    expect(await instancesOf(aws, name)).to.have.lengthOf(2);
    const again = new EnterStandbyCommand({ ...one, ShouldDecrementDesiredCapacity: true });
    expect((await refusalOf(aws.autoScaling.send(again))).name).to.equal("ValidationError");
    await aws.autoScaling.send(new ExitStandbyCommand(one));
    await aws.advance(60);
    expect((await shownGroup(name))?.DesiredCapacity).to.equal(2);
    expect(await inService(name)).to.have.members([...instanceIds]);
  });

  it("facts 1: an instance that is terminated on its way into Standby does not get there", async () => {
    const { name, instanceIds } = await makeGroup(aws, { hooks: [{}] });
    const [InstanceId] = instanceIds as [string];
    await aws.autoScaling.send(
      new EnterStandbyCommand({
        AutoScalingGroupName: name,
        InstanceIds: [InstanceId],
        ShouldDecrementDesiredCapacity: true,
      }),
    );
    await aws.autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: false }),
    );
    await aws.advance(60);
    expect(await stateOf(aws, InstanceId)).to.equal("Terminating:Wait");
  });

  it("facts 1: a detached instance leaves its group without its hooks, and lives on", async () => {
    const { name, queueUrl, instanceIds } = await makeGroup(aws, { instances: 2, hooks: [{}] });
    const [id] = instanceIds as [string];
    await aws.autoScaling.send(
      new DetachInstancesCommand({
        AutoScalingGroupName: name,
        InstanceIds: [id],
        ShouldDecrementDesiredCapacity: false,
      }),
    );
    await aws.advance(60);
    expect(await stateOf(aws, id)).to.equal("gone");
    expect(await inService(name), "another one takes its place").to.have.lengthOf(2);
    expect(await takeMessages(aws, queueUrl)).to.deep.equal([]);
    const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).to.equal("running");
  });

  it("facts 1: an instance refresh replaces all instances, the next when the last replacement is in service", async () => {
    const instanceIds = [0, 1, 2].map((n) => `i-0ddddddddddddddd${n}`);
    const own = await startSimulator({
      auto_scaling_groups: [{ name: "fleet", instance_ids: instanceIds, boot_seconds: 30 }],
    });
    try {
      const fleet = { AutoScalingGroupName: "fleet" };
      const { InstanceRefreshId } = await own.autoScaling.send(new StartInstanceRefreshCommand(fleet));
      const refresh = async () => {
        const asked = new DescribeInstanceRefreshesCommand(fleet);
        return (await own.autoScaling.send(asked)).InstanceRefreshes?.[0];
      };
      const serving = async () =>
        (await instancesOf(own, "fleet")).filter(({ state }) => state === "InService").map(({ id }) => id);
      const counts: number[] = [];
      for (let i = 0; i < 100 && (await refresh())?.Status === "InProgress"; i++) {
        await own.advance(3);
        counts.push((await serving()).length);
      }
      expect(await refresh()).to.include({
        InstanceRefreshId,
        Status: "Successful",
        PercentageComplete: 100,
      });
      expect(Math.min(...counts)).to.equal(2);
      expect((await serving()).filter((id) => instanceIds.includes(id))).to.deep.equal([]);
    } finally {
      await own.stop();
    }
  });

  it("facts 1: a group has one instance refresh at a time", async () => {
    const { name } = await makeGroup(aws, { instances: 2 });
    const start = () => aws.autoScaling.send(new StartInstanceRefreshCommand({ AutoScalingGroupName: name }));
    await start();
    expect((await refusalOf(start())).name).to.equal("InstanceRefreshInProgressFault");
  });

  it("facts 1: Capacity Rebalancing launches a replacement before it terminates", async () => {
    const id = "i-0ccccccccccccccc0";
    const own = await startSimulator({
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: [id, "i-0ccccccccccccccc1"],
          boot_seconds: 60,
          capacity_rebalance: true,
        },
      ],
      timeline: [{ at_seconds: 5, recommend_rebalance: { instance_ids: [id] } }],
    });
    try {
      const states = async () => (await instancesOf(own, "fleet")).map((each) => each.state).sort();
      await own.advance(30);
      expect(await states()).to.deep.equal(["InService", "InService", "Pending"]);
      await own.advance(120);
      expect(await stateOf(own, id)).to.equal("gone");
      expect(await states()).to.deep.equal(["InService", "InService"]);
      await own.autoScaling.send(
        new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: "fleet", CapacityRebalance: false }),
      );
      const asked = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ["fleet"] });
      const [group] = (await own.autoScaling.send(asked)).AutoScalingGroups ?? [];
      expect(group?.CapacityRebalance).to.equal(false);
    } finally {
      await own.stop();
    }
  });
});
