import {
  type ContainerInstance,
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceRequest,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  type Task,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { makeGroup } from "./groups.ts";
import type { SimulatedAws } from "./simulator-process.ts";

/** A task that starts without load balancer counts as healthy within this time. */
const HEALTHY_AFTER = 60;

export type Member = { readonly instanceId: string; readonly arn: string };

/** Makes a cluster of that many members and returns its name and them. */
export async function makeCluster(
  aws: SimulatedAws,
  members: number,
): Promise<{ cluster: string; members: Member[]; member: Member }> {
  const cluster = aws.unusedName("cluster");
  await aws.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const joined = await join(aws, cluster, members);
  return { cluster, members: joined, member: joined[0] as Member };
}

/** Adds members to a cluster: instances of a new group, whose agents register. */
export async function join(aws: SimulatedAws, cluster: string, count: number): Promise<Member[]> {
  const { instanceIds } = await makeGroup(aws, { instances: count });
  const members: Member[] = [];
  for (const instanceId of instanceIds) {
    const { containerInstance } = await aws.ecs.send(
      new RegisterContainerInstanceCommand({
        cluster,
        instanceIdentityDocument: JSON.stringify({ instanceId }),
        instanceIdentityDocumentSignature: "signature",
      }),
    );
    members.push({ instanceId, arn: containerInstance?.containerInstanceArn as string });
  }
  return members;
}

/** What a test wants of a task definition, in seconds. */
export type TaskWish = {
  readonly startSeconds?: number;
  readonly stopSeconds?: number;
  readonly stopTimeout?: number;
  readonly deletedSeconds?: number;
  readonly networkMode?: "bridge" | "host" | "awsvpc";
  readonly containerPort?: number;
};

/** Registers a task definition and returns its family. The simulator reads from labels how its container behaves. */
export async function defineTask(aws: SimulatedAws, wish: TaskWish = {}): Promise<string> {
  const family = aws.unusedName("family");
  const { startSeconds = 2, stopSeconds = 2, stopTimeout, networkMode = "bridge", containerPort } = wish;
  const { deletedSeconds } = wish;
  await aws.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      networkMode,
      containerDefinitions: [
        {
          name: "main",
          image: "image",
          ...(containerPort === undefined ? {} : { portMappings: [{ containerPort }] }),
          ...(stopTimeout === undefined ? {} : { stopTimeout }),
          dockerLabels: {
            "simulator.start-seconds": String(startSeconds),
            "simulator.stop-seconds": String(stopSeconds),
            ...(deletedSeconds === undefined ? {} : { "simulator.deleted-seconds": String(deletedSeconds) }),
          },
        },
      ],
    }),
  );
  return family;
}

/** What a test wants of a service; its percentages are AWS's defaults unless it says more. */
export type ServiceWish = TaskWish & {
  /** What its tasks are like, where that is defined already. */
  readonly taskDefinition?: string;
  readonly desired?: number;
  /** Minimum healthy and maximum percent. */
  readonly percent?: readonly [number, number];
  readonly daemon?: boolean;
  readonly targetGroupArn?: string;
  /** How long to wait for its tasks; until they are healthy where not given. */
  readonly waitSeconds?: number;
};

/** Makes a service, waits for its tasks, and returns its name. */
export async function makeService(aws: SimulatedAws, cluster: string, wish: ServiceWish): Promise<string> {
  const serviceName = aws.unusedName("service");
  const containerPort = wish.targetGroupArn ? 3000 : undefined;
  const request: CreateServiceRequest = {
    cluster,
    serviceName,
    taskDefinition:
      wish.taskDefinition ??
      (await defineTask(aws, { ...wish, ...(containerPort ? { containerPort } : {}) })),
    schedulingStrategy: wish.daemon ? "DAEMON" : "REPLICA",
    ...(wish.daemon ? {} : { desiredCount: wish.desired ?? 1 }),
    ...(wish.percent
      ? {
          deploymentConfiguration: {
            minimumHealthyPercent: wish.percent[0],
            maximumPercent: wish.percent[1],
          },
        }
      : {}),
    ...(containerPort
      ? { loadBalancers: [{ targetGroupArn: wish.targetGroupArn, containerName: "main", containerPort }] }
      : {}),
  };
  await aws.ecs.send(new CreateServiceCommand(request));
  await aws.advance(wish.waitSeconds ?? HEALTHY_AFTER);
  return serviceName;
}

/** Sets members of a cluster DRAINING. */
export async function drain(aws: SimulatedAws, cluster: string, ...members: Member[]): Promise<void> {
  const containerInstances = members.map(({ arn }) => arn);
  await aws.ecs.send(
    new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status: "DRAINING" }),
  );
}

/** All tasks that a cluster knows, those that stop or have stopped included; narrowed by ListTasks's own filters. */
export async function tasksOf(
  aws: SimulatedAws,
  cluster: string,
  filter: { containerInstance?: string; serviceName?: string } = {},
): Promise<Task[]> {
  const arns: string[] = [];
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    const { taskArns = [] } = await aws.ecs.send(new ListTasksCommand({ cluster, desiredStatus, ...filter }));
    arns.push(...taskArns);
  }
  return arns.length === 0 ? [] : describeTasks(aws, cluster, arns);
}

/** The tasks with those ARNs. */
export async function describeTasks(aws: SimulatedAws, cluster: string, tasks: string[]): Promise<Task[]> {
  const { tasks: described = [] } = await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  return described;
}

/** The address of a task's network interface, as its attachment shows it. */
export function addressOf(task: Task | undefined): string | undefined {
  const details = task?.attachments?.[0]?.details ?? [];
  return details.find(({ name }) => name === "privateIPv4Address")?.value;
}

/** A member as DescribeContainerInstances shows it. */
export async function describeMember(
  aws: SimulatedAws,
  cluster: string,
  { arn }: Member,
): Promise<ContainerInstance> {
  const { containerInstances } = await aws.ecs.send(
    new DescribeContainerInstancesCommand({ cluster, containerInstances: [arn] }),
  );
  return containerInstances?.[0] as ContainerInstance;
}
