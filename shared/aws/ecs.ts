import {
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  type NetworkBinding,
  type ContainerInstance as SdkContainerInstance,
  type Service as SdkService,
  type Task as SdkTask,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { type BatchResult, forEachOf, pieces } from "../batches.ts";
import { call } from "./call.ts";

/** An EC2 instance as a member of an ECS cluster. */
export type ContainerInstance = {
  readonly arn: string;
  readonly instanceId: string;
  /** ACTIVE, DRAINING, DEREGISTERING, INACTIVE and others. */
  readonly status: string;
  /** Its tasks that are wanted, running or pending: those that are stopping are not among them. */
  readonly wantedTasks: number;
};

/** A task on a container instance. */
export type Task = {
  readonly arn: string;
  /** The ARN of the container instance that it is on. */
  readonly containerInstance: string;
  /** The service that it belongs to; undefined for a standalone task. */
  readonly service: string | undefined;
  readonly status: string;
  /** Whether it is to run; a task that is stopping is not, though its containers still do. */
  readonly wanted: boolean;
  /** The host ports that its containers listen on. */
  readonly hostPorts: readonly number[];
  /** When it was STOPPED, in milliseconds since 1970. */
  readonly stoppedAt: number | undefined;
};

/** Where a service registers its tasks. */
export type ServiceLoadBalancers = {
  readonly targetGroups: readonly string[];
  readonly elbNames: readonly string[];
};

/** What the drain needs of ECS. All throw an AwsCallError. */
export type EcsPort = {
  /** The ARNs of the container instances that the EC2 instances are in a cluster, in any order. */
  findContainerInstances: (cluster: string, instanceIds: readonly string[]) => Promise<string[]>;
  /** Container instances by ARN; those that the cluster does not know are left out. */
  describeContainerInstances: (cluster: string, arns: readonly string[]) => Promise<ContainerInstance[]>;
  /**
   * The ARNs of all tasks on the container instances that ECS still shows, those that are stopping or have stopped
   * included; perhaps with those of others in the cluster, where listing them all takes fewer calls.
   */
  listTasks: (cluster: string, containerInstances: readonly string[]) => Promise<string[]>;
  /** Tasks by ARN; those that the cluster does not know any more are left out. */
  describeTasks: (cluster: string, arns: readonly string[]) => Promise<Task[]>;
  /** The load balancers of services by name; a service that is gone is left out. */
  serviceLoadBalancers: (
    cluster: string,
    services: readonly string[],
  ) => Promise<Map<string, ServiceLoadBalancers>>;
  /** Sets up to ten container instances DRAINING. */
  setDraining: (cluster: string, arns: readonly string[]) => Promise<BatchResult<string>>;
};

/** How many ids the calls take (the model's limits), and the filter's list, which has no documented one. */
const DESCRIBE_LIMIT = 100;
const SERVICES_LIMIT = 10;
const FILTER_LIMIT = 25;
/** From how many container instances on it is asked whether the whole cluster's tasks are cheaper to list. */
const WHOLE_CLUSTER_FROM = 5;
/** How many container instances UpdateContainerInstancesState takes; with eleven it refuses them all. */
export const DRAINING_LIMIT = 10;

/** ECS through the SDK. */
export function ecsPort(client: ECSClient): EcsPort {
  // A task that is stopping is listed by the wish to stop it, though its containers still run: both lists count.
  async function listBoth(cluster: string, containerInstance: string | undefined): Promise<string[]> {
    const arns = new Set<string>();
    for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
      let nextToken: string | undefined;
      do {
        const page = await call("ecs:ListTasks", () =>
          client.send(new ListTasksCommand({ cluster, containerInstance, desiredStatus, nextToken })),
        );
        for (const arn of page.taskArns ?? []) arns.add(arn);
        nextToken = page.nextToken;
      } while (nextToken);
    }
    return [...arns];
  }

  // The whole cluster costs a page of each list per hundred tasks, and the same again to describe them; each container
  // instance by itself costs two calls.
  async function isCheaperAsAWhole(cluster: string, containerInstances: number): Promise<boolean> {
    if (containerInstances < WHOLE_CLUSTER_FROM) return false;
    const { clusters = [] } = await call("ecs:DescribeClusters", () =>
      client.send(new DescribeClustersCommand({ clusters: [cluster] })),
    );
    const tasks = (clusters[0]?.runningTasksCount ?? 0) + (clusters[0]?.pendingTasksCount ?? 0);
    return 4 + (2 * tasks) / DESCRIBE_LIMIT < 2 * containerInstances;
  }

  return {
    async findContainerInstances(cluster, instanceIds) {
      const arns: string[] = [];
      for (const ids of pieces(instanceIds, FILTER_LIMIT)) {
        let nextToken: string | undefined;
        do {
          const page = await call("ecs:ListContainerInstances", () =>
            client.send(
              new ListContainerInstancesCommand({
                cluster,
                filter: `ec2InstanceId in [${ids.map((id) => `'${id}'`).join(", ")}]`,
                nextToken,
              }),
            ),
          );
          arns.push(...(page.containerInstanceArns ?? []));
          nextToken = page.nextToken;
        } while (nextToken);
      }
      return arns;
    },

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

    async listTasks(cluster, containerInstances) {
      if (await isCheaperAsAWhole(cluster, containerInstances.length)) return listBoth(cluster, undefined);
      return (await forEachOf(containerInstances, (each) => listBoth(cluster, each))).flat();
    },

    async describeTasks(cluster, arns) {
      const pages = await forEachOf(pieces(arns, DESCRIBE_LIMIT), (tasks) =>
        call("ecs:DescribeTasks", () => client.send(new DescribeTasksCommand({ cluster, tasks }))),
      );
      return pages.flatMap((page) => (page.tasks ?? []).map(readTask));
    },

    async serviceLoadBalancers(cluster, services) {
      const found = new Map<string, ServiceLoadBalancers>();
      for (const batch of pieces(services, SERVICES_LIMIT)) {
        const page = await call("ecs:DescribeServices", () =>
          client.send(new DescribeServicesCommand({ cluster, services: batch })),
        );
        for (const service of page.services ?? [])
          found.set(service.serviceName as string, readLoadBalancers(service));
      }
      return found;
    },

    async setDraining(cluster, arns) {
      const { failures = [] } = await call("ecs:UpdateContainerInstancesState", () =>
        client.send(
          new UpdateContainerInstancesStateCommand({
            cluster,
            containerInstances: [...arns],
            status: "DRAINING",
          }),
        ),
      );
      // A failure comes under HTTP 200, and may name the container instance by its id alone.
      const reasonOf = (arn: string) =>
        failures.find((each) => each.arn === arn || (each.arn && arn.endsWith(each.arn)));
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
  };
}

// A blue/green deployment has a second target group, and task sets name load balancers of their own: ECS fills and empties
// those too.
function readLoadBalancers({ loadBalancers = [], taskSets = [] }: SdkService): ServiceLoadBalancers {
  const all = [...loadBalancers, ...taskSets.flatMap((each) => each.loadBalancers ?? [])];
  return {
    targetGroups: all.flatMap((each) => [
      ...(each.targetGroupArn ? [each.targetGroupArn] : []),
      ...(each.advancedConfiguration?.alternateTargetGroupArn
        ? [each.advancedConfiguration.alternateTargetGroupArn]
        : []),
    ]),
    elbNames: all.flatMap((each) => each.loadBalancerName ?? []),
  };
}

function readContainerInstance(each: SdkContainerInstance): ContainerInstance {
  return {
    arn: each.containerInstanceArn as string,
    instanceId: each.ec2InstanceId ?? "",
    status: each.status ?? "",
    wantedTasks: (each.runningTasksCount ?? 0) + (each.pendingTasksCount ?? 0),
  };
}

function readTask(task: SdkTask): Task {
  const group = task.group ?? "";
  return {
    arn: task.taskArn as string,
    containerInstance: task.containerInstanceArn ?? "",
    service: group.startsWith("service:") ? group.slice("service:".length) : undefined,
    status: task.lastStatus ?? "",
    wanted: task.desiredStatus === "RUNNING",
    hostPorts: (task.containers ?? []).flatMap((each) => (each.networkBindings ?? []).flatMap(readPorts)),
    stoppedAt: task.stoppedAt?.getTime(),
  };
}

// A binding has either one host port, or a range of them such as "49153-49156".
function readPorts({ hostPort, hostPortRange = "" }: NetworkBinding): number[] {
  const [first, last] = hostPortRange.split("-").map(Number);
  if (!first || !last) return hostPort === undefined ? [] : [hostPort];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
