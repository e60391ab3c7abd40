import {
  DeregisterContainerInstanceCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  type ECSClient,
  GetTaskProtectionCommand,
  type ContainerInstance as SdkContainerInstance,
  type Task as SdkTask,
  StopTaskCommand,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { type BatchResult, forEachOf, pieces } from "../base/batches.ts";
import { sameForm } from "../model/network-interface.ts";
import type {
  ContainerInstance,
  ListedCluster,
  Service,
  Task,
  TaskDefinition,
  TaskProtection,
} from "../model/tasks.ts";
import { call as plainCall, unless } from "./call.ts";
import { boundPorts, describeTaskDefinition } from "./ecs-definitions.ts";
import {
  listClusters,
  listContainerInstances,
  listStoppingTasks,
  listTasksToRun,
  TASKS_A_CALL,
} from "./ecs-lists.ts";
import { describeServices } from "./ecs-services.ts";

/** What the drain needs of ECS. All throw an AwsCallError. */
export type EcsPort = {
  /** The ARNs of the container instances by which EC2 instances are in a cluster, in any order. */
  findContainerInstances: (cluster: string, instanceIds: readonly string[]) => Promise<string[]>;
  /** The ARNs of a cluster's container instances whose agents are silent. */
  listSilent: (cluster: string) => Promise<string[]>;
  /** Container instances by ARN; those that the cluster does not know are left out. */
  describeContainerInstances: (cluster: string, arns: readonly string[]) => Promise<ContainerInstance[]>;
  /**
   * The ARNs of the tasks to run on the container instances. It may have tasks of others in the cluster too, if to list them all
   * takes fewer calls.
   */
  listTasksToRun: (cluster: string, containerInstances: readonly string[]) => Promise<string[]>;
  /** Likewise for the tasks that are stopping or have stopped, as far as ECS still shows them. */
  listStoppingTasks: (cluster: string, containerInstances: readonly string[]) => Promise<string[]>;
  /** Tasks by ARN; those that the cluster does not know any more are left out. */
  describeTasks: (cluster: string, arns: readonly string[]) => Promise<Task[]>;
  /** What each task of a definition (by ARN) is like. Ports that ECS chooses are not among its ports. */
  definition: (definition: string) => Promise<TaskDefinition>;
  /** Services by name; one that is gone is left out. */
  services: (cluster: string, names: readonly string[]) => Promise<Service[]>;
  /** Those of the tasks that are protected. */
  protections: (cluster: string, tasks: readonly string[]) => Promise<TaskProtection[]>;
  /** Whether ECS drains the cluster's instances itself (managed draining of one of its capacity providers). */
  managesDraining: (cluster: string) => Promise<boolean>;
  /** All clusters that are in use. */
  clusters: () => Promise<ListedCluster[]>;
  /** Sets up to ten container instances DRAINING, or ACTIVE again. */
  setStatus: (
    cluster: string,
    arns: readonly string[],
    status: "DRAINING" | "ACTIVE",
  ) => Promise<BatchResult<string>>;
  /** Stops a task: SIGTERM, and SIGKILL after its stop timeout. One that is gone counts as stopped. */
  stopTask: (cluster: string, task: string, reason: string) => Promise<void>;
  /** Takes a container instance out of its cluster. With force, ECS gives up the tasks that it still shows there. */
  deregister: (cluster: string, arn: string, force: boolean) => Promise<void>;
};
/** How many ids a call takes (the SDK model's limit). The filter's list has no documented limit, and gets as many. */
const DESCRIBE_LIMIT = 100;
const PROTECTION_LIMIT = 10;
const FILTER_LIMIT = 25;
/** How many container instances UpdateContainerInstancesState takes; with eleven it refuses them all. */
export const STATUS_LIMIT = 10;

const MANAGED_DRAINING = "managed_draining";
/** The details of a task's attachment that are its addresses. */
const ADDRESS = /^(privateIPv4Address|(private)?ipv6Address)$/i;
const NO_TASK = /task was not found/i;

/**
 * ECS through the SDK.
 *
 * @param call makes the calls; at once where it is not given
 */
export function ecsPort(client: ECSClient, call = plainCall): EcsPort {
  const ecs = { client, call };
  return {
    async findContainerInstances(cluster, instanceIds) {
      const arns: string[] = [];
      for (const ids of pieces(instanceIds, FILTER_LIMIT)) {
        const filter = `ec2InstanceId in [${ids.map((id) => `'${id}'`).join(", ")}]`;
        arns.push(...(await listContainerInstances(ecs, cluster, filter)));
      }
      return arns;
    },

    listSilent: (cluster) => listContainerInstances(ecs, cluster, "agentConnected == false"),

    async describeContainerInstances(cluster, arns) {
      const found: ContainerInstance[] = [];
      for (const containerInstances of pieces(arns, DESCRIBE_LIMIT)) {
        const page = await call("ecs:DescribeContainerInstances", () =>
          client.send(new DescribeContainerInstancesCommand({ cluster, containerInstances })),
        );
        found.push(...(page.containerInstances ?? []).map(readContainerInstance));
      }
      return found;
    },

    listTasksToRun: (cluster, containerInstances) => listTasksToRun(ecs, cluster, containerInstances),

    listStoppingTasks: (cluster, containerInstances) => listStoppingTasks(ecs, cluster, containerInstances),

    async describeTasks(cluster, arns) {
      const pages = await forEachOf(pieces(arns, TASKS_A_CALL), (tasks) =>
        call("ecs:DescribeTasks", () => client.send(new DescribeTasksCommand({ cluster, tasks }))),
      );
      return pages.flatMap((page) => (page.tasks ?? []).map(readTask));
    },

    definition: (definition) => describeTaskDefinition(ecs, definition),

    services: (cluster, names) => describeServices(ecs, cluster, names),

    async protections(cluster, tasks) {
      const pages = await forEachOf(pieces(tasks, PROTECTION_LIMIT), (batch) =>
        call("ecs:GetTaskProtection", () =>
          client.send(new GetTaskProtectionCommand({ cluster, tasks: batch })),
        ),
      );
      return pages
        .flatMap((page) => page.protectedTasks ?? [])
        .filter((each) => each.protectionEnabled)
        .map((each) => ({ task: each.taskArn as string, until: each.expirationDate?.getTime() }));
    },

    async managesDraining(cluster) {
      const { clusters = [] } = await call("ecs:DescribeClusters", () =>
        client.send(new DescribeClustersCommand({ clusters: [cluster], include: ["ATTACHMENTS"] })),
      );
      return (clusters[0]?.attachments ?? []).some((each) => each.type === MANAGED_DRAINING);
    },

    clusters: () => listClusters(ecs),

    async setStatus(cluster, arns, status) {
      const { failures = [] } = await call("ecs:UpdateContainerInstancesState", () =>
        client.send(
          new UpdateContainerInstancesStateCommand({
            cluster,
            containerInstances: [...arns],
            status,
          }),
        ),
      );
      // A failure comes under HTTP 200, and may name the container instance by its id alone.
      const reasonOf = (arn: string) => failures.find((each) => each.arn && arn.endsWith(each.arn));
      return {
        done: arns.filter((arn) => !reasonOf(arn)),
        failed: arns.flatMap((item) => {
          const failure = reasonOf(item);
          return failure
            ? [{ item, reason: [failure.reason, failure.detail].filter(Boolean).join(": ") }]
            : [];
        }),
      };
    },

    async stopTask(cluster, task, reason) {
      await unless(
        ({ message }) => NO_TASK.test(message),
        () => call("ecs:StopTask", () => client.send(new StopTaskCommand({ cluster, task, reason }))),
      );
    },

    async deregister(cluster, arn, force) {
      await call("ecs:DeregisterContainerInstance", () =>
        client.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance: arn, force })),
      );
    },
  };
}

function readContainerInstance(each: SdkContainerInstance): ContainerInstance {
  return {
    arn: each.containerInstanceArn as string,
    instanceId: each.ec2InstanceId ?? "",
    status: each.status ?? "",
    tasksToRun: (each.runningTasksCount ?? 0) + (each.pendingTasksCount ?? 0),
    agentConnected: each.agentConnected ?? false,
    version: each.version ?? 0,
    capacityProvider: each.capacityProviderName,
  };
}

function readTask(task: SdkTask): Task {
  const group = task.group ?? "";
  return {
    arn: task.taskArn as string,
    definition: task.taskDefinitionArn ?? "",
    containerInstance: task.containerInstanceArn ?? "",
    group,
    service: group.startsWith("service:") ? group.slice("service:".length) : undefined,
    status: task.lastStatus ?? "",
    shouldRun: task.desiredStatus === "RUNNING",
    hostPorts: (task.containers ?? []).flatMap((each) => (each.networkBindings ?? []).flatMap(boundPorts)),
    mayListenOnAny: false,
    addresses: addressesOf(task),
    startedBy: task.startedBy,
    createdAt: task.createdAt?.getTime(),
    stoppedAt: task.stoppedAt?.getTime(),
  };
}

// A network interface that has both kinds of addresses may show one of them in one place alone.
function addressesOf({ attachments = [], containers = [] }: SdkTask): string[] {
  const details = attachments.flatMap((each) => each.details ?? []);
  const interfaces = containers.flatMap((each) => each.networkInterfaces ?? []);
  const all = [
    ...details.map(({ name = "", value }) => (ADDRESS.test(name) ? value : undefined)),
    ...interfaces.flatMap(({ privateIpv4Address, ipv6Address }) => [privateIpv4Address, ipv6Address]),
  ];
  return [...new Set(all.flatMap((each) => (each ? sameForm(each) : [])))];
}
