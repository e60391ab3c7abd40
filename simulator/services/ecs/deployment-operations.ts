import * as ecs from "@aws-sdk/client-ecs";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { EcsWorld } from "./clusters.ts";
import { atMost, ecsPage, onlyEc2 } from "./container-instance-operations.ts";
import { hasTaskSets, revisionArn } from "./deployments.ts";
import type { Service, TaskSet } from "./model.ts";
import {
  presentBrief,
  presentDeployment,
  presentRevision,
  presentTaskSet,
  wantedTasksOf,
} from "./present-services.ts";
import { findService, LOAD_BALANCER, readLoadBalancer } from "./service-operations.ts";

/** The operations on service revisions, service deployments and task sets. */
export function deploymentOperations(world: EcsWorld): Operation[] {
  return [...revisionOperations(world), ...taskSetOperations(world)];
}

function revisionOperations({ clusters }: EcsWorld): Operation[] {
  const all = () => clusters.all.flatMap((cluster) => [...cluster.services.values()]);
  const ofEcs = () => all().filter((service) => !hasTaskSets(service));

  const describeRevisions = (input: ecs.DescribeServiceRevisionsRequest) => {
    const known = ofEcs().flatMap((service) =>
      service.versions.map((version) => ({ arn: revisionArn(service, version), version, service })),
    );
    const { found, failures } = lookUp(known, atMost(input.serviceRevisionArns, 20, "serviceRevisionArns"));
    return {
      serviceRevisions: found.map(({ version, service }) => presentRevision(version, service)),
      failures,
    };
  };

  const list = (input: ecs.ListServiceDeploymentsRequest, call: Call) => {
    const service = findService(clusters.byName(input.cluster), input.service as string);
    const found = [...service.rollouts].reverse();
    const { items, next } = ecsPage(
      found.filter(({ status }) => !input.status?.length || input.status.includes(status)),
      input,
      call,
    );
    return { serviceDeployments: items.map((each) => presentBrief(each, service)), nextToken: next };
  };

  const describe = (input: ecs.DescribeServiceDeploymentsRequest) => {
    const known = ofEcs().flatMap((service) =>
      service.rollouts.map((rollout) => ({ arn: rollout.arn, rollout, service })),
    );
    const { found, failures } = lookUp(
      known,
      atMost(input.serviceDeploymentArns, 20, "serviceDeploymentArns"),
    );
    return {
      serviceDeployments: found.map(({ rollout, service }) => presentDeployment(rollout, service)),
      failures,
    };
  };

  return [
    operation(ecs.DescribeServiceRevisions$, ["serviceRevisionArns[]"], describeRevisions),
    operation(
      ecs.ListServiceDeployments$,
      ["cluster", "service", "status[]", "maxResults", "nextToken"],
      list,
    ),
    operation(ecs.DescribeServiceDeployments$, ["serviceDeploymentArns[]"], describe),
  ];
}

function taskSetOperations({ clusters, agenda }: EcsWorld): Operation[] {
  const find = (input: { cluster: string | undefined; service: string | undefined }) => {
    const cluster = clusters.byName(input.cluster);
    const service = findService(cluster, input.service as string);
    if (service.status !== "ACTIVE")
      throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
    return service;
  };
  const present = (each: TaskSet, service: Service) => presentTaskSet(each, service, wantedTasksOf(service));

  const create = (input: ecs.CreateTaskSetRequest) => {
    const service = find(input);
    if (service.deployment !== "external") {
      throw new AwsError(
        "InvalidParameterException",
        "The service does not use the EXTERNAL deployment controller.",
      );
    }
    onlyEc2(input.launchType);
    const given = {
      definition: clusters.definition(input.taskDefinition as string),
      named: (input.loadBalancers ?? []).map(readLoadBalancer),
    };
    const version = clusters.deployments.makeVersion(service, given, undefined);
    const scale = input.scale?.value ?? 100;
    const taskSet = clusters.deployments.addTaskSet(service, version, scale, input.externalId);
    clusters.changed(service);
    return { taskSet: present(taskSet, service) };
  };

  const update = (input: ecs.UpdateTaskSetRequest) => {
    const service = find(input);
    const taskSet = named(service, input.taskSet as string);
    taskSet.scale = input.scale?.value ?? taskSet.scale;
    taskSet.updatedAt = agenda.now;
    clusters.changed(service);
    return { taskSet: present(taskSet, service) };
  };

  const setPrimary = (input: ecs.UpdateServicePrimaryTaskSetRequest) => {
    const service = find(input);
    const taskSet = named(service, input.primaryTaskSet as string);
    service.version = taskSet.version;
    taskSet.updatedAt = agenda.now;
    return { taskSet: present(taskSet, service) };
  };

  const remove = (input: ecs.DeleteTaskSetRequest) => {
    const service = find(input);
    const taskSet = named(service, input.taskSet as string);
    if (taskSet.scale > 0 && !input.force)
      throw new AwsError("InvalidParameterException", "The task set must be scaled down to 0 first.");
    taskSet.isDraining = true;
    taskSet.updatedAt = agenda.now;
    clusters.changed(service);
    return { taskSet: present(taskSet, service) };
  };

  const describe = (input: ecs.DescribeTaskSetsRequest) => {
    const service = find(input);
    const { taskSets } = service;
    const wanted = input.taskSets?.length ? input.taskSets : taskSets.map(({ arn }) => arn);
    const known = wanted.flatMap((name) => taskSets.filter((each) => isNamed(each, name)));
    const missing = wanted.filter((name) => !taskSets.some((each) => isNamed(each, name)));
    return {
      taskSets: known.map((each) => present(each, service)),
      failures: missing.map((arn) => ({ arn, reason: "MISSING" })),
    };
  };

  const own = ["cluster", "service"];
  return [
    operation(
      ecs.CreateTaskSet$,
      [...own, "taskDefinition", "externalId", "launchType", "scale.value", "scale.unit", ...LOAD_BALANCER],
      create,
    ),
    operation(ecs.UpdateTaskSet$, [...own, "taskSet", "scale.value", "scale.unit"], update),
    operation(ecs.UpdateServicePrimaryTaskSet$, [...own, "primaryTaskSet"], setPrimary),
    operation(ecs.DeleteTaskSet$, [...own, "taskSet", "force"], remove),
    operation(ecs.DescribeTaskSets$, [...own, "taskSets[]"], describe),
  ];
}

function named({ taskSets }: Service, nameOrArn: string): TaskSet {
  const found = taskSets.find((each) => isNamed(each, nameOrArn));
  if (!found) throw new AwsError("TaskSetNotFoundException", "The specified task set wasn't found.");
  return found;
}

function isNamed({ arn, version }: TaskSet, nameOrArn: string): boolean {
  return arn === nameOrArn || version.id === nameOrArn;
}

function lookUp<T extends { readonly arn: string }>(
  known: readonly T[],
  arns: readonly string[],
): { found: T[]; failures: ecs.Failure[] } {
  const found = arns.flatMap((arn) => known.find((each) => each.arn === arn) ?? []);
  const missing = arns.filter((arn) => !known.some((each) => each.arn === arn));
  return { found, failures: missing.map((arn) => ({ arn, reason: "MISSING" })) };
}
