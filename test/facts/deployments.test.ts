// Protects how services replace their tasks where they do not do so in one target group: by blue/green, by task sets, or
// with other load balancers. A target of a task that still serves can be in a group that the service names no more.
import {
  CreateServiceCommand,
  type CreateServiceRequest,
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskSetsCommand,
  ListServiceDeploymentsCommand,
  type Service,
  UpdateServiceCommand,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { defineTask, makeCluster, tasksOf } from "./clusters.ts";
import { makeTargetGroup, targetsOf } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

/** A service's first tasks are healthy within this time. */
const HEALTHY_AFTER = 60;

describe("ECS's deployments", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  const makeWorld = async (
    change: (groups: readonly [string, string]) => Partial<CreateServiceRequest>,
  ): Promise<{ cluster: string; service: string; groups: readonly [string, string]; family: string }> => {
    const groups = [
      await makeTargetGroup(aws, { delaySeconds: 30 }),
      await makeTargetGroup(aws, { delaySeconds: 30 }),
    ] as const;
    const { cluster } = await makeCluster(aws, 1);
    const service = aws.unusedName("service");
    const family = await defineTask(aws, { containerPort: 3000 });
    await aws.ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: service,
        taskDefinition: family,
        desiredCount: 1,
        ...change(groups),
      }),
    );
    await aws.advance(HEALTHY_AFTER);
    return { cluster, service, groups, family };
  };
  const behind = (targetGroupArn: string, alternateTargetGroupArn?: string) => [
    {
      targetGroupArn,
      containerName: "main",
      containerPort: 3000,
      ...(alternateTargetGroupArn ? { advancedConfiguration: { alternateTargetGroupArn } } : {}),
    },
  ];
  const shown = async (cluster: string, service: string): Promise<Service> => {
    const { services } = await aws.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return services?.[0] as Service;
  };
  const redeploy = (cluster: string, service: string) =>
    aws.ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
  const countsIn = async (groups: readonly string[]) =>
    Promise.all(groups.map(async (each) => (await targetsOf(aws, each)).length));
  const blueGreen = (bakeTimeInMinutes: number) => (groups: readonly [string, string]) => ({
    loadBalancers: behind(...groups),
    deploymentConfiguration: { strategy: "BLUE_GREEN" as const, bakeTimeInMinutes },
  });

  it("facts 2: a blue/green deployment runs the new tasks in the alternate target group beside the old ones, until its bake time is over", async () => {
    const { cluster, service, groups } = await makeWorld(blueGreen(2));
    expect(await countsIn(groups)).to.deep.equal([1, 0]);
    await redeploy(cluster, service);
    await aws.advance(60);
    expect(await countsIn(groups)).to.deep.equal([1, 1]);
    expect((await tasksOf(aws, cluster)).filter((task) => task.lastStatus === "RUNNING")).to.have.length(2);
    await aws.advance(180);
    expect(await countsIn(groups)).to.deep.equal([0, 1]);
    await redeploy(cluster, service);
    await aws.advance(240);
    expect(await countsIn(groups)).to.deep.equal([1, 0]);
  });

  it("facts 2: a service names both target groups of blue/green all the time, and its service revisions the one that each uses", async () => {
    const { cluster, service, groups } = await makeWorld(blueGreen(2));
    const names = ({ loadBalancers = [] }: Service) =>
      loadBalancers.map((each) => [each.targetGroupArn, each.advancedConfiguration?.alternateTargetGroupArn]);
    await redeploy(cluster, service);
    await aws.advance(60);
    const during = await shown(cluster, service);
    const { serviceRevisions = [] } = await aws.ecs.send(
      new DescribeServiceRevisionsCommand({
        serviceRevisionArns: (during.currentServiceRevisions ?? []).map((each) => each.arn as string),
      }),
    );
    const used = serviceRevisions.map(
      (each) => each.resolvedConfiguration?.loadBalancers?.[0]?.targetGroupArn,
    );
    expect(used).to.deep.equal([groups[1], groups[0]]);
    expect(during.deploymentConfiguration).to.include({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 2 });
    await aws.advance(240);
    expect(names(during)).to.deep.equal([groups]);
    expect(names(await shown(cluster, service))).to.deep.equal([groups]);
  });

  it("facts 2: when a service's load balancers change, a task stays in its old target group until it is replaced", async () => {
    const { cluster, service, groups } = await makeWorld(([first]) => ({ loadBalancers: behind(first) }));
    await aws.ecs.send(new UpdateServiceCommand({ cluster, service, loadBalancers: behind(groups[1]) }));
    const { loadBalancers } = await shown(cluster, service);
    expect(loadBalancers?.map((each) => each.targetGroupArn)).to.deep.equal([groups[1]]);
    expect(await countsIn(groups)).to.deep.equal([1, 0]);
    await aws.advance(90);
    expect(await countsIn(groups)).to.deep.equal([0, 1]);
    await aws.ecs.send(new UpdateServiceCommand({ cluster, service, loadBalancers: [] }));
    await aws.advance(120);
    expect(await countsIn(groups)).to.deep.equal([0, 0]);
  });

  it("facts 2: a service of CodeDeploy or of an external controller takes no load balancers by UpdateService", async () => {
    for (const type of ["CODE_DEPLOY", "EXTERNAL"] as const) {
      const { cluster, service, groups } = await makeWorld(([first]) => ({
        deploymentController: { type },
        ...(type === "CODE_DEPLOY" ? { loadBalancers: behind(first) } : {}),
      }));
      const refusal = await refusalOf(
        aws.ecs.send(new UpdateServiceCommand({ cluster, service, loadBalancers: behind(groups[1]) })),
      );
      expect(refusal.name).to.equal("InvalidParameterException");
    }
  });

  const makeTaskSet = async (
    { cluster, service, family }: { cluster: string; service: string; family: string },
    targetGroupArn: string,
    value = 100,
  ) => {
    const { taskSet } = await aws.ecs.send(
      new CreateTaskSetCommand({
        cluster,
        service,
        taskDefinition: family,
        loadBalancers: behind(targetGroupArn),
        scale: { unit: "PERCENT", value },
      }),
    );
    return taskSet?.id as string;
  };
  const external = () => ({ deploymentController: { type: "EXTERNAL" as const } });

  it("facts 2: with an external controller the task sets name the load balancers, and the service none", async () => {
    const world = await makeWorld(external);
    const { cluster, service, groups } = world;
    const first = await makeTaskSet(world, groups[0]);
    await aws.ecs.send(new UpdateServicePrimaryTaskSetCommand({ cluster, service, primaryTaskSet: first }));
    await makeTaskSet(world, groups[1]);
    await aws.advance(HEALTHY_AFTER);
    const { loadBalancers, taskSets = [], deployments } = await shown(cluster, service);
    expect({ loadBalancers, deployments }).to.deep.equal({ loadBalancers: [], deployments: [] });
    expect(
      taskSets.map(({ status, loadBalancers: own }) => [status, own?.[0]?.targetGroupArn]),
    ).to.deep.equal([
      ["PRIMARY", groups[0]],
      ["ACTIVE", groups[1]],
    ]);
    expect(await countsIn(groups)).to.deep.equal([1, 1]);
  });

  it("facts 2: a task set's id is its tasks' startedBy, and a deleted one's tasks are stopped", async () => {
    const world = await makeWorld(external);
    const { cluster, service, groups } = world;
    const taskSet = await makeTaskSet(world, groups[0], 0);
    expect(await tasksOf(aws, cluster)).to.deep.equal([]);
    await aws.ecs.send(
      new UpdateTaskSetCommand({ cluster, service, taskSet, scale: { unit: "PERCENT", value: 100 } }),
    );
    await aws.advance(HEALTHY_AFTER);
    const [task] = await tasksOf(aws, cluster);
    expect(task).to.include({ startedBy: taskSet, group: `service:${service}`, lastStatus: "RUNNING" });
    await aws.ecs.send(new DeleteTaskSetCommand({ cluster, service, taskSet, force: true }));
    const { taskSets = [] } = await aws.ecs.send(new DescribeTaskSetsCommand({ cluster, service }));
    expect(taskSets[0]).to.include({ status: "DRAINING", computedDesiredCount: 0 });
    await aws.advance(90);
    expect((await tasksOf(aws, cluster))[0]).to.include({ lastStatus: "STOPPED" });
    expect((await aws.ecs.send(new DescribeTaskSetsCommand({ cluster, service }))).taskSets).to.deep.equal(
      [],
    );
  });

  it("facts 2: the deployments of a service are listed, the newest first", async () => {
    const { cluster, service } = await makeWorld(blueGreen(1));
    await redeploy(cluster, service);
    await aws.advance(10);
    const { serviceDeployments = [] } = await aws.ecs.send(
      new ListServiceDeploymentsCommand({ cluster, service }),
    );
    expect(serviceDeployments.map(({ status }) => status)).to.deep.equal(["IN_PROGRESS", "SUCCESSFUL"]);
    const { serviceDeployments: described = [] } = await aws.ecs.send(
      new DescribeServiceDeploymentsCommand({
        serviceDeploymentArns: serviceDeployments.map((each) => each.serviceDeploymentArn as string),
      }),
    );
    expect(described[0]).to.include({ lifecycleStage: "SCALE_UP" });
    expect(described[0]?.sourceServiceRevisions?.[0]?.arn).to.equal(
      serviceDeployments[1]?.targetServiceRevisionArn,
    );
  });
});
