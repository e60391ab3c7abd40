import * as ecs from "@aws-sdk/client-ecs";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import type { EcsWorld } from "./clusters.ts";
import { readFilter } from "./filter.ts";
import { type Cluster, type ContainerInstance, clusterArn, fullArn } from "./model.ts";
import { presentAttachments, presentCluster, presentContainerInstance, presentTags } from "./present.ts";

/** The operations on clusters and their container instances. */
export function containerInstanceOperations(world: EcsWorld): Operation[] {
  const { clusters } = world;

  const list = (input: ecs.ListContainerInstancesRequest, call: Call) => {
    const cluster = clusters.byName(input.cluster);
    const matches = input.filter ? readFilter(input.filter) : () => true;
    const found = [...cluster.containerInstances.values()].filter((each) => {
      const status = each.status.at(call.asOf);
      return (
        status !== undefined &&
        status !== "INACTIVE" &&
        (input.status ?? status) === status &&
        matches(each, call.asOf)
      );
    });
    const { items, next } = ecsPage(found, input, call);
    return { containerInstanceArns: items.map((each) => each.arn), nextToken: next };
  };

  const describe = (input: ecs.DescribeContainerInstancesRequest, call: Call) => {
    const cluster = clusters.byName(input.cluster);
    const { found, failures } = lookUp(
      cluster,
      atMost(input.containerInstances, 100, "instanceIds"),
      call.asOf,
    );
    return {
      containerInstances: found.map((each) => presentContainerInstance(each, cluster, call.asOf)),
      failures,
    };
  };

  const update = (input: ecs.UpdateContainerInstancesStateRequest, call: Call) => {
    const cluster = clusters.byName(input.cluster);
    const status = input.status as string;
    if (status !== "ACTIVE" && status !== "DRAINING") {
      throw new AwsError(
        "InvalidParameterException",
        "Container instance status should be one of [ACTIVE,DRAINING]",
      );
    }
    const { found, failures } = lookUp(
      cluster,
      atMost(input.containerInstances, 10, "instanceIds"),
      call.now,
    );
    const changed = found.filter(
      (each) => each.status.latest === "ACTIVE" || each.status.latest === "DRAINING",
    );
    for (const each of changed) clusters.setStatus(each, status, call.caller);
    const inactive = found
      .filter((each) => !changed.includes(each))
      .map((each) => ({ arn: each.arn, reason: "INACTIVE" }));
    return {
      containerInstances: changed.map((each) => presentContainerInstance(each, cluster, call.now)),
      failures: [...failures, ...inactive],
    };
  };

  const register = (input: ecs.RegisterContainerInstanceRequest) => {
    const cluster = clusters.byName(input.cluster);
    const instanceId = readIdentity(input.instanceIdentityDocument);
    if (world.instances.get(instanceId)?.state.latest !== "running") {
      throw new AwsError("ClientException", `The instance ${instanceId} does not run.`);
    }
    return {
      containerInstance: presentContainerInstance(
        clusters.join(cluster, instanceId),
        cluster,
        world.agenda.now,
      ),
    };
  };

  const deregister = (input: ecs.DeregisterContainerInstanceRequest, call: Call) => {
    const cluster = clusters.byName(input.cluster);
    const name = input.containerInstance as string;
    const each = named(cluster, name);
    if (!each) {
      throw new AwsError(
        "InvalidParameterException",
        "The specified container instance was not found. Specify a valid container instance and try again.",
      );
    }
    clusters.agents.deregister(each, input.force ?? false, call.caller);
    return { containerInstance: presentContainerInstance(each, cluster, world.agenda.now) };
  };

  return [
    operation(
      ecs.CreateCluster$,
      ["clusterName", "tags[].key", "tags[].value"],
      (input: ecs.CreateClusterRequest) => {
        const cluster = clusters.create(checkName(input.clusterName ?? "default"));
        for (const { key = "", value = "" } of input.tags ?? []) cluster.tags.set(key, value);
        return { cluster: presentCluster(cluster) };
      },
    ),
    operation(ecs.DeleteCluster$, ["cluster"], (input: ecs.DeleteClusterRequest) => {
      const cluster = clusters.byName(input.cluster);
      clusters.delete(cluster);
      return { cluster: presentCluster(cluster) };
    }),
    operation(
      ecs.ListClusters$,
      ["maxResults", "nextToken"],
      (input: ecs.ListClustersRequest, call: Call) => {
        const active = clusters.all.filter((each) => each.status === "ACTIVE");
        const { items, next } = ecsPage(active, input, call);
        return { clusterArns: items.map((each) => clusterArn(each.name)), nextToken: next };
      },
    ),
    operation(ecs.DescribeClusters$, ["clusters[]", "include[]"], (input: ecs.DescribeClustersRequest) => {
      const other = input.include?.find((field) => field !== "ATTACHMENTS" && field !== "TAGS");
      if (other) throw new NotSimulated(`the cluster field ${other}`);
      const names = atMost(input.clusters ?? ["default"], 100, "clusters");
      const known = names.flatMap((each) => clusters.find(each) ?? []);
      const missing = names.filter((each) => !clusters.find(each));
      return {
        clusters: known.map((each) => ({
          ...presentCluster(each),
          ...(input.include?.includes("ATTACHMENTS") ? presentAttachments(each) : {}),
          ...(input.include?.includes("TAGS") ? { tags: presentTags(each) } : {}),
        })),
        failures: missing.map((each) => ({ arn: fullArn(each, "cluster"), reason: "MISSING" })),
      };
    }),
    operation(ecs.ListContainerInstances$, ["cluster", "filter", "status", "maxResults", "nextToken"], list),
    operation(ecs.DescribeContainerInstances$, ["cluster", "containerInstances[]"], describe),
    operation(ecs.UpdateContainerInstancesState$, ["cluster", "containerInstances[]", "status"], update),
    operation(
      ecs.RegisterContainerInstance$,
      ["cluster", "instanceIdentityDocument", "instanceIdentityDocumentSignature"],
      register,
    ),
    operation(ecs.DeregisterContainerInstance$, ["cluster", "containerInstance", "force"], deregister),
  ];
}

/** One page of ECS's lists: 1 to 100 items. */
export function ecsPage<T>(
  all: readonly T[],
  input: { maxResults?: number | undefined; nextToken?: string | undefined },
  { paging }: Pick<Call, "paging">,
): { items: T[]; next: string | undefined } {
  const request = {
    size: input.maxResults,
    most: 100,
    token: input.nextToken,
    invalidCode: "InvalidParameterException",
  };
  return page(all, request, paging);
}

/** Throws NotSimulated for a launch type other than EC2. */
export function onlyEc2(launchType: string | undefined): void {
  if (launchType !== undefined && launchType !== "EC2")
    throw new NotSimulated(`the launch type ${launchType}`);
}

/** The ids of a request. Throws InvalidParameterException when there are none, or too many. */
export function atMost(ids: readonly string[] | undefined, most: number, name: string): readonly string[] {
  if (!ids || ids.length === 0) throw new AwsError("InvalidParameterException", `${name} cannot be empty.`);
  if (ids.length > most)
    throw new AwsError("InvalidParameterException", `${name} can have at most ${most} items.`);
  return ids;
}

/** The container instance of a cluster with an id or ARN. */
export function named(cluster: Cluster, nameOrArn: string): ContainerInstance | undefined {
  const all = [...cluster.containerInstances.values()];
  return cluster.containerInstances.get(nameOrArn) ?? all.find(({ arn }) => arn.endsWith(`/${nameOrArn}`));
}

function lookUp(
  cluster: Cluster,
  ids: readonly string[],
  moment: number,
): { found: ContainerInstance[]; failures: ecs.Failure[] } {
  const found: ContainerInstance[] = [];
  const failures: ecs.Failure[] = [];
  for (const id of ids) {
    const each = named(cluster, id);
    if (each && each.status.at(moment) !== undefined) found.push(each);
    else
      failures.push({
        arn: fullArn(id, `container-instance/${cluster.name}`),
        reason: "MISSING",
      });
  }
  return { found, failures };
}

function checkName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,255}$/.test(name)) return name;
  throw new AwsError("InvalidParameterException", `Invalid cluster name: ${name}`);
}

function readIdentity(document: string | undefined): string {
  const id = /"instanceId"\s*:\s*"(i-[0-9a-f]+)"/.exec(document ?? "")?.[1];
  if (!id) throw new AwsError("ClientException", "The instance identity document names no instanceId.");
  return id;
}
