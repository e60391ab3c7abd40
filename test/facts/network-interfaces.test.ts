// Protects the question whose an address is: the simulated EC2 must show network interfaces, those of instances and those of
// tasks, as AWS does, with the filters by which they are asked for.
import {
  DescribeNetworkInterfacesCommand,
  type DescribeNetworkInterfacesCommandInput,
  type NetworkInterface,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { RunTaskCommand, StartTaskCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { addressOf, defineTask, describeTasks, join } from "./clusters.ts";
import { makeGroup } from "./groups.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const SEVERAL = "i-0000000000000000a";
const HELD = { addresses: ["10.0.7.1", "10.0.7.2", "2001:db8::a"], prefixes: ["10.0.9.16/28"] };

describe("Network interfaces", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator({
      clusters: [
        { name: "plain", addresses: ["10.0.1.1"] },
        { name: "trunked", addresses: ["10.0.1.2"], trunking: true },
        { name: "serverless", addresses: ["10.0.1.3"] },
      ],
      auto_scaling_groups: [
        {
          name: "several",
          instance_ids: [SEVERAL],
          network_interfaces: { [SEVERAL]: [HELD, { addresses: ["10.0.8.1"], vpc: "other" }] },
        },
      ],
    });
  });
  after(() => aws.stop());

  const describeAll = (input: DescribeNetworkInterfacesCommandInput) =>
    aws.ec2.send(new DescribeNetworkInterfacesCommand(input));
  const find = async (filters: Readonly<Record<string, readonly string[]>>): Promise<NetworkInterface[]> => {
    const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values: [...Values] }));
    return (await describeAll({ Filters })).NetworkInterfaces ?? [];
  };
  const idsOf = (found: readonly NetworkInterface[]) => found.map((each) => each.NetworkInterfaceId);

  it("facts 9: an interface shows its instance, its VPC, all its addresses and its prefixes", async () => {
    const [first, second] = await find({ "attachment.instance-id": [SEVERAL] });
    expect(first?.Attachment).to.include({ InstanceId: SEVERAL, Status: "attached" });
    expect(first?.PrivateIpAddress).to.equal("10.0.7.1");
    const addresses = first?.PrivateIpAddresses?.map((each) => [each.PrivateIpAddress, each.Primary]);
    expect(addresses).to.deep.equal([
      ["10.0.7.1", true],
      ["10.0.7.2", false],
    ]);
    expect(first?.Ipv6Addresses?.map(({ Ipv6Address }) => Ipv6Address)).to.deep.equal(["2001:db8::a"]);
    expect(first?.Ipv4Prefixes).to.deep.equal([{ Ipv4Prefix: "10.0.9.16/28" }]);
    expect(second?.VpcId).to.not.equal(first?.VpcId);
  });

  it("facts 9: an interface is found by any of its addresses, and not by one in a prefix", async () => {
    const [first] = await find({ "attachment.instance-id": [SEVERAL] });
    const ids = [first?.NetworkInterfaceId];
    expect(idsOf(await find({ "addresses.private-ip-address": ["10.0.7.2", "192.168.0.1"] }))).to.deep.equal(
      ids,
    );
    expect(idsOf(await find({ "ipv6-addresses.ipv6-address": ["2001:db8::a"] }))).to.deep.equal(ids);
    expect(await find({ "addresses.private-ip-address": ["10.0.9.20"] })).to.deep.equal([]);
    const inAnother = { "addresses.private-ip-address": ["10.0.7.1"], "vpc-id": ["vpc-none"] };
    expect(await find(inAnother)).to.deep.equal([]);
  });

  it("facts 9: a task's interface is attached to its instance, and its description names ECS's attachment", async () => {
    const { found, stop } = await startTask("plain");
    expect(found?.Attachment?.InstanceId).to.match(/^i-/);
    expect(found?.Description).to.match(/^arn:aws:ecs:.*:attachment\//);
    await stop();
    expect(await find({ "addresses.private-ip-address": ["10.0.1.1"] })).to.deep.equal([]);
  });

  it("facts 9: a branch interface of a task shows no instance", async () => {
    const { found, stop } = await startTask("trunked");
    expect(found).to.include({ InterfaceType: "branch" });
    expect(found?.Attachment).to.equal(undefined);
    await stop();
  });

  it("facts 9: the interface of a task on Fargate is in the account, and shows no instance", async () => {
    const cluster = "serverless";
    const taskDefinition = await defineTask(aws, { networkMode: "awsvpc" });
    const { tasks } = await aws.ecs.send(
      new RunTaskCommand({ cluster, taskDefinition, launchType: "FARGATE" }),
    );
    const { found, stop } = await interfaceOf(cluster, tasks?.[0]?.taskArn ?? "");
    expect(found?.Description).to.match(/^arn:aws:ecs:.*:attachment\//);
    expect(found?.Attachment?.InstanceId).to.equal(undefined);
    await stop();
    expect(await find({ "addresses.private-ip-address": ["10.0.1.3"] })).to.deep.equal([]);
  });

  it("facts 9: a filter takes 200 values at the most", async () => {
    const values = (count: number) => ({
      "attachment.instance-id": Array.from({ length: count }, (_, i) => `i-${i}`),
    });
    expect(await find(values(200))).to.deep.equal([]);
    expect((await refusalOf(find(values(201)))).name).to.equal("FilterLimitExceeded");
  });

  it("facts 9: DescribeNetworkInterfaces has pages of 5 to 1,000, and none with ids", async () => {
    const { instanceIds } = await makeGroup(aws, { instances: 7 });
    const Filters = [{ Name: "attachment.instance-id", Values: [...instanceIds] }];
    const first = await describeAll({ Filters, MaxResults: 5 });
    const second = await describeAll({ Filters, MaxResults: 5, NextToken: first.NextToken });
    expect([first.NetworkInterfaces?.length, second.NetworkInterfaces?.length]).to.deep.equal([5, 2]);
    expect(second.NextToken).to.equal(undefined);
    for (const MaxResults of [4, 1001])
      expect((await refusalOf(describeAll({ Filters, MaxResults }))).name).to.equal("InvalidParameterValue");
    const [id = ""] = idsOf(first.NetworkInterfaces ?? []);
    const both = describeAll({ NetworkInterfaceIds: [id], MaxResults: 5 });
    expect((await refusalOf(both)).name).to.equal("InvalidParameterCombination");
    const unknown = describeAll({ NetworkInterfaceIds: ["eni-00000000000000000"] });
    expect((await refusalOf(unknown)).name).to.equal("InvalidNetworkInterfaceID.NotFound");
  });

  it("facts 9: the interfaces that an instance was launched with go with it", async () => {
    const [id = ""] = (await makeGroup(aws)).instanceIds;
    expect(await find({ "attachment.instance-id": [id] })).to.have.lengthOf(1);
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await find({ "attachment.instance-id": [id] })).to.deep.equal([]);
  });

  /** Starts a task with an address of its own, and finds its interface. */
  async function startTask(cluster: string) {
    const [member] = await join(aws, cluster, 1);
    const { tasks } = await aws.ecs.send(
      new StartTaskCommand({
        cluster,
        taskDefinition: await defineTask(aws, { networkMode: "awsvpc" }),
        containerInstances: [member?.arn ?? ""],
      }),
    );
    return interfaceOf(cluster, tasks?.[0]?.taskArn ?? "");
  }

  /** The interface of a task that was just started, and what stops the task. */
  async function interfaceOf(cluster: string, task: string) {
    await aws.advance(30);
    const address = addressOf((await describeTasks(aws, cluster, [task]))[0]) ?? "";
    const [found] = await find({ "addresses.private-ip-address": [address] });
    const stop = async () => {
      await aws.ecs.send(new StopTaskCommand({ cluster, task }));
      await aws.advance(60);
    };
    return { found, stop };
  }
});
