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
import type { OddAnswer } from "../base/errors.ts";
import { sameForm } from "../model/network-interface.ts";
import {
  CONTAINER_INSTANCE_STATUSES,
  type ContainerInstance,
  INACTIVE,
  type ListedCluster,
  type Service,
  TASK_STATUSES,
  type Task,
  type TaskDefinition,
  type TaskProtection,
} from "../model/tasks.ts";
import {
  failureOf,
  fieldOf,
  fieldsOf,
  itemOrOdd,
  oddUnless,
  oneOf,
  reasonOf,
  undescribed,
} from "./answers.ts";
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
  /** Container instances by ARN, and an odd answer for each that is not described, or not so that it can be understood. */
  describeContainerInstances: (
    cluster: string,
    arns: readonly string[],
  ) => Promise<(ContainerInstance | OddAnswer)[]>;
  /**
   * The ARNs of the tasks to run on the container instances. It may have tasks of others in the cluster too, if to list them all
   * takes fewer calls.
   */
  listTasksToRun: (cluster: string, containerInstances: readonly string[]) => Promise<string[]>;
  /** Likewise for the tasks that are stopping or have stopped, as far as ECS still shows them. */
  listStoppingTasks: (cluster: string, containerInstances: readonly string[]) => Promise<string[]>;
  /** Likewise for tasks. ECS forgets one an hour after it stopped. */
  describeTasks: (cluster: string, arns: readonly string[]) => Promise<(Task | OddAnswer)[]>;
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
const DESIRED_STATUSES = ["RUNNING", "PENDING", "STOPPED"] as const;
/** The statuses in which a task may be on no instance. */
const NOT_PLACED: ReadonlySet<string> = new Set(["PROVISIONING", "DEPROVISIONING", "STOPPED", "DELETED"]);

const OUT = {
  ec2InstanceId: "",
  runningTasksCount: 0,
  pendingTasksCount: 0,
  agentConnected: false,
  version: 0,
};
const CONTAINER_INSTANCES = "ecs:DescribeContainerInstances";
const TASKS = "ecs:DescribeTasks";

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
      const found: (ContainerInstance | OddAnswer)[] = [];
      for (const asked of pieces(arns, DESCRIBE_LIMIT)) {
        const answer = await call(CONTAINER_INSTANCES, () =>
          client.send(new DescribeContainerInstancesCommand({ cluster, containerInstances: asked })),
        );
        const described = fieldOf(CONTAINER_INSTANCES, answer, "containerInstances");
        const known = described.map((each) => fieldOf(CONTAINER_INSTANCES, each, "containerInstanceArn"));
        const which = { action: CONTAINER_INSTANCES, key: "containerInstances" };
        found.push(
          ...described.map(readContainerInstance),
          ...undescribed(which, asked, known, answer.failures),
        );
      }
      return found;
    },

    listTasksToRun: (cluster, containerInstances) => listTasksToRun(ecs, cluster, containerInstances),

    listStoppingTasks: (cluster, containerInstances) => listStoppingTasks(ecs, cluster, containerInstances),

    async describeTasks(cluster, arns) {
      const pages = await forEachOf(pieces(arns, TASKS_A_CALL), async (asked) => {
        const answer = await call(TASKS, () =>
          client.send(new DescribeTasksCommand({ cluster, tasks: asked })),
        );
        const described = fieldOf(TASKS, answer, "tasks");
        const known = described.map((each) => fieldOf(TASKS, each, "taskArn"));
        const lost = undescribed({ action: TASKS, key: "tasks" }, asked, known, answer.failures);
        return [...described.map(readTask), ...lost];
      });
      return pages.flat();
    },

    definition: (definition) => describeTaskDefinition(ecs, definition),

    services: (cluster, names) => describeServices(ecs, cluster, names),

    async protections(cluster, tasks) {
      const action = "ecs:GetTaskProtection";
      const pages = await forEachOf(pieces(tasks, PROTECTION_LIMIT), (batch) =>
        call(action, () => client.send(new GetTaskProtectionCommand({ cluster, tasks: batch }))),
      );
      return pages
        .flatMap((page) => fieldOf(action, page, "protectedTasks"))
        .filter((each) => each.protectionEnabled)
        .map((each) => ({
          task: fieldOf(action, each, "taskArn"),
          until: each.expirationDate?.getTime(),
        }));
    },

    async managesDraining(cluster) {
      const action = "ecs:DescribeClusters";
      const answer = await call(action, () =>
        client.send(new DescribeClustersCommand({ clusters: [cluster], include: ["ATTACHMENTS"] })),
      );
      const [found] = fieldOf(action, answer, "clusters");
      return (found?.attachments ?? []).some((each) => each.type === MANAGED_DRAINING);
    },

    clusters: () => listClusters(ecs),

    async setStatus(cluster, arns, status) {
      const action = "ecs:UpdateContainerInstancesState";
      const answer = await call(action, () =>
        client.send(
          new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [...arns], status }),
        ),
      );
      const changed = (answer.containerInstances ?? []).flatMap((each) => each.containerInstanceArn ?? []);
      const which = { action, key: "containerInstances" };
      const lost = undescribed(which, arns, changed, answer.failures).flatMap(({ ids }) => ids);
      const failed = arns.flatMap((item) => {
        const failure = failureOf(answer.failures, item);
        if (failure) return [{ item, reason: reasonOf(failure) }];
        return lost.includes(item) ? [{ item, reason: "the answer does not name it" }] : [];
      });
      return { done: arns.filter((arn) => !failed.some(({ item }) => item === arn)), failed };
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

function readContainerInstance(each: SdkContainerInstance): ContainerInstance | OddAnswer {
  // One that is out of its cluster holds nothing, whatever else is told of it.
  const field = fieldsOf(CONTAINER_INSTANCES, each.status === INACTIVE ? { ...OUT, ...each } : each);
  return itemOrOdd([each.containerInstanceArn, each.ec2InstanceId], () => ({
    arn: field("containerInstanceArn"),
    instanceId: field("ec2InstanceId"),
    status: oneOf(CONTAINER_INSTANCES, "status", each.status, CONTAINER_INSTANCE_STATUSES),
    tasksToRun: field("runningTasksCount") + field("pendingTasksCount"),
    agentConnected: field("agentConnected"),
    version: field("version"),
    capacityProvider: each.capacityProviderName,
  }));
}

function readTask(task: SdkTask): Task | OddAnswer {
  const field = fieldsOf(TASKS, task);
  return itemOrOdd([task.taskArn, task.containerInstanceArn], () => {
    const group = field("group");
    const bound = (task.containers ?? [])
      .flatMap((each) => each.networkBindings ?? [])
      .map((each) => ({ containerPort: each.containerPort, hostPorts: boundPorts(each) }));
    return {
      arn: field("taskArn"),
      definition: field("taskDefinitionArn"),
      containerInstance: mayBeOnNone(task) ? "" : field("containerInstanceArn"),
      group,
      service: group.startsWith("service:") ? group.slice("service:".length) : undefined,
      status: field("lastStatus"),
      ...oddUnless(TASK_STATUSES.includes(field("lastStatus")), TASKS, "lastStatus", task.lastStatus),
      shouldRun: oneOf(TASKS, "desiredStatus", task.desiredStatus, DESIRED_STATUSES) === "RUNNING",
      hostPorts: bound.flatMap(({ hostPorts }) => hostPorts),
      bound,
      mayListenOnAny: bound.some(({ hostPorts }) => hostPorts.length === 0),
      addresses: addressesOf(task),
      startedBy: task.startedBy,
      createdAt: task.createdAt?.getTime(),
      stoppedAt: task.stoppedAt?.getTime(),
    };
  });
}

// The list of a whole cluster has tasks on Fargate, and some that ECS has not placed yet, or never did.
function mayBeOnNone({ containerInstanceArn, launchType, lastStatus = "" }: SdkTask): boolean {
  return containerInstanceArn === undefined && (launchType === "FARGATE" || NOT_PLACED.has(lastStatus));
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
