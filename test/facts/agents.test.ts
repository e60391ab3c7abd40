// Protects the drain from what ECS shows of an instance that it has lost sight of: tasks that seem to run on, and a
// container instance that nobody deregisters. The simulated ECS must freeze, catch up and forget as AWS does.
import {
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  StartTaskCommand,
  StopTaskCommand,
  type Task,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { defineTask, describeMember, join, makeCluster, makeService, tasksOf } from "./clusters.ts";
import { makeTargetGroup, targetsOf } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const CLUSTER = "main";
const LOST = "i-0000000000000000a";
const KEPT = "i-0000000000000000b";

/** Two instances with a task of a service on each; the agent of one is disconnected from the tenth second on. */
const scenario = (disconnected: { for_seconds?: number }, ...more: object[]) => ({
  clusters: [
    {
      name: CLUSTER,
      services: [{ name: "web", desired_count: 2, minimum_healthy_percent: 0, maximum_percent: 100 }],
    },
  ],
  auto_scaling_groups: [{ name: "fleet", instance_ids: [LOST, KEPT], cluster: CLUSTER }],
  tasks: [
    // It starts ten minutes before the scenario does, and ends by itself half a minute into it.
    { cluster: CLUSTER, family: "batch", instance_ids: [LOST], task: { run_seconds: 630 } },
  ],
  timeline: [{ at_seconds: 10, disconnect_agent: { instance_ids: [LOST], ...disconnected } }, ...more],
});

describe("ECS's agents", () => {
  let aws: SimulatedAws;
  const start = async (disconnected: { for_seconds?: number }, ...more: object[]) => {
    aws = await startSimulator(scenario(disconnected, ...more));
    await aws.advance(20);
  };
  afterEach(() => aws.stop());

  const containerInstance = async () => {
    const filter = `ec2InstanceId == ${LOST}`;
    const { containerInstanceArns: arns = [] } = await aws.ecs.send(
      new ListContainerInstancesCommand({ cluster: CLUSTER, filter }),
    );
    return arns[0] as string;
  };
  const described = async (arn: string) => {
    const { containerInstances = [] } = await aws.ecs.send(
      new DescribeContainerInstancesCommand({ cluster: CLUSTER, containerInstances: [arn] }),
    );
    return containerInstances[0];
  };
  const show = ({ group, lastStatus, desiredStatus }: Task) => `${group} ${lastStatus} ${desiredStatus}`;
  /** The tasks on a container instance as `group lastStatus desiredStatus`. */
  const shown = async (arn: string) =>
    (await tasksOf(aws, CLUSTER, { containerInstance: arn })).map(show).sort();
  const deregister = (cluster: string, arn: string, force?: boolean) =>
    aws.ecs.send(
      new DeregisterContainerInstanceCommand({
        cluster,
        containerInstance: arn,
        ...(force === undefined ? {} : { force }),
      }),
    );

  it("facts 2: tasks freeze as they are while the agent is disconnected", async () => {
    await start({ for_seconds: 600 });
    const arn = await containerInstance();
    expect(await described(arn)).to.include({
      status: "ACTIVE",
      agentConnected: false,
      runningTasksCount: 2,
    });
    const web = (await tasksOf(aws, CLUSTER, { containerInstance: arn, serviceName: "web" }))[0];
    await aws.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: web?.taskArn }));
    await aws.advance(580);
    expect(await shown(arn)).to.deep.equal(["family:batch RUNNING RUNNING", "service:web RUNNING STOPPED"]);
    await aws.advance(30);
    expect(await described(arn)).to.include({ status: "ACTIVE", agentConnected: true });
    const stopped = await tasksOf(aws, CLUSTER, { containerInstance: arn });
    expect(
      stopped.filter(({ lastStatus }) => lastStatus === "STOPPED").map(({ stopCode }) => stopCode),
    ).to.have.members(["EssentialContainerExited", "UserInitiated"]);
  });

  it("facts 2: a container instance's version goes up with its status, its agent's connection, and each task that starts or stops", async () => {
    await start({ for_seconds: 60 });
    const arn = await containerInstance();
    const versions = [(await described(arn))?.version ?? 0];
    const afterwards = async (seconds: number) => {
      await aws.advance(seconds);
      versions.push((await described(arn))?.version ?? 0);
    };
    await afterwards(10);
    expect(versions[1], "while nothing changes").to.equal(versions[0]);
    await afterwards(60);
    const [web] = await tasksOf(aws, CLUSTER, { containerInstance: arn, serviceName: "web" });
    await aws.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: web?.taskArn }));
    await afterwards(60);
    const request = { cluster: CLUSTER, containerInstances: [arn], status: "DRAINING" as const };
    await aws.ecs.send(new UpdateContainerInstancesStateCommand(request));
    await afterwards(0);
    const rises = versions.slice(2).map((version, i) => version > (versions[i + 1] ?? 0));
    expect(rises, versions.join()).to.deep.equal([true, true, true]);
  });

  it("facts 2: DRAINING stops nothing while the agent is disconnected", async () => {
    await start({ for_seconds: 600 });
    const arn = await containerInstance();
    const request = { cluster: CLUSTER, containerInstances: [arn], status: "DRAINING" as const };
    await aws.ecs.send(new UpdateContainerInstancesStateCommand(request));
    await aws.advance(580);
    expect(await described(arn)).to.include({ status: "DRAINING", agentConnected: false });
    expect(await shown(arn)).to.deep.equal(["family:batch RUNNING RUNNING", "service:web RUNNING RUNNING"]);
    await aws.advance(30);
    expect(await shown(arn)).to.deep.equal(["family:batch STOPPED STOPPED", "service:web STOPPED STOPPED"]);
  });

  it("facts 2: no task can be started on an instance whose agent is disconnected", async () => {
    await start({});
    const arn = await containerInstance();
    const taskDefinition = await defineTask(aws);
    const answer = await aws.ecs.send(
      new StartTaskCommand({ cluster: CLUSTER, taskDefinition, containerInstances: [arn] }),
    );
    expect(answer.tasks).to.deep.equal([]);
    expect(answer.failures).to.deep.equal([{ arn, reason: "AGENT" }]);
  });

  it("facts 2: an instance that ends while its agent is disconnected stays registered, with its tasks", async () => {
    await start({}, { at_seconds: 15, kill: { instance_ids: [LOST] } });
    const arn = await containerInstance();
    await aws.advance(21_600);
    expect(await containerInstance()).to.equal(arn);
    expect(await described(arn)).to.include({ status: "ACTIVE", agentConnected: false });
    expect(await shown(arn)).to.deep.equal(["family:batch RUNNING RUNNING", "service:web RUNNING RUNNING"]);
    await deregister(CLUSTER, arn, true);
    await aws.advance(60);
    expect((await described(arn))?.status).to.equal("INACTIVE");
    expect(await containerInstance()).to.equal(undefined);
    expect(await shown(arn)).to.deep.equal(["family:batch STOPPED STOPPED", "service:web STOPPED STOPPED"]);
  });

  it("facts 2: an instance with running tasks is deregistered by force alone", async () => {
    await start({});
    const arn = await containerInstance();
    const refusal = await refusalOf(deregister(CLUSTER, arn));
    expect(refusal.name).to.equal("InvalidParameterException");
    expect(refusal.message).to.equal("Found running tasks on the instance.");
    expect((await described(arn))?.status).to.equal("ACTIVE");
    const { members } = await makeCluster(aws, 1);
    const empty = members[0]?.arn as string;
    const { containerInstance: gone } = await deregister(empty.split("/")[1] as string, empty);
    expect(gone?.status).to.equal("INACTIVE");
  });

  it("facts 2: deregistering by force gives the tasks up, takes their targets out and starts others", async () => {
    await start({});
    const targetGroupArn = await makeTargetGroup(aws, { delaySeconds: 30 });
    const { cluster, member } = await makeCluster(aws, 1);
    const serviceName = await makeService(aws, cluster, { targetGroupArn });
    const [spare] = await join(aws, cluster, 1);
    await deregister(cluster, member.arn, true);
    expect((await describeMember(aws, cluster, member)).status).to.equal("INACTIVE");
    const [old] = await tasksOf(aws, cluster, { containerInstance: member.arn });
    expect(old).to.include({
      lastStatus: "STOPPED",
      stoppedReason: "Container instance deregistration forced by user.",
    });
    expect((await targetsOf(aws, targetGroupArn)).map(({ state }) => state)).to.deep.equal(["draining"]);
    await aws.advance(60);
    const [copy] = await tasksOf(aws, cluster, { containerInstance: spare?.arn as string, serviceName });
    expect(copy?.lastStatus).to.equal("RUNNING");
    expect((await targetsOf(aws, targetGroupArn)).map(({ id }) => id)).to.deep.equal([spare?.instanceId]);
  });
});
