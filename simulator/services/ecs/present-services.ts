import type * as ecs from "@aws-sdk/client-ecs";
import { countOf, hasTaskSets, revisionArn, wantedVersions } from "./deployments.ts";
import {
  clusterArn,
  type Rollout,
  type Service,
  type ServiceLoadBalancer,
  type Task,
  type TaskSet,
  type Version,
} from "./model.ts";

const CONTROLLERS = {
  rolling: "ECS",
  blue_green: "ECS",
  code_deploy: "CODE_DEPLOY",
  external: "EXTERNAL",
} as const satisfies Record<Service["deployment"], ecs.DeploymentControllerType>;

/** A service as DescribeServices shows it. */
export function presentService(service: Service): ecs.Service {
  const { version, deployment } = service;
  const wanted = wantedTasksOf(service);
  const byTaskSets = hasTaskSets(service);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: clusterArn(service.cluster),
    status: service.status,
    desiredCount: service.desiredCount,
    ...counts(wanted),
    launchType: service.launchType,
    schedulingStrategy: service.strategy,
    taskDefinition: version?.definition.arn,
    createdAt: new Date(service.createdAt),
    deploymentController: { type: CONTROLLERS[deployment] },
    deploymentConfiguration: configurationOf(service),
    // With an external controller, only the task sets name load balancers.
    loadBalancers: loadBalancersOf(deployment === "external" ? [] : (version?.named ?? [])),
    placementConstraints: service.constraints.map(({ type, expression }) => ({ type, expression })),
    placementStrategy: [],
    deployments: byTaskSets ? [] : presentDeployments(service, wanted),
    taskSets: byTaskSets ? service.taskSets.map((each) => presentTaskSet(each, service, wanted)) : [],
    ...(byTaskSets ? {} : presentRevisions(service, wanted)),
    events: service.events.map(({ id, at, message }) => ({ id, createdAt: new Date(at), message })).reverse(),
  };
}

/** A task set as DescribeTaskSets and DescribeServices show it. */
export function presentTaskSet(each: TaskSet, service: Service, wanted: readonly Task[]): ecs.TaskSet {
  const { version, isDraining, updatedAt } = each;
  const tasks = wanted.filter((task) => task.version === version);
  const desired = isDraining ? 0 : countOf(service, each);
  const isPrimary = version === service.version;
  const running = counts(tasks);
  return {
    id: version.id,
    taskSetArn: each.arn,
    serviceArn: service.arn,
    clusterArn: clusterArn(service.cluster),
    ...(service.deployment === "code_deploy" ? { startedBy: "CODE_DEPLOY" } : {}),
    externalId: each.externalId,
    status: isDraining ? "DRAINING" : isPrimary ? "PRIMARY" : "ACTIVE",
    taskDefinition: version.definition.arn,
    computedDesiredCount: desired,
    ...running,
    launchType: service.launchType,
    loadBalancers: loadBalancersOf(version.loadBalancers),
    scale: { value: each.scale, unit: "PERCENT" },
    stabilityStatus: running.runningCount === desired ? "STEADY_STATE" : "STABILIZING",
    createdAt: new Date(version.createdAt),
    updatedAt: new Date(updatedAt),
  };
}

/** A version of a service as DescribeServiceRevisions shows it. */
export function presentRevision(version: Version, service: Service): ecs.ServiceRevision {
  return {
    serviceRevisionArn: revisionArn(service, version),
    serviceArn: service.arn,
    clusterArn: clusterArn(service.cluster),
    taskDefinition: version.definition.arn,
    launchType: service.launchType,
    loadBalancers: loadBalancersOf(version.named),
    createdAt: new Date(version.createdAt),
    resolvedConfiguration: {
      loadBalancers: version.loadBalancers.flatMap(({ targetGroupArn }, i) => {
        const productionListenerRule = version.named[i]?.advancedConfiguration?.productionListenerRule;
        return targetGroupArn ? [{ targetGroupArn, productionListenerRule }] : [];
      }),
    },
  };
}

/** A deployment as ListServiceDeployments shows it. */
export function presentBrief(rollout: Rollout, service: Service): ecs.ServiceDeploymentBrief {
  const { arn, to, startedAt, finishedAt, status } = rollout;
  return {
    serviceDeploymentArn: arn,
    serviceArn: service.arn,
    clusterArn: clusterArn(service.cluster),
    startedAt: new Date(startedAt),
    createdAt: new Date(startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: new Date(finishedAt) }),
    targetServiceRevisionArn: revisionArn(service, to),
    status,
  };
}

/** A deployment as DescribeServiceDeployments shows it. */
export function presentDeployment(rollout: Rollout, service: Service): ecs.ServiceDeployment {
  const { targetServiceRevisionArn: _, ...brief } = presentBrief(rollout, service);
  const wanted = wantedTasksOf(service);
  const { from, to, status, stage } = rollout;
  const isUnderWay = status === "IN_PROGRESS" && service.deployment === "blue_green";
  return {
    ...brief,
    sourceServiceRevisions: from ? [presentSummary(from, service, wanted)] : [],
    targetServiceRevision: presentSummary(to, service, wanted),
    ...(isUnderWay ? { lifecycleStage: stage } : {}),
    deploymentConfiguration: configurationOf(service),
  };
}

/** The tasks of a service that are to run. */
export function wantedTasksOf(service: Service): Task[] {
  return service.versions
    .flatMap((version) => [...version.tasks])
    .filter((task) => task.desiredStatus.latest === "RUNNING");
}

function configurationOf(service: Service): ecs.DeploymentConfiguration {
  const { minimumHealthyPercent, maximumPercent, deployment, bakeSeconds } = service;
  return {
    minimumHealthyPercent,
    maximumPercent,
    ...(deployment === "rolling" ? { strategy: "ROLLING" as const } : {}),
    ...(deployment === "blue_green"
      ? { strategy: "BLUE_GREEN" as const, bakeTimeInMinutes: Math.ceil(bakeSeconds / 60) }
      : {}),
  };
}

// The versions that still have tasks to run are ACTIVE ones, until the primary one has replaced them.
function presentDeployments(service: Service, wanted: readonly Task[]): ecs.Deployment[] {
  return versionsOf(service, wanted).map((version) => {
    const isPrimary = version === service.version;
    return {
      id: version.id,
      status: isPrimary ? "PRIMARY" : "ACTIVE",
      taskDefinition: version.definition.arn,
      desiredCount: wantedCount(service, version),
      ...counts(wanted.filter((task) => task.version === version)),
      createdAt: new Date(version.createdAt),
    };
  });
}

function presentRevisions(service: Service, wanted: readonly Task[]): Partial<ecs.Service> {
  const last = service.rollouts.at(-1);
  return {
    ...(last?.status === "IN_PROGRESS" ? { currentServiceDeployment: last.arn } : {}),
    currentServiceRevisions: versionsOf(service, wanted).map((each) => presentSummary(each, service, wanted)),
  };
}

function presentSummary(version: Version, service: Service, wanted: readonly Task[]) {
  const { runningCount, pendingCount } = counts(wanted.filter((task) => task.version === version));
  return {
    arn: revisionArn(service, version),
    requestedTaskCount: wantedCount(service, version),
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
  };
}

function versionsOf(service: Service, wanted: readonly Task[]): Version[] {
  const all = [service.version, ...wanted.map((task) => task.version)];
  return [...new Set(all.flatMap((each) => each ?? []))];
}

function wantedCount(service: Service, version: Version): number {
  return wantedVersions(service).find((each) => each.version === version)?.count ?? 0;
}

function counts(tasks: readonly Task[]): { runningCount: number; pendingCount: number } {
  const runningCount = tasks.filter((task) => task.lastStatus.latest === "RUNNING").length;
  return { runningCount, pendingCount: tasks.length - runningCount };
}

function loadBalancersOf(all: readonly ServiceLoadBalancer[]): ecs.LoadBalancer[] {
  return all.map((each) => ({ ...each }));
}
