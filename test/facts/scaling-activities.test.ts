// Protects what tells how old a termination is: the simulated activities must begin, go on and end as those of AWS do, or a
// deadline would be proven by nothing but our own assumptions.
import {
  type Activity,
  CompleteLifecycleActionCommand,
  DeleteAutoScalingGroupCommand,
  DescribeScalingActivitiesCommand,
  type DescribeScalingActivitiesType,
  PutWarmPoolCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import { expect } from "chai";
import { makeGroup, makeTermination, stateOf, terminate } from "./groups.ts";
import { makeTargetGroup } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

/** A new target group's deregistration delay, in seconds. */
const DELAY = 300;

describe("Scaling activities", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  const describeAll = async (name: string, more: DescribeScalingActivitiesType = {}): Promise<Activity[]> => {
    const { Activities = [] } = await aws.autoScaling.send(
      new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, ...more }),
    );
    return Activities;
  };
  const ofTermination = async (name: string, instanceId: string): Promise<Activity> => {
    const found = (await describeAll(name)).find(
      ({ Description }) => Description === `Terminating EC2 instance: ${instanceId}`,
    );
    expect(found, "the activity of the termination").not.to.equal(undefined);
    return found as Activity;
  };
  const complete = async (group: string, instanceId: string, result = "CONTINUE") => {
    await aws.autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: "drain",
        InstanceId: instanceId,
        LifecycleActionResult: result,
      }),
    );
    await aws.advance(60);
  };

  it("facts 1: while a hook holds an instance, the activity that terminates it is MidLifecycleAction", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{}] });
    const held = await ofTermination(group, instanceId);
    expect(held).to.include({ StatusCode: "MidLifecycleAction", AutoScalingGroupName: group });
    expect(held).not.to.have.property("EndTime");
    expect(held.Cause).to.include("taken out of service in response to a user request");
    await aws.advance(600);
    expect((await ofTermination(group, instanceId)).StartTime).to.deep.equal(held.StartTime);
    await complete(group, instanceId);
    const ended = await ofTermination(group, instanceId);
    expect(ended).to.include({ StatusCode: "Successful", Progress: 100 });
    expect(Number(ended.EndTime) - Number(ended.StartTime)).to.be.greaterThan(600_000);
  });

  it("facts 1: the activity that terminates an instance begins before the group's load balancers drain", async () => {
    const group = await makeGroup(aws, { hooks: [{}], targetGroupArns: [await makeTargetGroup(aws)] });
    const instanceId = group.instanceIds[0] as string;
    await terminate(aws, instanceId);
    await aws.advance(1);
    const draining = await ofTermination(group.name, instanceId);
    expect(draining.StatusCode).to.equal("WaitingForELBConnectionDraining");
    await aws.advance(DELAY + 10);
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
    expect(await ofTermination(group.name, instanceId)).to.deep.include({
      StatusCode: "MidLifecycleAction",
      StartTime: draining.StartTime,
    });
  });

  it("facts 1: a retained instance's activity is Cancelled", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{}], onAbandon: "retain" });
    await complete(group, instanceId, "ABANDON");
    expect((await ofTermination(group, instanceId)).StatusCode).to.equal("Cancelled");
  });

  it("facts 1: a return to the warm pool is an activity that terminates the instance", async () => {
    const { name, instanceIds } = await makeGroup(aws, { hooks: [{}] });
    const instanceId = instanceIds[0] as string;
    await aws.autoScaling.send(
      new PutWarmPoolCommand({
        AutoScalingGroupName: name,
        MinSize: 1,
        MaxGroupPreparedCapacity: 1,
        InstanceReusePolicy: { ReuseOnScaleIn: true },
      }),
    );
    await aws.autoScaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 0 }),
    );
    await aws.advance(5);
    expect(await stateOf(aws, instanceId)).to.equal("Warmed:Pending:Wait");
    expect((await ofTermination(name, instanceId)).StatusCode).to.equal("MidLifecycleAction");
  });

  it("facts 1: activities under way come first, and each part by its start, the newest first", async () => {
    const { name, instanceIds } = await makeGroup(aws, { instances: 3, hooks: [{}] });
    for (const each of instanceIds.slice(0, 2)) {
      await terminate(aws, each);
      await aws.advance(10);
    }
    const told = (await describeAll(name)).map(({ Description = "" }) => Description);
    expect(told.slice(0, 2)).to.deep.equal(
      [instanceIds[1], instanceIds[0]].map((id) => `Terminating EC2 instance: ${id}`),
    );
    expect(told.slice(2)).to.have.members(instanceIds.map((id) => `Launching a new EC2 instance: ${id}`));
  });

  it("facts 1: activities come in pages of at most 100, and are found by their ids, states and times", async () => {
    const { name, instanceIds } = await makeGroup(aws, { instances: 3, hooks: [{}] });
    await terminate(aws, instanceIds[0] as string);
    await aws.advance(5);
    const first = await aws.autoScaling.send(
      new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 3 }),
    );
    expect(first.Activities).to.have.lengthOf(3);
    expect(await describeAll(name, { NextToken: first.NextToken })).to.have.lengthOf(1);
    expect((await refusalOf(describeAll(name, { MaxRecords: 101 }))).name).to.equal("ValidationError");
    const [held] = await describeAll(name);
    const found = async (more: DescribeScalingActivitiesType) =>
      (await describeAll(name, more)).map(({ ActivityId }) => ActivityId);
    expect(await found({ ActivityIds: [held?.ActivityId ?? "", "unknown"] })).to.deep.equal([
      held?.ActivityId,
    ]);
    expect(
      await found({ Filters: [{ Name: "Status", Values: ["MidLifecycleAction", "InProgress"] }] }),
    ).to.deep.equal([held?.ActivityId]);
    const since = held?.StartTime?.toISOString() ?? "";
    expect(await found({ Filters: [{ Name: "StartTimeLowerBound", Values: [since] }] })).to.deep.equal([
      held?.ActivityId,
    ]);
    expect(await found({ Filters: [{ Name: "StartTimeUpperBound", Values: [since] }] })).to.have.lengthOf(4);
  });

  it("facts 1: the activities of a deleted group are shown where they are asked for", async () => {
    const { name } = await makeGroup(aws);
    await aws.autoScaling.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }),
    );
    expect((await refusalOf(describeAll(name))).message).to.include("AutoScalingGroup name not found");
    const [launch] = await describeAll(name, { IncludeDeletedGroups: true });
    expect(launch).to.include({ AutoScalingGroupName: name, AutoScalingGroupState: "Deleted" });
  });
});
