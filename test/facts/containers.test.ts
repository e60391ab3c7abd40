// Protects how tasks of several containers end, and where tasks run at all: the last container decides when an instance is
// empty, and a task on Fargate is on none.
import {
  CreateServiceCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { defineTask, describeTasks, makeCluster, tasksOf } from "./clusters.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

describe("facts: ECS containers and placement", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  type Wish = { stop: number; timeout?: number; run?: number; essential?: boolean; dependsOn?: string };

  /** Runs a task of these containers, waits until it is RUNNING, and returns its cluster and its ARN. */
  const runTask = async (wishes: Record<string, Wish>) => {
    const { cluster } = await makeCluster(aws, 1);
    const family = aws.unusedName("family");
    await aws.ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        containerDefinitions: Object.entries(wishes).map(([name, wish]) => ({
          name,
          image: "image",
          ...(wish.essential === undefined ? {} : { essential: wish.essential }),
          ...(wish.timeout === undefined ? {} : { stopTimeout: wish.timeout }),
          ...(wish.dependsOn === undefined
            ? {}
            : { dependsOn: [{ containerName: wish.dependsOn, condition: "START" as const }] }),
          dockerLabels: {
            "simulator.stop-seconds": String(wish.stop),
            ...(wish.run === undefined ? {} : { "simulator.run-seconds": String(wish.run) }),
          },
        })),
      }),
    );
    const { tasks } = await aws.ecs.send(new RunTaskCommand({ cluster, taskDefinition: family }));
    await aws.advance(10);
    return { cluster, arn: tasks?.[0]?.taskArn as string };
  };
  const look = async ({ cluster, arn }: { cluster: string; arn: string }) => {
    const [task] = await describeTasks(aws, cluster, [arn]);
    return {
      status: task?.lastStatus,
      containers: Object.fromEntries(
        (task?.containers ?? []).map((each) => [each.name, [each.lastStatus, each.exitCode]]),
      ),
    };
  };
  const stop = ({ cluster, arn }: { cluster: string; arn: string }) =>
    aws.ecs.send(new StopTaskCommand({ cluster, task: arn }));

  it("facts 2: a container gets SIGTERM after those that depend on it have exited, and SIGKILL after its own stop timeout", async () => {
    const task = await runTask({
      proxy: { stop: 500, timeout: 40 },
      main: { stop: 10, dependsOn: "proxy" },
    });
    await stop(task);
    await aws.advance(20);
    expect(await look(task)).to.deep.equal({
      status: "STOPPING",
      containers: { main: ["STOPPED", 0], proxy: ["STOPPING", undefined] },
    });
    await aws.advance(25);
    expect((await look(task)).status).to.equal("STOPPING");
    await aws.advance(10);
    expect(await look(task)).to.deep.equal({
      status: "STOPPED",
      containers: { main: ["STOPPED", 0], proxy: ["STOPPED", 137] },
    });
  });

  it("facts 2: a task goes on when a container that is not essential exits, and stops when an essential one does", async () => {
    const goesOn = await runTask({ main: { stop: 5 }, job: { stop: 5, run: 15, essential: false } });
    const stops = await runTask({ main: { stop: 5 }, job: { stop: 5, run: 15 } });
    await aws.advance(30);
    expect(await look(goesOn)).to.deep.equal({
      status: "RUNNING",
      containers: { main: ["RUNNING", undefined], job: ["STOPPED", 0] },
    });
    expect((await look(stops)).status).to.equal("STOPPED");
  });

  it("facts 2: containers that depend on each other, or none that is essential, are a ClientException", async () => {
    const define = (containers: [string, Record<string, unknown>][]) =>
      aws.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: aws.unusedName("family"),
          containerDefinitions: containers.map(([name, more]) => ({ name, image: "image", ...more })),
        }),
      );
    const on = (containerName: string) => ({ dependsOn: [{ containerName, condition: "START" }] });
    const circle = await refusalOf(
      define([
        ["a", on("b")],
        ["b", on("a")],
      ]),
    );
    const none = await refusalOf(define([["a", { essential: false }]]));
    expect([circle.name, none.name]).to.deep.equal(["ClientException", "ClientException"]);
  });

  it("facts 2: a task on Fargate has no container instance, and needs the network mode awsvpc", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    const run = async (networkMode: "awsvpc" | "bridge", more: Partial<RunTaskCommandInput>) =>
      aws.ecs.send(
        new RunTaskCommand({ cluster, taskDefinition: await defineTask(aws, { networkMode }), ...more }),
      );
    const { tasks = [] } = await run("awsvpc", { launchType: "FARGATE" });
    await run("awsvpc", {});
    expect(tasks[0]).to.include({ launchType: "FARGATE" }).and.not.have.property("containerInstanceArn");
    const onMember = await tasksOf(aws, cluster, { containerInstance: member.arn });
    expect(onMember.map(({ launchType }) => launchType)).to.deep.equal(["EC2"]);
    const listed = await aws.ecs.send(new ListTasksCommand({ cluster, launchType: "FARGATE" }));
    expect(listed.taskArns).to.deep.equal(tasks.map(({ taskArn }) => taskArn));
    expect((await refusalOf(run("bridge", { launchType: "FARGATE" }))).name).to.equal(
      "InvalidParameterException",
    );
  });

  it("facts 2: placement constraints keep a service's tasks from instances, and it says so", async () => {
    const { cluster } = await makeCluster(aws, 2);
    const makeService = async (type: "distinctInstance" | "memberOf", expression?: string) => {
      const serviceName = aws.unusedName("service");
      await aws.ecs.send(
        new CreateServiceCommand({
          cluster,
          serviceName,
          taskDefinition: await defineTask(aws),
          desiredCount: 3,
          placementConstraints: [{ type, ...(expression === undefined ? {} : { expression }) }],
        }),
      );
      await aws.advance(60);
      const { services } = await aws.ecs.send(
        new DescribeServicesCommand({ cluster, services: [serviceName] }),
      );
      return services?.[0];
    };
    const distinct = await makeService("distinctInstance");
    expect(distinct?.runningCount).to.equal(2);
    expect(JSON.stringify(distinct?.events)).to.match(/was unable to place a task .*DistinctInstance/);
    const member = await makeService("memberOf", "attribute:role == web");
    expect(member?.runningCount).to.equal(0);
    expect(JSON.stringify(member?.events)).to.match(/was unable to place a task .*MemberOf/);
    expect(member?.placementConstraints).to.deep.equal([
      { type: "memberOf", expression: "attribute:role == web" },
    ]);
  });
});
