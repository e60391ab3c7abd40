// Protects the explanations of a drain that stands still: the simulated ECS must say of a service what AWS says, in its
// words, because those are what an operator searches for.
import {
  DescribeServicesCommand,
  ListTasksCommand,
  StartTaskCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import {
  defineTask,
  describeTasks,
  drain,
  join,
  makeCluster,
  makeService,
  type ServiceWish,
  tasksOf,
} from "./clusters.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const STALLED =
  "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
const UNPLACED = "was unable to place a task because no container instance met all of its requirements.";
const MORE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

describe("ECS's services", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  const makeWorld = async (wish: ServiceWish) => {
    const { cluster, member } = await makeCluster(aws, 1);
    return { cluster, member, service: await makeService(aws, cluster, wish) };
  };
  const describeService = async (cluster: string, service: string) => {
    const { services } = await aws.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return services?.[0];
  };
  /** What a service said, the newest first, without its name. */
  const said = async (cluster: string, service: string) => {
    const { events = [] } = (await describeService(cluster, service)) ?? {};
    for (const { message } of events) expect(message).to.contain(`(service ${service}) `);
    return events.map(({ message = "" }) => message.replace(`(service ${service}) `, ""));
  };

  it("facts 2: a service tells what it does and when it is steady, the newest first", async () => {
    const { cluster, member, service } = await makeWorld({ percent: [0, 100] });
    await aws.ecs.send(
      new StopTaskCommand({ cluster, task: (await tasksOf(aws, cluster))[0]?.taskArn as string }),
    );
    await aws.advance(60);
    await join(aws, cluster, 1);
    await drain(aws, cluster, member);
    await aws.advance(120);
    const steady = "has reached a steady state.";
    const kinds = (await said(cluster, service)).map((each) =>
      each.replace(/\(task [0-9a-f]{32}\)/g, "(task)"),
    );
    expect(kinds).to.deep.equal([
      steady,
      "has started 1 tasks: (task).",
      "has stopped 1 running tasks: (task).",
      steady,
      "has started 1 tasks: (task).",
      steady,
      "has started 1 tasks: (task).",
    ]);
  });

  it("facts 2: a service shows its last hundred events", async () => {
    const { cluster, service } = await makeWorld({ percent: [0, 100] });
    for (let i = 0; i < 60; i++) {
      const [task] = (await aws.ecs.send(new ListTasksCommand({ cluster }))).taskArns as [string];
      await aws.ecs.send(new StopTaskCommand({ cluster, task }));
      await aws.advance(360);
    }
    const { events = [] } = (await describeService(cluster, service)) ?? {};
    expect(events).to.have.lengthOf(100);
  });

  it("facts 2: a service whose percentages let nothing stop or start says so", async () => {
    for (const percent of [
      [100, 100],
      [50, 150],
    ] as const) {
      const { cluster, member, service } = await makeWorld({ percent });
      await join(aws, cluster, 1);
      await drain(aws, cluster, member);
      await aws.advance(600);
      expect((await said(cluster, service))[0]).to.equal(STALLED);
      expect(await describeService(cluster, service)).to.include({ runningCount: 1, pendingCount: 0 });
    }
  });

  it("facts 2: a service that finds no room for a task says which instance comes closest", async () => {
    const { cluster, member, service } = await makeWorld({});
    await drain(aws, cluster, member);
    await aws.advance(60);
    expect((await said(cluster, service))[0]).to.equal(
      `${UNPLACED} Reason: No Container Instances were found in your cluster. ${MORE}`,
    );
  });

  it("facts 2: a task that its instance started itself names it in startedBy, and DRAINING leaves it", async () => {
    const { cluster, member } = await makeCluster(aws, 1);
    const id = member.arn.split("/").at(-1) as string;
    const { tasks } = await aws.ecs.send(
      new StartTaskCommand({
        cluster,
        taskDefinition: await defineTask(aws),
        containerInstances: [id],
        startedBy: id,
      }),
    );
    const arn = tasks?.[0]?.taskArn as string;
    await drain(aws, cluster, member);
    await aws.advance(3600);
    const [task] = await describeTasks(aws, cluster, [arn]);
    expect(task).to.include({ startedBy: id, lastStatus: "RUNNING", desiredStatus: "RUNNING" });
    const listed = await aws.ecs.send(new ListTasksCommand({ cluster, startedBy: id }));
    expect(listed.taskArns).to.deep.equal([arn]);
  });

  it("facts 2: a service shows whether it is a daemon, and what it has running and pending", async () => {
    const { cluster } = await makeCluster(aws, 1);
    const service = await makeService(aws, cluster, { daemon: true, startSeconds: 3600 });
    expect(await describeService(cluster, service)).to.include({
      schedulingStrategy: "DAEMON",
      runningCount: 0,
      pendingCount: 1,
    });
    const replicas = await makeService(aws, cluster, { desired: 2 });
    expect(await describeService(cluster, replicas)).to.include({
      schedulingStrategy: "REPLICA",
      runningCount: 2,
      pendingCount: 0,
    });
  });
});
