import {
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  type ContainerInstance as SdkContainerInstance,
  type Service as SdkService,
  type Task as SdkTask,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { type BatchResult, pieces } from "../batches.ts";
import { call } from "./call.ts";

/** An EC2 instance as a member of an ECS cluster. */
export type ContainerInstance = {
  readonly arn: string;
  readonly instanceId: string;
  /** ACTIVE, DRAINING, DEREGISTERING, INACTIVE and others. */
  readonly status: string;
};

/** A task on a container instance. */
export type Task = {
  readonly arn: string;
  /** The service that it belongs to; undefined for a standalone task. */
  readonly service: string | undefined;
  readonly status: string;
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
  /** All tasks on a container instance that ECS still shows, those that have stopped included. */
  tasksOn: (cluster: string, containerInstance: string) => Promise<Task[]>;
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
/** How many container instances UpdateContainerInstancesState takes; with eleven it refuses them all. */
export const DRAINING_LIMIT = 10;

/** ECS through the SDK. */
export function ecsPort(client: ECSClient): EcsPort {
  async function listTasks(
    cluster: string,
    containerInstance: string,
    desiredStatus: "RUNNING" | "STOPPED",
  ): Promise<string[]> {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await call("ecs:ListTasks", () =>
        client.send(new ListTasksCommand({ cluster, containerInstance, desiredStatus, nextToken })),
      );
      arns.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return arns;
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
                filter: `ec2InstanceId in [${ids.join(", ")}]`,
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

    async tasksOn(cluster, containerInstance) {
      // A task that is stopping is listed by the wish to stop it, though its containers still run: both lists count.
      const arns = new Set<string>();
      for (const status of ["RUNNING", "STOPPED"] as const) {
        for (const arn of await listTasks(cluster, containerInstance, status)) arns.add(arn);
      }
      const tasks: Task[] = [];
      for (const batch of pieces([...arns], DESCRIBE_LIMIT)) {
        const page = await call("ecs:DescribeTasks", () =>
          client.send(new DescribeTasksCommand({ cluster, tasks: batch })),
        );
        tasks.push(...(page.tasks ?? []).map(readTask));
      }
      return tasks;
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
  };
}

function readTask(task: SdkTask): Task {
  const group = task.group ?? "";
  return {
    arn: task.taskArn as string,
    service: group.startsWith("service:") ? group.slice("service:".length) : undefined,
    status: task.lastStatus ?? "",
    hostPorts: (task.containers ?? []).flatMap((each) =>
      (each.networkBindings ?? []).flatMap((binding) => binding.hostPort ?? []),
    ),
    stoppedAt: task.stoppedAt?.getTime(),
  };
}
