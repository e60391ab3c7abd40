// Protects the one question that tells a dead instance from a silent one: the simulated EC2 must answer it as AWS does,
// the refusals of what it does not know included.
import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { makeGroup } from "./groups.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const UNKNOWN = "i-0ffffffffffffffff";

describe("EC2", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  const describeInstances = async (input: DescribeInstancesCommandInput) => {
    const { Reservations = [], NextToken } = await aws.ec2.send(new DescribeInstancesCommand(input));
    const instances = Reservations.flatMap((each) => each.Instances ?? []);
    return { instances: instances.map(({ InstanceId: id, State }) => [id, State?.Name]), NextToken };
  };
  const stateOf = async (id: string) => (await describeInstances({ InstanceIds: [id] })).instances[0]?.[1];
  const makeInstance = async () => (await makeGroup(aws)).instanceIds[0] as string;

  it("facts 9: an instance id that is not known fails the whole call with InvalidInstanceID.NotFound", async () => {
    const id = await makeInstance();
    const one = await refusalOf(describeInstances({ InstanceIds: [id, UNKNOWN] }));
    expect(one.name).to.equal("InvalidInstanceID.NotFound");
    expect(one.message).to.equal(`The instance ID '${UNKNOWN}' does not exist`);
    expect(one.$metadata.httpStatusCode).to.equal(400);
    const two = await refusalOf(describeInstances({ InstanceIds: [UNKNOWN, "i-0eeeeeeeeeeeeeeee"] }));
    expect(two.message).to.equal(`The instance IDs '${UNKNOWN}, i-0eeeeeeeeeeeeeeee' do not exist`);
  });

  it("facts 9: what is no instance id is an InvalidInstanceID.Malformed", async () => {
    const refusal = await refusalOf(describeInstances({ InstanceIds: ["web-1"] }));
    expect(refusal.name).to.equal("InvalidInstanceID.Malformed");
  });

  it("facts 9: a filter leaves out what is not known, without an error", async () => {
    const id = await makeInstance();
    const byId = { Name: "instance-id", Values: [id, UNKNOWN] };
    expect((await describeInstances({ Filters: [byId] })).instances).to.deep.equal([[id, "running"]]);
    const stopped = { Name: "instance-state-name", Values: ["stopped", "terminated"] };
    expect((await describeInstances({ Filters: [byId, stopped] })).instances).to.deep.equal([]);
  });

  it("facts 9: a terminated instance is shown for about an hour", async () => {
    const id = await makeInstance();
    const { TerminatingInstances } = await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    const { CurrentState, PreviousState } = TerminatingInstances?.[0] ?? {};
    expect([PreviousState?.Name, CurrentState?.Name]).to.deep.equal(["running", "shutting-down"]);
    await aws.advance(60);
    expect(await stateOf(id)).to.equal("terminated");
    await aws.advance(3500);
    expect(await stateOf(id)).to.equal("terminated");
    await aws.advance(120);
    expect((await refusalOf(stateOf(id))).name).to.equal("InvalidInstanceID.NotFound");
  });

  it("facts 9: an instance carries the name of the group that launched it as a tag", async () => {
    const { name, instanceIds } = await makeGroup(aws);
    const { Reservations = [] } = await aws.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [...instanceIds] }),
    );
    expect(Reservations[0]?.Instances?.[0]?.Tags).to.deep.include({
      Key: "aws:autoscaling:groupName",
      Value: name,
    });
  });

  it("facts 9: a stopped instance is stopping before it is stopped, and pending before it runs again", async () => {
    // Its group ends a stopped instance soon, but for a hook that holds it.
    const id = (await makeGroup(aws, { hooks: [{}] })).instanceIds[0] as string;
    const start = () => aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect(await stateOf(id)).to.equal("stopping");
    expect((await refusalOf(start())).name).to.equal("IncorrectInstanceState");
    await aws.advance(25);
    expect(await stateOf(id)).to.equal("stopped");
    await start();
    expect(await stateOf(id)).to.equal("pending");
    await aws.advance(31);
    expect(await stateOf(id)).to.equal("running");
  });

  it("facts 9: ids and a page size exclude each other", async () => {
    const refusal = await refusalOf(
      describeInstances({ InstanceIds: [await makeInstance()], MaxResults: 5 }),
    );
    expect(refusal.name).to.equal("InvalidParameterCombination");
  });

  it("facts 9: DescribeInstances gives pages only when it is asked for them", async () => {
    const { instanceIds } = await makeGroup(aws, { instances: 7 });
    const Filters = [{ Name: "instance-id", Values: [...instanceIds] }];
    const whole = await describeInstances({ Filters });
    expect(whole.instances).to.have.lengthOf(7);
    expect(whole.NextToken).to.equal(undefined);
    const first = await describeInstances({ Filters, MaxResults: 5 });
    const { NextToken } = first;
    const second = await describeInstances({ Filters, MaxResults: 5, NextToken });
    expect(second.NextToken).to.equal(undefined);
    expect([...first.instances, ...second.instances]).to.deep.equal(whole.instances);
    expect(first.instances).to.have.lengthOf(5);
  });
});

describe("EC2's schedule", () => {
  const [retired, rebooted, canceled, quiet] = [0, 1, 2, 3].map((n) => `i-0bbbbbbbbbbbbbbb${n}`) as [
    string,
    string,
    string,
    string,
  ];
  const inTwoHours = { starts_in_hours: 2, told: false };
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator({
      auto_scaling_groups: [{ name: "fleet", instance_ids: [retired, rebooted, canceled, quiet] }],
      timeline: [
        { at_seconds: 0, suspend_processes: { group: "fleet", processes: ["ReplaceUnhealthy"] } },
        { at_seconds: 0, schedule_maintenance: { instance_ids: [retired, canceled], ...inTwoHours } },
        {
          at_seconds: 0,
          schedule_maintenance: {
            instance_ids: [rebooted],
            code: "AWS_EC2_SYSTEM_REBOOT_SCHEDULED",
            ...inTwoHours,
          },
        },
        { at_seconds: 60, cancel_maintenance: { instance_ids: [canceled] } },
      ],
    });
    await aws.advance(5);
  });
  after(() => aws.stop());
  const eventsOf = async (codes?: string[]) => {
    const Filters = codes && [{ Name: "event.code", Values: codes }];
    const { InstanceStatuses = [] } = await aws.ec2.send(
      new DescribeInstanceStatusCommand(Filters ? { Filters } : {}),
    );
    return new Map(InstanceStatuses.map(({ InstanceId, Events = [] }) => [InstanceId, Events]));
  };

  it("facts 9: DescribeInstanceStatus shows what is scheduled for a running instance, and finds it by its code", async () => {
    const all = await eventsOf();
    expect([...all.keys()]).to.have.members([retired, rebooted, canceled, quiet]);
    expect(all.get(quiet)).to.deep.equal([]);
    const [event] = all.get(retired) ?? [];
    expect(event).to.include({ Code: "instance-retirement" });
    expect(event?.InstanceEventId).to.match(/^instance-event-0[0-9a-f]{16}$/);
    const lasts = Number(event?.NotAfter) - Number(event?.NotBefore);
    expect(lasts).to.equal(7_200_000);
    expect([...(await eventsOf(["instance-retirement"])).keys()]).to.have.members([retired, canceled]);
    expect([...(await eventsOf(["system-reboot"])).keys()]).to.deep.equal([rebooted]);
  });

  it("facts 9: what was canceled or has happened stays for a week, and its description says so first", async () => {
    await aws.advance(60);
    expect((await eventsOf()).get(canceled)?.[0]?.Description).to.match(/^\[Canceled\] /);
    await aws.advance(7_200);
    expect((await eventsOf()).get(rebooted)?.[0]?.Description).to.match(/^\[Completed\] /);
  });

  it("facts 9: at its time, an instance that is retired stops", async () => {
    const { InstanceStatuses = [] } = await aws.ec2.send(
      new DescribeInstanceStatusCommand({ InstanceIds: [retired], IncludeAllInstances: true }),
    );
    expect(InstanceStatuses[0]?.InstanceState?.Name).to.equal("stopped");
    // Without IncludeAllInstances, only running instances are shown.
    expect([...(await eventsOf()).keys()]).to.have.members([rebooted, canceled, quiet]);
  });
});
