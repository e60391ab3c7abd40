// Protects the drain from mistaking one task for another: an address says which task a target belongs to only while that
// task runs, and the simulated AWS must give it to the next one as AWS does.
import { StartTaskCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import {
  CreateLoadBalancerCommand,
  DeregisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { addressOf, defineTask, describeTasks, join, type Member } from "./clusters.ts";
import { makeTargetGroup, registerTargets, targetsOf } from "./load-balancers.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const ADDRESSES = ["10.1.0.10", "10.1.0.11"];
/** A cluster whose tasks have no addresses but those. */
const CLUSTER = "few-addresses";
/** A load balancer's own address. */
const RESERVED = "10.0.200.5";

describe("Addresses", () => {
  let aws: SimulatedAws;
  let member: Member;
  before(async () => {
    aws = await startSimulator({ clusters: [{ name: CLUSTER, addresses: ADDRESSES }] });
    [member] = (await join(aws, CLUSTER, 1)) as [Member];
  });
  after(() => aws.stop());

  /** Starts a task with an address and returns its ARN once it runs. */
  const start = async () => {
    const { tasks } = await aws.ecs.send(
      new StartTaskCommand({
        cluster: CLUSTER,
        taskDefinition: await defineTask(aws, { networkMode: "awsvpc" }),
        containerInstances: [member.arn],
      }),
    );
    await aws.advance(30);
    return tasks?.[0]?.taskArn as string;
  };
  const stop = async (task: string) => {
    await aws.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task }));
    await aws.advance(60);
  };

  it("facts 2: the address of a task that has stopped is soon another task's, and both show it", async () => {
    const old = await start();
    await stop(old);
    const next = await start();
    const tasks = await describeTasks(aws, CLUSTER, [old, next]);
    const shown = tasks.map((task) => `${task.lastStatus} ${addressOf(task)}`);
    expect(shown).to.deep.equal([`STOPPED ${ADDRESSES[0]}`, `RUNNING ${ADDRESSES[0]}`]);
    await stop(next);
  });

  it("facts 2: a task shows its address once its network interface is attached", async () => {
    const taskDefinition = await defineTask(aws, { networkMode: "awsvpc" });
    const { tasks } = await aws.ecs.send(
      new StartTaskCommand({ cluster: CLUSTER, taskDefinition, containerInstances: [member.arn] }),
    );
    expect(tasks?.[0]).to.include({ lastStatus: "PROVISIONING" });
    expect(tasks?.[0]?.attachments?.[0]).to.include({
      type: "ElasticNetworkInterface",
      status: "PRECREATED",
    });
    expect(addressOf(tasks?.[0])).to.equal(undefined);
    await aws.advance(30);
    const arn = tasks?.[0]?.taskArn as string;
    const [running] = await describeTasks(aws, CLUSTER, [arn]);
    expect(running?.attachments?.[0]).to.include({ status: "ATTACHED" });
    expect(addressOf(running)).to.equal(ADDRESSES[0]);
    await stop(arn);
  });

  it("facts 4: an address stays registered when the task that had it has stopped", async () => {
    const targetGroupArn = await makeTargetGroup(aws, { type: "ip", delaySeconds: 10 });
    const arn = await start();
    const Id = addressOf((await describeTasks(aws, CLUSTER, [arn]))[0]) as string;
    await registerTargets(aws, targetGroupArn, [{ Id, Port: 3000 }]);
    await stop(arn);
    await aws.advance(3600);
    expect((await targetsOf(aws, targetGroupArn)).map(({ id, port }) => `${id}:${port}`)).to.deep.equal([
      `${Id}:3000`,
    ]);
    await aws.elbv2.send(
      new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: [{ Id, Port: 3000 }] }),
    );
    await aws.advance(10);
    expect(await targetsOf(aws, targetGroupArn)).to.deep.equal([]);
  });

  it("facts 4: an address that belongs to a load balancer is unused with Target.IpUnusable", async () => {
    await aws.elbv2.send(
      new CreateLoadBalancerCommand({
        Name: aws.unusedName("network"),
        Type: "network",
        SubnetMappings: [{ SubnetId: "subnet-1", PrivateIPv4Address: RESERVED }],
      }),
    );
    const arn = await makeTargetGroup(aws, { type: "ip" });
    await registerTargets(aws, arn, [{ Id: RESERVED }, { Id: "10.0.200.6" }]);
    expect(await targetsOf(aws, arn)).to.deep.equal([
      { id: RESERVED, port: 80, state: "unused", reason: "Target.IpUnusable" },
      { id: "10.0.200.6", port: 80, state: "healthy" },
    ]);
  });
});
