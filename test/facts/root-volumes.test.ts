// Protects the other departure that is no end, and how groups are looked up: the simulated Auto Scaling must replace root
// volumes through the states and messages of AWS, and describe groups by what AWS describes them by.
import {
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  type DescribeAutoScalingGroupsCommandInput,
} from "@aws-sdk/client-auto-scaling";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { DescribeContainerInstancesCommand, ListContainerInstancesCommand } from "@aws-sdk/client-ecs";
import {
  DeregisterTargetsCommand,
  DescribeTargetGroupsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { makeGroup, stateOf, takeMessages } from "./groups.ts";
import { targetsOf } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const [REPLACED, KEEPS, LOSES, ATTACHED, SCRIPTED] = [1, 2, 3, 4, 5].map((n) => `i-0aaaaaaaaaaaaaaa${n}`) as [
  string,
  string,
  string,
  string,
  string,
];
const hooks = [{ name: "drain", queue: "lifecycle" }];
/** An instance refresh, which is none of the simulated operations. */
const SCENARIO = {
  queues: [{ name: "lifecycle" }],
  target_groups: ["targets", "scripted"].map((name) => ({ name, deregistration_delay_seconds: 30 })),
  clusters: [{ name: "same" }, { name: "new" }],
  auto_scaling_groups: [
    { name: "replaced", instance_ids: [REPLACED], hooks },
    {
      name: "scripted",
      instance_ids: [SCRIPTED],
      hooks,
      registers_with: { target_groups: [{ name: "scripted" }] },
    },
    { name: "same", cluster: "same", instance_ids: [KEEPS] },
    { name: "new", cluster: "new", instance_ids: [LOSES] },
    { name: "attached", instance_ids: [ATTACHED], target_groups: ["targets"], hooks },
  ],
  timeline: [
    { at_seconds: 5, replace_root_volume: { instance_ids: [REPLACED, ATTACHED, SCRIPTED] } },
    { at_seconds: 5, replace_root_volume: { instance_ids: [KEEPS], agent: "same" } },
    { at_seconds: 5, replace_root_volume: { instance_ids: [LOSES], agent: "new" } },
  ],
};

describe("Root volumes and descriptions of groups", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator(SCENARIO);
    await aws.advance(10);
  });
  after(() => aws.stop());

  const complete = (group: string, instanceId: string) =>
    aws.autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: "drain",
        InstanceId: instanceId,
        LifecycleActionResult: "CONTINUE",
      }),
    );
  const membersOf = async (cluster: string) => {
    const { containerInstanceArns: arns } = await aws.ecs.send(
      new ListContainerInstancesCommand({ cluster }),
    );
    const { containerInstances = [] } = await aws.ecs.send(
      new DescribeContainerInstancesCommand({ cluster, containerInstances: arns }),
    );
    return containerInstances.map(({ ec2InstanceId, agentConnected }) => [ec2InstanceId, agentConnected]);
  };

  it("facts 1: ReplacingRootVolume:Wait is a change of root volume, and no end", async () => {
    expect(await stateOf(aws, REPLACED)).to.equal("ReplacingRootVolume:Wait");
    const { QueueUrl = "" } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: "lifecycle" }));
    const message = (await takeMessages(aws, QueueUrl)).find((each) => each.EC2InstanceId === REPLACED);
    expect(message).to.include({
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      Origin: "AutoScalingGroup",
      Destination: "AutoScalingGroup",
      Action: "ReplaceRootVolume",
    });
    await complete("replaced", REPLACED);
    expect(await stateOf(aws, REPLACED)).to.equal("ReplacingRootVolume:Proceed");
    await aws.advance(5);
    expect(await stateOf(aws, REPLACED)).to.equal("RootVolumeReplaced");
    await aws.advance(60);
    expect(await stateOf(aws, REPLACED)).to.equal("InService");
    const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [REPLACED] }));
    expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).to.equal("running");
  });

  it("facts 1: after a change of root volume the agent is the same container instance, or a new one", async () => {
    await aws.advance(60);
    expect(await membersOf("same")).to.deep.equal([[KEEPS, true]]);
    expect(await membersOf("new")).to.deep.equal([
      [LOSES, false],
      [LOSES, true],
    ]);
  });

  const targetGroupArn = async (name: string) => {
    const { TargetGroups } = await aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return TargetGroups?.[0]?.TargetGroupArn as string;
  };

  it("facts 1: a change of root volume does not bring back registrations that the group does not make", async () => {
    const arn = await targetGroupArn("scripted");
    expect((await targetsOf(aws, arn)).map(({ state }) => state)).to.deep.equal(["healthy"]);
    await aws.elbv2.send(
      new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: SCRIPTED, Port: 80 }] }),
    );
    await complete("scripted", SCRIPTED);
    await aws.advance(100);
    expect(await stateOf(aws, SCRIPTED)).to.equal("InService");
    expect(await targetsOf(aws, arn)).to.deep.equal([]);
  });

  it("facts 1: a change of root volume takes the instance out of the group's own load balancers meanwhile", async () => {
    const arn = await targetGroupArn("targets");
    await aws.advance(60);
    expect(await stateOf(aws, ATTACHED)).to.equal("ReplacingRootVolume:Wait");
    expect(await targetsOf(aws, arn)).to.deep.equal([]);
    await complete("attached", ATTACHED);
    await aws.advance(60);
    expect((await targetsOf(aws, arn)).map(({ state }) => state)).to.deep.equal(["healthy"]);
  });

  const namesOf = async (input: DescribeAutoScalingGroupsCommandInput) => {
    const { AutoScalingGroups } = await aws.autoScaling.send(new DescribeAutoScalingGroupsCommand(input));
    return AutoScalingGroups?.map((each) => each.AutoScalingGroupName);
  };

  it("facts 1: a group can be described without its instances", async () => {
    const { name } = await makeGroup(aws);
    const describeGroup = async (IncludeInstances: boolean) => {
      const { AutoScalingGroups } = await aws.autoScaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name], IncludeInstances }),
      );
      return AutoScalingGroups?.[0]?.Instances;
    };
    expect(await describeGroup(true)).to.have.lengthOf(1);
    expect((await describeGroup(false)) ?? []).to.deep.equal([]);
  });

  it("facts 1: groups are found by the keys, the values and the pairs of their tags", async () => {
    for (const [name, Value] of [
      ["blue", "1"],
      ["green", "2"],
    ]) {
      await aws.autoScaling.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: name,
          LaunchConfigurationName: "any",
          MinSize: 0,
          MaxSize: 0,
          Tags: [{ Key: "colour", Value }],
        }),
      );
    }
    const by = (Name: string, ...Values: string[]) => namesOf({ Filters: [{ Name, Values }] });
    expect(await by("tag-key", "colour", "size")).to.deep.equal(["blue", "green"]);
    expect(await by("tag-value", "2")).to.deep.equal(["green"]);
    expect(await by("tag:colour", "1", "3")).to.deep.equal(["blue"]);
    expect(await by("tag:size", "")).to.deep.equal([]);
    expect((await refusalOf(by("colour", "1"))).name).to.equal("ValidationError");
  });
});
