import * as ecs from "@aws-sdk/client-ecs";
import { arn } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";
import { type Operation, operation } from "../../wire/operation.ts";
import type { EcsWorld } from "./clusters.ts";
import { atMost, ecsPage, onlyEc2 } from "./container-instance-operations.ts";
import { type Cluster, defaultPercents, idOf, type Service } from "./model.ts";
import { presentService } from "./present.ts";

const DEPLOYMENT = ["minimumHealthyPercent", "maximumPercent"].map(
  (each) => `deploymentConfiguration.${each}`,
);
const LOAD_BALANCER = ["targetGroupArn", "loadBalancerName", "containerName", "containerPort"].map(
  (each) => `loadBalancers[].${each}`,
);

/** The operations on services. */
export function serviceOperations(world: EcsWorld): Operation[] {
  const { clusters } = world;

  const create = (input: ecs.CreateServiceRequest) => {
    const cluster = clusters.byName(input.cluster);
    const name = input.serviceName as string;
    if (cluster.services.get(name)?.status === "ACTIVE") {
      throw new AwsError("InvalidParameterException", "Creation of service was not idempotent.");
    }
    onlyEc2(input.launchType);
    checkCount(input.desiredCount);
    const strategy = input.schedulingStrategy ?? "REPLICA";
    const defaults = defaultPercents(strategy);
    const service = clusters.createService(cluster, {
      name,
      strategy,
      definition: clusters.definition(input.taskDefinition ?? ""),
      desiredCount: strategy === "DAEMON" ? 0 : (input.desiredCount ?? 1),
      minimumHealthyPercent:
        input.deploymentConfiguration?.minimumHealthyPercent ?? defaults.minimumHealthyPercent,
      maximumPercent: input.deploymentConfiguration?.maximumPercent ?? defaults.maximumPercent,
      loadBalancers: (input.loadBalancers ?? []).map((each) => ({
        targetGroupArn: each.targetGroupArn,
        loadBalancerName: each.loadBalancerName,
        containerName: each.containerName ?? "",
        containerPort: each.containerPort ?? 0,
      })),
    });
    return { service: presentService(service, cluster) };
  };

  const update = (input: ecs.UpdateServiceRequest) => {
    const cluster = clusters.byName(input.cluster);
    const service = find(cluster, input.service as string);
    if (service.status !== "ACTIVE")
      throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
    checkCount(input.desiredCount);
    if (input.desiredCount !== undefined) service.desiredCount = input.desiredCount;
    service.minimumHealthyPercent =
      input.deploymentConfiguration?.minimumHealthyPercent ?? service.minimumHealthyPercent;
    service.maximumPercent = input.deploymentConfiguration?.maximumPercent ?? service.maximumPercent;
    if (input.taskDefinition) service.definition = clusters.definition(input.taskDefinition);
    if (input.taskDefinition || input.forceNewDeployment) clusters.redeploy(service);
    else clusters.changed(service);
    return { service: presentService(service, cluster) };
  };

  const describe = (input: ecs.DescribeServicesRequest) => {
    const cluster = clusters.byName(input.cluster);
    const names = atMost(input.services, 10, "services");
    const found = names.flatMap((each) => cluster.services.get(idOf(each)) ?? []);
    const missing = names.filter((each) => !cluster.services.has(idOf(each)));
    return {
      services: found.map((each) => presentService(each, cluster)),
      failures: missing.map((each) => ({
        arn: arn("ecs", `service/${cluster.name}/${idOf(each)}`),
        reason: "MISSING",
      })),
    };
  };

  const remove = (input: ecs.DeleteServiceRequest) => {
    const cluster = clusters.byName(input.cluster);
    const service = find(cluster, input.service as string);
    if (service.desiredCount > 0 && !input.force && service.strategy === "REPLICA") {
      throw new AwsError(
        "InvalidParameterException",
        "The service cannot be stopped while it is scaled above 0.",
      );
    }
    clusters.deleteService(service);
    return { service: presentService(service, cluster) };
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
        ...DEPLOYMENT,
        ...LOAD_BALANCER,
      ],
      create,
    ),
    operation(
      ecs.UpdateService$,
      ["cluster", "service", "desiredCount", "taskDefinition", "forceNewDeployment", ...DEPLOYMENT],
      update,
    ),
    operation(ecs.DescribeServices$, ["cluster", "services[]"], describe),
    operation(ecs.ListServices$, ["cluster", "maxResults", "nextToken"], (input: ecs.ListServicesRequest) => {
      const active = [...clusters.byName(input.cluster).services.values()].filter(
        (each) => each.status === "ACTIVE",
      );
      const { items, next } = ecsPage(active, { ...input, maxResults: input.maxResults ?? 10 });
      return { serviceArns: items.map((each) => each.arn), nextToken: next };
    }),
    operation(ecs.DeleteService$, ["cluster", "service", "force"], remove),
  ];
}

function checkCount(desiredCount: number | undefined): void {
  if (desiredCount === undefined || (Number.isInteger(desiredCount) && desiredCount >= 0)) return;
  throw new AwsError("InvalidParameterException", "desiredCount must be a whole number of at least 0.");
}

function find(cluster: Cluster, nameOrArn: string): Service {
  const service = cluster.services.get(idOf(nameOrArn));
  if (!service) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return service;
}
