import type { OddAnswer } from "../base/errors.ts";
import type { LoadBalancerId } from "./load-balancer.ts";

/**
 * The statuses in which ECS counts a task as ended. DELETED follows STOPPED: "a transition state when a task stops" (Amazon ECS
 * Developer Guide, task lifecycle). ECS follows the task no further then. Whether its containers have ended too is not certain:
 * sources contradict each other. No API tells more.
 */
const ENDED: ReadonlySet<string> = new Set(["STOPPED", "DELETED"]);
/** The status of a container instance that is out of its cluster. ECS no longer follows its tasks. */
export const INACTIVE = "INACTIVE";
/** The statuses of a container instance (ECS API Reference, ContainerInstance). */
export const CONTAINER_INSTANCE_STATUSES = [
  "REGISTERING",
  "REGISTRATION_FAILED",
  "ACTIVE",
  "DRAINING",
  "DEREGISTERING",
  INACTIVE,
] as const;
/** The statuses of a task, in the order in which it passes through them (Amazon ECS Developer Guide, task lifecycle). */
export const TASK_STATUSES = [
  "PROVISIONING",
  "PENDING",
  "ACTIVATING",
  "RUNNING",
  "DEACTIVATING",
  "STOPPING",
  "DEPROVISIONING",
  "STOPPED",
  "DELETED",
];

/** An EC2 instance that has joined an ECS cluster. */
export type ContainerInstance = {
  readonly arn: string;
  readonly instanceId: string;
  /** ACTIVE, DRAINING, DEREGISTERING, INACTIVE and others. */
  readonly status: string;
  /** How many tasks to run it has, running or pending. Those that are stopping do not count. */
  readonly tasksToRun: number;
  /** Whether its agent is connected to ECS. While it is not, ECS shows its tasks as they were. */
  readonly agentConnected: boolean;
  /** Goes up with each task that starts or stops on it, and with other changes (ECS API Reference, ContainerInstance). */
  readonly version: number;
  /** The capacity provider that launched it. Undefined for one that registered by itself. */
  readonly capacityProvider: string | undefined;
};

/** What each task of a definition is like: the ports of its instance that it listens on, and how long its stop may take. */
export type TaskDefinition = {
  readonly ports: readonly number[];
  /** Whether it may listen on others too, which nothing shows. */
  readonly mayHaveOthers: boolean;
  /** From SIGTERM to the last SIGKILL, in milliseconds. It may end sooner. */
  readonly stopTimeout: number;
};

/** A cluster in the list of all that the account has. */
export type ListedCluster = {
  readonly name: string;
  /** How many container instances it has. */
  readonly instances: number;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
};

/** A task on a container instance. */
export type Task = {
  readonly arn: string;
  /** The ARN of its task definition's revision. */
  readonly definition: string;
  /** The ARN of the container instance that it is on. */
  readonly containerInstance: string;
  /** Its task group: `service:NAME`, or what whoever started it chose; `family:FAMILY` by default. */
  readonly group: string;
  /** The service that it belongs to; undefined for a standalone task. */
  readonly service: string | undefined;
  readonly status: string;
  /** Whether it is a task to run. A task that is stopping is none, though its containers still run. */
  readonly shouldRun: boolean;
  /** The host ports that its containers listen on, as far as they are known. ECS shows none for the network mode host. */
  readonly hostPorts: readonly number[];
  /** Which of them ECS has bound to which port of a container; none for the network mode host. */
  readonly bound?: readonly {
    readonly containerPort: number | undefined;
    readonly hostPorts: readonly number[];
  }[];
  /** Whether its containers may listen on host ports that nothing shows. Then it counts as listening on any. */
  readonly mayListenOnAny: boolean;
  /** The private addresses of its own network interface, which a task in the network mode awsvpc has. */
  readonly addresses: readonly string[];
  /** Who started it: a deployment's id, or a text that the caller chose. */
  readonly startedBy: string | undefined;
  /** When ECS placed it, in milliseconds since 1970. */
  readonly createdAt: number | undefined;
  /** When it ended, in milliseconds since 1970. */
  readonly stoppedAt: number | undefined;
  /** A status that this program does not know. The task counts as live. */
  readonly odd?: OddAnswer;
};

/** A task that no scale-in or deployment may stop, and until when (in milliseconds since 1970) if its protection ends. */
export type TaskProtection = { readonly task: string; readonly until: number | undefined };

/** An event of a service, and when it was (in milliseconds since 1970). */
type ServiceEvent = { readonly at: number; readonly message: string };

/** An ECS service: where it registers its tasks, and what it waits for. */
export type Service = {
  readonly name: string;
  /** ACTIVE, DRAINING or INACTIVE. */
  readonly status: string;
  /** Whether it keeps one task on each instance. */
  readonly daemon: boolean;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** The share of the desired count that must run, and that may run, while tasks are replaced. */
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** The newest comes first. */
  readonly events: readonly ServiceEvent[];
  /** The load balancers in which it registers tasks, with those of its deployments and task sets. */
  readonly loadBalancers: readonly LoadBalancerId[];
  /** At which port of a container it registers tasks in which target groups, by ARN. */
  readonly registers?: readonly { readonly id: string; readonly containerPort: number }[];
};

/** A container instance in its cluster, with the tasks that ECS still shows for it. */
export type ClusterInstance = {
  readonly cluster: string;
  readonly containerInstance: ContainerInstance;
  readonly tasks: readonly Task[];
  /** Whether the tasks were listed in this pass. Otherwise those known before were described again. */
  readonly listed: boolean;
  /** Whether it may be changed: the input names its cluster, or allows to change it. */
  readonly permitted: boolean;
  /** The services of these tasks, as they were when this run first asked for them. */
  readonly services: readonly Service[];
};

/** The container instances that are in their clusters. */
export function inTheirClusters(all: readonly ClusterInstance[]): ClusterInstance[] {
  return all.filter(({ containerInstance }) => containerInstance.status !== INACTIVE);
}

/** The tasks of a container instance that have not ended. */
export function liveTasks({ containerInstance, tasks }: ClusterInstance): readonly Task[] {
  if (containerInstance.status === INACTIVE) return [];
  return tasks.filter((task) => !hasEnded(task));
}

/** Whether a task has ended, as far as ECS shows. */
export function hasEnded({ status }: Pick<Task, "status">): boolean {
  return ENDED.has(status);
}

/** The family of a task's definition: the name in the revision's ARN. */
export function familyOf({ definition }: Task): string {
  return definition.split("/").at(-1)?.replace(/:\d+$/, "") ?? definition;
}

/**
 * An instance's container instances, with its silent twins apart. An EC2 instance runs one agent. If that has registered again, the
 * container instance that it had before stays in the cluster, and its agent never connects again.
 */
export function withTwinsApart(all: readonly ClusterInstance[]): {
  readonly clusterInstances: readonly ClusterInstance[];
  readonly silentTwins: readonly ClusterInstance[];
} {
  const isConnected = inTheirClusters(all).some(({ containerInstance }) => containerInstance.agentConnected);
  if (!isConnected) return { clusterInstances: all, silentTwins: [] };
  return {
    clusterInstances: all.filter((each) => !isSilent(each)),
    silentTwins: all.filter(isSilent),
  };
}

/** Whether the agent of a container instance is silent, though it is in its cluster. */
export function isSilent({
  containerInstance: { status, agentConnected },
}: Pick<ClusterInstance, "containerInstance">): boolean {
  return status !== INACTIVE && !agentConnected;
}
