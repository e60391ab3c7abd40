import * as ecs from "@aws-sdk/client-ecs";
import { arn } from "../../kernel/account.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { EcsWorld } from "./clusters.ts";
import { CONSTRAINTS, readConstraints } from "./constraints.ts";
import { atMost, ecsPage, onlyEc2 } from "./container-instance-operations.ts";
import { hasTaskSets, type VersionGiven } from "./deployments.ts";
import { type Cluster, defaultPercents, idOf, type Service, type ServiceLoadBalancer } from "./model.ts";
import { presentService } from "./present-services.ts";
import { launchTypeOf } from "./task-operations.ts";

const DEPLOYMENT = ["minimumHealthyPercent", "maximumPercent", "strategy", "bakeTimeInMinutes"].map(
  (each) => `deploymentConfiguration.${each}`,
);
/** The paths of the load balancers of a service or a task set. */
export const LOAD_BALANCER = [
  ...["targetGroupArn", "loadBalancerName", "containerName", "containerPort"],
  ...["alternateTargetGroupArn", "productionListenerRule", "testListenerRule", "roleArn"].map(
    (each) => `advancedConfiguration.${each}`,
  ),
].map((each) => `loadBalancers[].${each}`);

/** The strategy of a kind of deployment that ECS controls. */
const STRATEGIES: Partial<Record<Service["deployment"], ecs.DeploymentStrategy>> = {
  rolling: "ROLLING",
  blue_green: "BLUE_GREEN",
};

/** The operations on services. */
export function serviceOperations(world: EcsWorld): Operation[] {
  const { clusters } = world;

  const create = (input: ecs.CreateServiceRequest) => {
    const cluster = clusters.byName(input.cluster);
    const name = input.serviceName as string;
    if (cluster.services.get(name)?.status === "ACTIVE") {
      throw new AwsError("InvalidParameterException", "Creation of service was not idempotent.");
    }
    checkCount(input.desiredCount);
    const strategy = input.schedulingStrategy ?? "REPLICA";
    const defaults = defaultPercents(strategy);
    const deployment = deploymentOf(input);
    const version = deployment === "external" ? undefined : versionGiven(clusters, input);
    if (!version) onlyEc2(input.launchType);
    const service = clusters.createService(cluster, {
      name,
      strategy,
      deployment,
      launchType: version ? launchTypeOf(input.launchType, version.definition) : "EC2",
      constraints: readConstraints(input.placementConstraints),
      bakeSeconds: (input.deploymentConfiguration?.bakeTimeInMinutes ?? 0) * 60,
      desiredCount: strategy === "DAEMON" ? 0 : (input.desiredCount ?? 1),
      minimumHealthyPercent:
        input.deploymentConfiguration?.minimumHealthyPercent ?? defaults.minimumHealthyPercent,
      maximumPercent: input.deploymentConfiguration?.maximumPercent ?? defaults.maximumPercent,
      ...(version ? { version } : {}),
    });
    return { service: presentService(service) };
  };

  const update = (input: ecs.UpdateServiceRequest) => {
    const cluster = clusters.byName(input.cluster);
    const service = findService(cluster, input.service as string);
    if (service.status !== "ACTIVE")
      throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
    checkCount(input.desiredCount);
    const isReplaced = input.taskDefinition || input.forceNewDeployment || input.loadBalancers;
    if (isReplaced && hasTaskSets(service)) {
      throw new AwsError(
        "InvalidParameterException",
        `Unable to update ${input.loadBalancers ? "load balancers" : "task definition"} on services with a ${service.deployment === "external" ? "EXTERNAL" : "CODE_DEPLOY"} deployment controller.`,
      );
    }
    const { strategy = STRATEGIES[service.deployment], bakeTimeInMinutes } =
      input.deploymentConfiguration ?? {};
    if (strategy !== STRATEGIES[service.deployment])
      throw new NotSimulated(`a change of the deployment strategy to ${strategy}`);
    if (bakeTimeInMinutes !== undefined) service.bakeSeconds = bakeTimeInMinutes * 60;
    if (input.desiredCount !== undefined) service.desiredCount = input.desiredCount;
    service.minimumHealthyPercent =
      input.deploymentConfiguration?.minimumHealthyPercent ?? service.minimumHealthyPercent;
    service.maximumPercent = input.deploymentConfiguration?.maximumPercent ?? service.maximumPercent;
    if (isReplaced) {
      clusters.redeploy(service, {
        ...(input.taskDefinition ? { definition: clusters.definition(input.taskDefinition) } : {}),
        ...(input.loadBalancers ? { named: input.loadBalancers.map(readLoadBalancer) } : {}),
      });
    } else clusters.changed(service);
    return { service: presentService(service) };
  };

  const describe = (input: ecs.DescribeServicesRequest) => {
    const cluster = clusters.byName(input.cluster);
    const names = atMost(input.services, 10, "services");
    const found = names.flatMap((each) => cluster.services.get(idOf(each)) ?? []);
    const missing = names.filter((each) => !cluster.services.has(idOf(each)));
    return {
      services: found.map(presentService),
      failures: missing.map((each) => ({
        arn: arn("ecs", `service/${cluster.name}/${idOf(each)}`),
        reason: "MISSING",
      })),
    };
  };

  const remove = (input: ecs.DeleteServiceRequest) => {
    const cluster = clusters.byName(input.cluster);
    const service = findService(cluster, input.service as string);
    if (service.desiredCount > 0 && !input.force && service.strategy === "REPLICA") {
      throw new AwsError(
        "InvalidParameterException",
        "The service cannot be stopped while it is scaled above 0.",
      );
    }
    clusters.deleteService(service);
    return { service: presentService(service) };
  };

  return [
    operation(
      ecs.CreateService$,
      [
        "cluster",
        "serviceName",
        "taskDefinition",
        "desiredCount",
        "launchType",
        "schedulingStrategy",
        "deploymentController.type",
        ...CONSTRAINTS,
        ...DEPLOYMENT,
        ...LOAD_BALANCER,
      ],
      create,
    ),
    operation(
      ecs.UpdateService$,
      [
        "cluster",
        "service",
        "desiredCount",
        "taskDefinition",
        "forceNewDeployment",
        ...DEPLOYMENT,
        ...LOAD_BALANCER,
      ],
      update,
    ),
    operation(ecs.DescribeServices$, ["cluster", "services[]"], describe),
    operation(
      ecs.ListServices$,
      ["cluster", "maxResults", "nextToken"],
      (input: ecs.ListServicesRequest, call: Call) => {
        const active = [...clusters.byName(input.cluster).services.values()].filter(
          (each) => each.status === "ACTIVE",
        );
        const { items, next } = ecsPage(active, { ...input, maxResults: input.maxResults ?? 10 }, call);
        return { serviceArns: items.map((each) => each.arn), nextToken: next };
      },
    ),
    operation(ecs.DeleteService$, ["cluster", "service", "force"], remove),
  ];
}

function checkCount(desiredCount: number | undefined): void {
  if (desiredCount === undefined || (Number.isInteger(desiredCount) && desiredCount >= 0)) return;
  throw new AwsError("InvalidParameterException", "desiredCount must be a whole number of at least 0.");
}

/** A service of a cluster. Throws ServiceNotFoundException. */
export function findService(cluster: Cluster, nameOrArn: string): Service {
  const service = cluster.services.get(idOf(nameOrArn));
  if (!service) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return service;
}

/** A load balancer of a request in the simulator's terms. */
export function readLoadBalancer(each: ecs.LoadBalancer): ServiceLoadBalancer {
  return {
    targetGroupArn: each.targetGroupArn,
    loadBalancerName: each.loadBalancerName,
    containerName: each.containerName ?? "",
    containerPort: each.containerPort ?? 0,
    ...(each.advancedConfiguration ? { advancedConfiguration: each.advancedConfiguration } : {}),
  };
}

function versionGiven(
  clusters: EcsWorld["clusters"],
  { taskDefinition, loadBalancers = [] }: ecs.CreateServiceRequest,
): VersionGiven {
  return {
    definition: clusters.definition(taskDefinition ?? ""),
    named: loadBalancers.map(readLoadBalancer),
  };
}

function deploymentOf({
  deploymentController,
  deploymentConfiguration,
  schedulingStrategy,
}: ecs.CreateServiceRequest): Service["deployment"] {
  const { strategy = "ROLLING" } = deploymentConfiguration ?? {};
  const type = deploymentController?.type ?? "ECS";
  if (schedulingStrategy === "DAEMON" && type !== "ECS")
    throw new AwsError(
      "InvalidParameterException",
      "The DAEMON scheduling strategy does not support this deployment controller.",
    );
  if (type !== "ECS") return type === "EXTERNAL" ? "external" : "code_deploy";
  if (strategy === "ROLLING") return "rolling";
  if (strategy !== "BLUE_GREEN") throw new NotSimulated(`the deployment strategy ${strategy}`);
  return "blue_green";
}
