// Protects what DRAINING does: the simulated ECS must empty an instance within a service's percentages, in AWS's order,
// and must stall where AWS stalls, because a drain that looks finished or hopeful too early costs users their requests.
import {
  DescribeServicesCommand,
  RunTaskCommand,
  StartTaskCommand,
  StopTaskCommand,
  type Task,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import {
  defineTask,
  describeMember,
  describeTasks,
  drain,
  join,
  type Member,
  makeCluster,
  makeService,
  type ServiceWish,
  tasksOf,
} from "./clusters.ts";
import { makeTargetGroup, targetsOf } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const SIX_HOURS = 21_600;
/** Long enough for every drain that makes progress. */
const PATIENCE = 300;

describe("ECS's draining", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  /** A cluster whose one member runs a service's tasks; then, unless told otherwise, a spare member joins. */
  const makeWorld = async (wish: ServiceWish, spares = 1) => {
    const { cluster, member } = await makeCluster(aws, 1);
    const serviceName = await makeService(aws, cluster, wish);
    const old = await tasksOf(aws, cluster);
    const [spare] = spares === 0 ? [] : await join(aws, cluster, spares);
    return { cluster, member, serviceName, old, spare };
  };
  const isOn = (member: Member | undefined) => (task: Task) => task.containerInstanceArn === member?.arn;
  const seconds = (time: Date | undefined) => (time as Date).getTime() / 1000;
  const isWanted = (task: Task) => task.desiredStatus === "RUNNING";
  /** Looks at a service's tasks every second until those given have stopped. Fails when they never do. */
  const watchUntilStopped = async (
    cluster: string,
    leaving: readonly Task[],
    look: (tasks: Task[]) => Promise<void> | void,
  ) => {
    for (let second = 0; second < PATIENCE; second++) {
      const tasks = await tasksOf(aws, cluster);
      await look(tasks);
      const left = tasks.filter((task) => leaving.some(({ taskArn }) => taskArn === task.taskArn));
      if (left.length > 0 && left.every((task) => task.lastStatus === "STOPPED")) return tasks;
      await aws.advance(1);
    }
    throw new Error(`the drain made no progress in ${PATIENCE} seconds`);
  };

  it("facts 2: a minimum and a maximum of 100 percent never let the drain progress", async () => {
    const { cluster, member, old } = await makeWorld({ percent: [100, 100] });
    await drain(aws, cluster, member);
    await aws.advance(SIX_HOURS);
    const tasks = await tasksOf(aws, cluster);
    expect(tasks.map((task) => task.taskArn)).to.deep.equal(old.map((task) => task.taskArn));
    expect(tasks[0]).to.include({ lastStatus: "RUNNING", desiredStatus: "RUNNING" });
  });

  it("facts 2: with a minimum of 100 percent a task waits until its replacement has run for 40 seconds", async () => {
    const { cluster, member, old, spare } = await makeWorld({ percent: [100, 200] });
    await drain(aws, cluster, member);
    const tasks = await watchUntilStopped(cluster, old, () => {});
    const replacement = tasks.find(isOn(spare));
    const [stopped] = tasks.filter(isOn(member));
    const waited = seconds(stopped?.stoppingAt) - seconds(replacement?.startedAt);
    expect(waited).to.be.within(40, 50);
  });

  it("facts 2: behind a target group a task waits until its replacement's target is healthy", async () => {
    const targetGroupArn = await makeTargetGroup(aws, { delaySeconds: 10 });
    const { cluster, member, old, spare } = await makeWorld({ percent: [100, 200], targetGroupArn });
    await drain(aws, cluster, member);
    const seen = new Set<string>();
    await watchUntilStopped(cluster, old, async (tasks) => {
      const targets = await targetsOf(aws, targetGroupArn);
      const replacement = targets.find(({ id }) => id === spare?.instanceId)?.state ?? "none";
      const wish = tasks.find(isOn(member))?.desiredStatus;
      seen.add(`${replacement}, old task ${wish}`);
    });
    expect([...seen]).to.have.ordered.members([
      "none, old task RUNNING",
      "initial, old task RUNNING",
      "healthy, old task RUNNING",
      "healthy, old task STOPPED",
    ]);
  });

  it("facts 2: with a minimum of 100 percent and no room for a replacement the drain never progresses", async () => {
    const { cluster, member, serviceName } = await makeWorld({ percent: [100, 200] }, 0);
    await drain(aws, cluster, member);
    await aws.advance(SIX_HOURS);
    const tasks = await tasksOf(aws, cluster);
    expect(tasks.map((task) => task.lastStatus)).to.deep.equal(["RUNNING"]);
    const { services } = await aws.ecs.send(
      new DescribeServicesCommand({ cluster, services: [serviceName] }),
    );
    expect(services?.[0]?.events?.[0]?.message).to.match(/was unable to place a task/);
  });

  it("facts 2: with a maximum of 100 percent a task stops before its replacement starts", async () => {
    const { cluster, member, old, spare } = await makeWorld({ desired: 2, percent: [50, 100] });
    await drain(aws, cluster, member);
    const tasks = await watchUntilStopped(cluster, old, (now) => {
      expect(now.filter(isWanted).length).to.be.at.most(2);
    });
    const firstStop = Math.min(...tasks.filter(isOn(member)).map((task) => seconds(task.stoppingAt)));
    const firstStart = Math.min(...tasks.filter(isOn(spare)).map((task) => seconds(task.createdAt)));
    expect(firstStart).to.be.at.least(firstStop);
  });

  it("facts 2: the minimum healthy percent is rounded up to whole tasks", async () => {
    // Half of three is two, so one at a time may stop.
    const { cluster, member, old } = await makeWorld({ desired: 3, percent: [50, 100] });
    await drain(aws, cluster, member);
    let fewest = 3;
    await watchUntilStopped(cluster, old, (tasks) => {
      const running = tasks.filter((task) => isWanted(task) && task.lastStatus === "RUNNING");
      fewest = Math.min(fewest, running.length);
    });
    expect(fewest).to.equal(2);
  });

  it("facts 2: the maximum percent is rounded down to whole tasks", async () => {
    // One and a half times three is four, so one at a time may start beside them.
    const { cluster, member, old } = await makeWorld({ desired: 3, percent: [100, 150] });
    await drain(aws, cluster, member);
    let most = 3;
    await watchUntilStopped(cluster, old, (tasks) => {
      most = Math.max(most, tasks.filter(isWanted).length);
    });
    expect(most).to.equal(4);
  });

  it("facts 2: the percentages are 100 and 200 for replicas, and from 0 for daemons, unless given", async () => {
    const { cluster } = await makeCluster(aws, 1);
    const replicas = await makeService(aws, cluster, {});
    const daemons = await makeService(aws, cluster, { daemon: true });
    const { services = [] } = await aws.ecs.send(
      new DescribeServicesCommand({ cluster, services: [replicas, daemons] }),
    );
    const [replica, daemon] = services.map((each) => each.deploymentConfiguration);
    expect(replica).to.include({ minimumHealthyPercent: 100, maximumPercent: 200 });
    expect(daemon).to.include({ minimumHealthyPercent: 0 });
  });

  it("facts 2: a service's pending task on a DRAINING instance is stopped at once", async () => {
    const { cluster, member, old } = await makeWorld({ startSeconds: 3600 }, 0);
    expect(old.map((task) => task.lastStatus)).to.deep.equal(["PENDING"]);
    await drain(aws, cluster, member);
    await aws.advance(10);
    const [task] = await tasksOf(aws, cluster);
    expect(task).to.include({ lastStatus: "STOPPED", stopCode: "ServiceSchedulerInitiated" });
  });

  it("facts 2: nothing is placed on a DRAINING instance", async () => {
    const { cluster, members } = await makeCluster(aws, 2);
    const [draining, active] = members as [Member, Member];
    await drain(aws, cluster, draining);
    await makeService(aws, cluster, { desired: 4 });
    const taskDefinition = await defineTask(aws);
    await aws.ecs.send(new RunTaskCommand({ cluster, taskDefinition, count: 4 }));
    const tasks = await tasksOf(aws, cluster);
    expect(tasks.filter(isOn(active))).to.have.lengthOf(8);
    expect(tasks.filter(isOn(draining))).to.deep.equal([]);
    await drain(aws, cluster, active);
    const { tasks: placed, failures } = await aws.ecs.send(new RunTaskCommand({ cluster, taskDefinition }));
    expect(placed).to.deep.equal([]);
    expect(failures).to.have.lengthOf(1);
  });

  it("facts 2: a standalone task is untouched by DRAINING", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    const taskDefinition = await defineTask(aws);
    const { tasks = [] } = await aws.ecs.send(
      new StartTaskCommand({ cluster, taskDefinition, containerInstances: [member.arn] }),
    );
    const arn = tasks[0]?.taskArn as string;
    await drain(aws, cluster, member);
    await aws.advance(SIX_HOURS);
    const [untouched] = await describeTasks(aws, cluster, [arn]);
    expect(untouched).to.include({ lastStatus: "RUNNING", desiredStatus: "RUNNING" });
    await aws.ecs.send(new StopTaskCommand({ cluster, task: arn }));
    await aws.advance(10);
    expect((await describeTasks(aws, cluster, [arn]))[0]?.lastStatus).to.equal("STOPPED");
  });

  it("facts 2: a daemon stops once no replica is RUNNING, though one may still be STOPPING", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    const replicas = await makeService(aws, cluster, { percent: [100, 200], stopSeconds: 25 });
    const daemons = await makeService(aws, cluster, { daemon: true, stopSeconds: 1 });
    const old = await tasksOf(aws, cluster);
    await join(aws, cluster, 1);
    await drain(aws, cluster, member);
    const find = (tasks: Task[], name: string) =>
      tasks.find((task) => isOn(member)(task) && task.group === `service:${name}`) as Task;
    const tasks = await watchUntilStopped(cluster, old, (now) => {
      // The replica waits for its replacement, and the daemon waits for the replica.
      if (find(now, replicas).lastStatus !== "RUNNING") return;
      expect(find(now, daemons)).to.include({ desiredStatus: "RUNNING", lastStatus: "RUNNING" });
    });
    expect(find(tasks, daemons).stopCode).to.equal("ServiceSchedulerInitiated");
    expect(seconds(find(tasks, daemons).stoppedAt)).to.be.below(seconds(find(tasks, replicas).stoppedAt));
  });

  it("facts 2: more than 10 instances in UpdateContainerInstancesState are an error", async () => {
    const { cluster, members } = await makeCluster(aws, 11);
    const refusal = await refusalOf(drain(aws, cluster, ...members));
    expect(refusal.name).to.equal("InvalidParameterException");
    expect(refusal.message).to.equal("instanceIds can have at most 10 items.");
    expect((await describeMember(aws, cluster, members[0] as Member)).status).to.equal("ACTIVE");
    await drain(aws, cluster, ...members.slice(1));
    expect((await describeMember(aws, cluster, members[10] as Member)).status).to.equal("DRAINING");
  });

  it("facts 2: an unknown instance is a failure under status 200, and the others drain", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    const unknown = member.arn.replace(/[^/]+$/, "0".repeat(32));
    const { $metadata, failures } = await aws.ecs.send(
      new UpdateContainerInstancesStateCommand({
        cluster,
        containerInstances: [unknown, member.arn],
        status: "DRAINING",
      }),
    );
    expect($metadata.httpStatusCode).to.equal(200);
    expect(failures).to.deep.equal([{ arn: unknown, reason: "MISSING" }]);
    expect((await describeMember(aws, cluster, member)).status).to.equal("DRAINING");
  });

  it("facts 2: setting an instance DRAINING twice is accepted", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    await drain(aws, cluster, member);
    const request = { cluster, containerInstances: [member.arn], status: "DRAINING" as const };
    const { containerInstances, failures } = await aws.ecs.send(
      new UpdateContainerInstancesStateCommand(request),
    );
    expect(failures).to.deep.equal([]);
    expect(containerInstances?.[0]?.status).to.equal("DRAINING");
  });

  it("facts 2: an instance stays DRAINING until it is set ACTIVE", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    await drain(aws, cluster, member);
    await aws.advance(SIX_HOURS);
    expect((await describeMember(aws, cluster, member)).status).to.equal("DRAINING");
    const request = { cluster, containerInstances: [member.arn], status: "ACTIVE" as const };
    await aws.ecs.send(new UpdateContainerInstancesStateCommand(request));
    await makeService(aws, cluster, {});
    expect((await tasksOf(aws, cluster)).filter(isOn(member))).to.have.lengthOf(1);
  });
});
