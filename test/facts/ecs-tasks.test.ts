// Protects "gone means gone": the simulated ECS must show a task that stops, and an instance that ends, as AWS does.
// Counts and lists drop out of sight what still runs, and that is how other drainers ship errors.
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  type ListContainerInstancesRequest,
  ListTasksCommand,
  type ListTasksRequest,
  StartTaskCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import {
  addressOf,
  defineTask,
  describeMember,
  describeTasks,
  drain,
  type Member,
  makeCluster,
  makeService,
  type TaskWish,
  tasksOf,
} from "./clusters.ts";
import { stateOf, terminate } from "./groups.ts";
import { makeTargetGroup, targetsOf } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

describe("ECS's tasks and instances", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  /** A cluster with a standalone task that runs. */
  const makeStandalone = async (wish: TaskWish = {}) => {
    const { cluster, member } = await makeCluster(aws, 1);
    const taskDefinition = await defineTask(aws, wish);
    const { tasks = [] } = await aws.ecs.send(
      new StartTaskCommand({ cluster, taskDefinition, containerInstances: [member.arn] }),
    );
    await aws.advance(30);
    return { cluster, member, family: taskDefinition, arn: tasks[0]?.taskArn as string };
  };
  const describeTask = async (cluster: string, arn: string) =>
    (await describeTasks(aws, cluster, [arn]))[0] as Task;
  const stop = (cluster: string, task: string) => aws.ecs.send(new StopTaskCommand({ cluster, task }));
  const list = async (request: ListTasksRequest) =>
    (await aws.ecs.send(new ListTasksCommand(request))).taskArns;
  const listInstances = async (request: ListContainerInstancesRequest) =>
    (await aws.ecs.send(new ListContainerInstancesCommand(request))).containerInstanceArns;
  /** The statuses that a task passes through until it is STOPPED, looked at every second. */
  const statusesUntilStopped = async (cluster: string, arn: string) => {
    const statuses: string[] = [];
    for (let second = 0; second < 600 && statuses.at(-1) !== "STOPPED"; second++) {
      const { lastStatus = "" } = await describeTask(cluster, arn);
      if (lastStatus !== statuses.at(-1)) statuses.push(lastStatus);
      await aws.advance(1);
    }
    return statuses;
  };
  const secondsBetween = (from: Date | undefined, to: Date | undefined) =>
    ((to as Date).getTime() - (from as Date).getTime()) / 1000;

  it("facts 2: a task's desired status is STOPPED from the moment that it begins to stop", async () => {
    const { cluster, arn } = await makeStandalone({ stopSeconds: 20 });
    expect(await describeTask(cluster, arn)).to.include({ desiredStatus: "RUNNING", lastStatus: "RUNNING" });
    await stop(cluster, arn);
    expect(await describeTask(cluster, arn)).to.include({ desiredStatus: "STOPPED", lastStatus: "STOPPING" });
    await aws.advance(19);
    expect((await describeTask(cluster, arn)).lastStatus).to.equal("STOPPING");
    await aws.advance(1);
    expect(await describeTask(cluster, arn)).to.include({ lastStatus: "STOPPED", stopCode: "UserInitiated" });
  });

  it("facts 2: a task behind a target group is DEACTIVATING while its target drains, and gets SIGTERM after", async () => {
    const targetGroupArn = await makeTargetGroup(aws, { delaySeconds: 60 });
    const { cluster } = await makeCluster(aws, 1);
    await makeService(aws, cluster, { targetGroupArn, stopSeconds: 5 });
    const [arn] = (await tasksOf(aws, cluster)).map((task) => task.taskArn as string) as [string];
    await stop(cluster, arn);
    await aws.advance(59);
    const { lastStatus, stoppingAt } = await describeTask(cluster, arn);
    expect(lastStatus).to.equal("DEACTIVATING");
    expect(stoppingAt).to.equal(undefined);
    expect(
      (await targetsOf(aws, targetGroupArn)).filter(({ state }) => state === "draining"),
    ).to.have.lengthOf(1);
    expect(await statusesUntilStopped(cluster, arn)).to.deep.equal(["DEACTIVATING", "STOPPING", "STOPPED"]);
  });

  it("facts 2: a task with its own network interface is DEPROVISIONING before it is STOPPED", async () => {
    const { cluster, arn } = await makeStandalone({ networkMode: "awsvpc" });
    await stop(cluster, arn);
    expect(await statusesUntilStopped(cluster, arn)).to.deep.equal(["STOPPING", "DEPROVISIONING", "STOPPED"]);
  });

  it("facts 2: a task can be shown as DELETED once it was STOPPED", async () => {
    const { cluster, arn } = await makeStandalone({ deletedSeconds: 5 });
    await stop(cluster, arn);
    expect(await statusesUntilStopped(cluster, arn)).to.deep.equal(["STOPPING", "STOPPED"]);
    await aws.advance(5);
    expect(await describeTask(cluster, arn)).to.include({ lastStatus: "DELETED", desiredStatus: "STOPPED" });
    expect(await list({ cluster, desiredStatus: "STOPPED" })).to.deep.equal([arn]);
  });

  it("facts 2: a container that ignores SIGTERM is killed after its stop timeout", async () => {
    const { cluster, arn } = await makeStandalone({ stopSeconds: 3600, stopTimeout: 120 });
    await stop(cluster, arn);
    await aws.advance(300);
    const { stoppingAt, stoppedAt } = await describeTask(cluster, arn);
    expect(secondsBetween(stoppingAt, stoppedAt)).to.equal(120);
  });

  it("facts 2: the stop timeout is 30 seconds unless the container has its own", async () => {
    const { cluster, arn } = await makeStandalone({ stopSeconds: 3600 });
    await stop(cluster, arn);
    await aws.advance(300);
    const { stoppingAt, stoppedAt } = await describeTask(cluster, arn);
    expect(secondsBetween(stoppingAt, stoppedAt)).to.equal(30);
  });

  it("facts 2: a task that StopTask stops has the stop code UserInitiated, and the reason given", async () => {
    const stopped: Task[] = [];
    for (const reason of [undefined, "it is done with"]) {
      const { cluster, arn } = await makeStandalone();
      await aws.ecs.send(new StopTaskCommand({ cluster, task: arn, ...(reason ? { reason } : {}) }));
      await aws.advance(10);
      stopped.push(await describeTask(cluster, arn));
    }
    expect(stopped.map(({ stopCode, stoppedReason }) => `${stopCode}: ${stoppedReason}`)).to.deep.equal([
      "UserInitiated: Task stopped by user",
      "UserInitiated: it is done with",
    ]);
  });

  it("facts 2: the instance's task counts drop to 0 while containers still stop", async () => {
    const { cluster, member, arn } = await makeStandalone({ stopSeconds: 20 });
    expect(await describeMember(aws, cluster, member)).to.include({
      runningTasksCount: 1,
      pendingTasksCount: 0,
    });
    await stop(cluster, arn);
    expect(await describeMember(aws, cluster, member)).to.include({
      runningTasksCount: 0,
      pendingTasksCount: 0,
    });
    expect((await describeTask(cluster, arn)).lastStatus).to.equal("STOPPING");
  });

  it("facts 2: ListTasks goes by the desired status, and lists RUNNING unless asked otherwise", async () => {
    const { cluster, arn } = await makeStandalone({ stopSeconds: 20 });
    expect(await list({ cluster })).to.deep.equal([arn]);
    expect(await list({ cluster, desiredStatus: "STOPPED" })).to.deep.equal([]);
    await stop(cluster, arn);
    expect(await list({ cluster })).to.deep.equal([]);
    expect(await list({ cluster, desiredStatus: "STOPPED" })).to.deep.equal([arn]);
  });

  it("facts 2: ListTasks with the desired status PENDING lists nothing", async () => {
    const { cluster, arn } = await makeStandalone({ startSeconds: 3600 });
    expect((await describeTask(cluster, arn)).lastStatus).to.equal("PENDING");
    expect(await list({ cluster, desiredStatus: "PENDING" })).to.deep.equal([]);
  });

  it("facts 2: a stopped task can be described for an hour", async () => {
    const { cluster, arn } = await makeStandalone({ stopSeconds: 0 });
    await stop(cluster, arn);
    await aws.advance(3590);
    expect((await describeTask(cluster, arn)).lastStatus).to.equal("STOPPED");
    expect(await list({ cluster, desiredStatus: "STOPPED" })).to.deep.equal([arn]);
  });

  it("facts 2: an unknown task is a failure under status 200", async () => {
    const { cluster, arn } = await makeStandalone();
    const unknown = arn.replace(/[^/]+$/, "0".repeat(32));
    const answer = await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn, unknown] }));
    expect(answer.$metadata.httpStatusCode).to.equal(200);
    expect(answer.tasks?.map((task) => task.taskArn)).to.deep.equal([arn]);
    expect(answer.failures).to.deep.equal([{ arn: unknown, reason: "MISSING" }]);
  });

  it("facts 2: startedBy must be the only filter of ListTasks", async () => {
    const { cluster, member } = await makeStandalone();
    const refusal = await refusalOf(list({ cluster, startedBy: "me", containerInstance: member.arn }));
    expect(refusal.name).to.equal("InvalidParameterException");
    expect(await list({ cluster, startedBy: "me" })).to.deep.equal([]);
  });

  it("facts 2: ListTasks gives at most 100 tasks a page", async () => {
    const { cluster } = await makeCluster(aws, 1);
    await makeService(aws, cluster, { desired: 101 });
    expect((await refusalOf(list({ cluster, maxResults: 101 }))).name).to.equal("InvalidParameterException");
    const first = await aws.ecs.send(new ListTasksCommand({ cluster }));
    expect(first.taskArns).to.have.lengthOf(100);
    const second = await aws.ecs.send(
      new ListTasksCommand({ cluster, nextToken: first.nextToken as string }),
    );
    expect(second.taskArns).to.have.lengthOf(1);
    expect(second.nextToken).to.equal(undefined);
  });

  it("facts 2: a service's task has the group service:NAME and its deployment as startedBy", async () => {
    const { cluster } = await makeCluster(aws, 1);
    const name = await makeService(aws, cluster, {});
    const { services } = await aws.ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
    const [task] = await tasksOf(aws, cluster, { serviceName: name });
    const deployment = services?.[0]?.deployments?.[0]?.id;
    expect(deployment).to.be.a("string");
    expect(task).to.include({ group: `service:${name}`, startedBy: deployment });
  });

  it("facts 2: a standalone task has the group family:FAMILY unless its starter says otherwise", async () => {
    const { cluster, member, family, arn } = await makeStandalone();
    expect((await describeTask(cluster, arn)).group).to.equal(`family:${family}`);
    const { tasks } = await aws.ecs.send(
      new StartTaskCommand({
        cluster,
        taskDefinition: family,
        containerInstances: [member.arn],
        group: "batch",
        startedBy: "operator",
      }),
    );
    expect(tasks?.[0]).to.include({ group: "batch", startedBy: "operator" });
  });

  it("facts 2: a bridge task's target is its instance with the host port that it was given", async () => {
    const targetGroupArn = await makeTargetGroup(aws);
    const { cluster, member } = await makeCluster(aws, 1);
    await makeService(aws, cluster, { targetGroupArn, desired: 2 });
    const tasks = await tasksOf(aws, cluster);
    const ports = tasks.map((task) => task.containers?.[0]?.networkBindings?.[0]?.hostPort ?? 0);
    expect(new Set(ports).size).to.equal(2);
    for (const port of ports) expect(port).to.be.within(32_768, 61_000);
    const targets = (await targetsOf(aws, targetGroupArn)).map(({ id, port }) => `${id}:${port}`);
    expect(targets).to.have.members(ports.map((port) => `${member.instanceId}:${port}`));
  });

  it("facts 2: a task in the network mode host shows none of the ports that it listens on", async () => {
    const targetGroupArn = await makeTargetGroup(aws);
    const { cluster, member } = await makeCluster(aws, 1);
    await makeService(aws, cluster, { targetGroupArn, networkMode: "host" });
    const [task] = await tasksOf(aws, cluster);
    expect(task?.lastStatus).to.equal("RUNNING");
    expect(task?.containers?.[0]?.networkBindings).to.deep.equal([]);
    expect((await targetsOf(aws, targetGroupArn)).map(({ id }) => id)).to.deep.equal([member.instanceId]);
  });

  it("facts 2: a task with its own network interface is a target by its own address", async () => {
    const targetGroupArn = await makeTargetGroup(aws, { type: "ip" });
    const { cluster } = await makeCluster(aws, 1);
    await makeService(aws, cluster, { targetGroupArn, networkMode: "awsvpc" });
    const [task] = await tasksOf(aws, cluster);
    const address = addressOf(task);
    expect(address).to.match(/^10\./);
    const targets = (await targetsOf(aws, targetGroupArn)).map(({ id, port }) => `${id}:${port}`);
    expect(targets).to.deep.equal([`${address}:3000`]);
  });

  it("facts 2: container instances are found by one or several EC2 instance ids", async () => {
    const { cluster, members } = await makeCluster(aws, 3);
    const [first, second] = members as [Member, Member];
    const one = await listInstances({ cluster, filter: `ec2InstanceId == ${first.instanceId}` });
    expect(one).to.deep.equal([first.arn]);
    const filter = `ec2InstanceId in ['${first.instanceId}', '${second.instanceId}']`;
    expect(await listInstances({ cluster, filter })).to.have.members([first.arn, second.arn]);
    expect(await listInstances({ cluster, filter: "ec2InstanceId == i-0fffffffffffffff0" })).to.deep.equal(
      [],
    );
  });

  it("facts 2: container instances of every status but INACTIVE are listed unless a status is asked for", async () => {
    const { cluster, members } = await makeCluster(aws, 3);
    const [draining, ended, active] = members as [Member, Member, Member];
    await drain(aws, cluster, draining);
    await terminate(aws, ended.instanceId);
    await aws.advance(60);
    expect(await listInstances({ cluster })).to.have.members([draining.arn, active.arn]);
    expect(await listInstances({ cluster, status: "DRAINING" })).to.deep.equal([draining.arn]);
  });

  it("facts 2: an ended instance is INACTIVE, still described, and listed no more", async () => {
    const { cluster, member, arn } = await makeStandalone();
    await terminate(aws, member.instanceId);
    await aws.advance(60);
    expect(await stateOf(aws, member.instanceId)).to.equal("gone");
    expect((await describeMember(aws, cluster, member)).status).to.equal("INACTIVE");
    expect(await listInstances({ cluster })).to.deep.equal([]);
    expect((await describeTask(cluster, arn)).lastStatus).to.equal("STOPPED");
  });
});
