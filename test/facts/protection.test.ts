// Protects the drain from wondering why a task stays: the simulated ECS must keep a protected task where it is, say so when
// it is asked, and let go of it in time.
import {
  GetTaskProtectionCommand,
  StartTaskCommand,
  UpdateServiceCommand,
  UpdateTaskProtectionCommand,
  type UpdateTaskProtectionRequest,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { defineTask, drain, join, makeCluster, makeService, tasksOf } from "./clusters.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

describe("ECS's task protection", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  /** A cluster whose one member runs a service's tasks. */
  const makeWorld = async (desired = 1) => {
    const { cluster, member } = await makeCluster(aws, 1);
    const service = await makeService(aws, cluster, { desired, percent: [0, 200] });
    const tasks = (await tasksOf(aws, cluster)).map(({ taskArn }) => taskArn as string);
    return { cluster, member, service, tasks };
  };
  const protect = (cluster: string, tasks: string[], more: Partial<UpdateTaskProtectionRequest> = {}) =>
    aws.ecs.send(new UpdateTaskProtectionCommand({ cluster, tasks, protectionEnabled: true, ...more }));
  const protectionOf = async (cluster: string, tasks: string[]) => {
    const { protectedTasks = [] } = await aws.ecs.send(new GetTaskProtectionCommand({ cluster, tasks }));
    return protectedTasks.map(({ protectionEnabled }) => protectionEnabled);
  };
  const runningOf = async (cluster: string) =>
    (await tasksOf(aws, cluster))
      .filter(({ desiredStatus }) => desiredStatus === "RUNNING")
      .map(({ taskArn }) => taskArn);

  it("facts 2: task protection lasts 120 minutes, or from 1 to 2880 as it is asked for", async () => {
    const { cluster, tasks } = await makeWorld();
    expect(await protectionOf(cluster, tasks)).to.deep.equal([false]);
    const { protectedTasks } = await protect(cluster, tasks);
    expect(protectedTasks?.[0]).to.include({ taskArn: tasks[0], protectionEnabled: true });
    await aws.advance(7199);
    expect(await protectionOf(cluster, tasks)).to.deep.equal([true]);
    await aws.advance(1);
    expect(await protectionOf(cluster, tasks)).to.deep.equal([false]);
    for (const expiresInMinutes of [0, 2881]) {
      const refusal = await refusalOf(protect(cluster, tasks, { expiresInMinutes }));
      expect(refusal.name).to.equal("InvalidParameterException");
    }
    await protect(cluster, tasks, { expiresInMinutes: 2880 });
    await protect(cluster, tasks, { expiresInMinutes: 1 });
    await aws.advance(60);
    expect(await protectionOf(cluster, tasks)).to.deep.equal([false]);
  });

  it("facts 2: a task that no service started cannot be protected", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    const taskDefinition = await defineTask(aws);
    const { tasks } = await aws.ecs.send(
      new StartTaskCommand({ cluster, taskDefinition, containerInstances: [member.arn] }),
    );
    const arn = tasks?.[0]?.taskArn as string;
    const answer = await protect(cluster, [arn]);
    expect(answer.failures).to.deep.equal([{ arn, reason: "TASK_NOT_VALID" }]);
  });

  it("facts 2: a protected task is spared when its service is scaled in or deployed", async () => {
    const { cluster, service, tasks } = await makeWorld(3);
    const spared = [tasks[2] as string];
    await protect(cluster, spared, { expiresInMinutes: 10 });
    await aws.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }));
    await aws.advance(120);
    expect(await runningOf(cluster)).to.deep.equal(spared);
    await aws.ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
    await aws.advance(420);
    expect(await runningOf(cluster)).to.include(spared[0]);
    expect(await runningOf(cluster)).to.have.lengthOf(2);
    await aws.advance(120);
    expect(await runningOf(cluster)).to.have.lengthOf(1);
    expect(await runningOf(cluster)).to.not.include(spared[0]);
  });

  it("facts 2: a protected task holds DRAINING until its protection ends", async () => {
    const { cluster, member, tasks } = await makeWorld();
    await join(aws, cluster, 1);
    await protect(cluster, tasks, { expiresInMinutes: 10 });
    await drain(aws, cluster, member);
    await aws.advance(590);
    expect(await runningOf(cluster)).to.include(tasks[0]);
    await protect(cluster, tasks, { protectionEnabled: false });
    await aws.advance(5);
    expect(await runningOf(cluster)).to.not.include(tasks[0]);
  });
});
