import type { LoadBalancerId } from "./load-balancer.ts";

/** The status in which a task's containers have certainly ended. */
export const STOPPED = "STOPPED";
/** The status of a container instance that is out of its cluster: ECS follows none of its tasks any more. */
export const INACTIVE = "INACTIVE";

/** An EC2 instance that has joined an ECS cluster. */
export type ContainerInstance = {
  readonly arn: string;
  readonly instanceId: string;
  /** ACTIVE, DRAINING, DEREGISTERING, INACTIVE and others. */
  readonly status: string;
  /** Its tasks that are wanted, running or pending: those that are stopping are not among them. */
  readonly tasksToRun: number;
  /** Whether its agent speaks to ECS. While it does not, what ECS shows of its tasks stays as it was. */
  readonly agentConnected: boolean;
  /** Goes up with each task that starts or stops on it, and whatever else changes (ECS API Reference, ContainerInstance). */
  readonly version: number;
  /** The capacity provider that it came by; undefined for one that registered by itself. */
  readonly capacityProvider: string | undefined;
};

/** A task on a container instance. */
export type Task = {
  readonly arn: string;
  /** The ARN of its task definition's revision. */
  readonly definition: string;
  /** The ARN of the container instance that it is on. */
  readonly containerInstance: string;
  /** The service that it belongs to; undefined for a standalone task. */
  readonly service: string | undefined;
  readonly status: string;
  /** Whether it is to run; a task that is stopping is not, though its containers still do. */
  readonly shouldRun: boolean;
  /** The host ports that its containers listen on, where they are known: for the network mode host ECS shows none. */
  readonly hostPorts: readonly number[];
  /** The private addresses of its own network interface, which one in the network mode awsvpc has. */
  readonly addresses: readonly string[];
  /** Who or what started it: a deployment's id, or a text of the caller's. */
  readonly startedBy: string | undefined;
  /** When it was STOPPED, in milliseconds since 1970. */
  readonly stoppedAt: number | undefined;
};

/** A task that may not be stopped by a scale-in or a deployment, until when (in milliseconds since 1970) where it ends. */
export type TaskProtection = { readonly task: string; readonly until: number | undefined };

/** An event of a service, and when it was (in milliseconds since 1970). */
type ServiceEvent = { readonly at: number; readonly message: string };

/** An ECS service: where it registers its tasks, and what holds it back. */
export type Service = {
  readonly name: string;
  /** ACTIVE, DRAINING or INACTIVE. */
  readonly status: string;
  /** Whether it keeps one task on each instance. */
  readonly daemon: boolean;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** How much of the desired count must run, and may run, while tasks are replaced. */
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** The newest comes first. */
  readonly events: readonly ServiceEvent[];
  /** Where it registers its tasks: those of its deployments and task sets too. */
  readonly loadBalancers: readonly LoadBalancerId[];
};

/** A container instance in its cluster, with the tasks that ECS still shows for it. */
export type ClusterInstance = {
  readonly cluster: string;
  readonly containerInstance: ContainerInstance;
  readonly tasks: readonly Task[];
  /** Whether the tasks were listed in this pass; else those known before were described again. */
  readonly listed: boolean;
  /** The services of these tasks, as they were when this run first asked for them. */
  readonly services: readonly Service[];
};

/** The tasks of a container instance that have not ended. */
export function liveTasks({ containerInstance, tasks }: ClusterInstance): readonly Task[] {
  if (containerInstance.status === INACTIVE) return [];
  return tasks.filter((task) => task.status !== STOPPED);
}

/** Whether nobody answers for a container instance that is in its cluster. */
export function isSilent({ containerInstance: { status, agentConnected } }: ClusterInstance): boolean {
  return status !== INACTIVE && !agentConnected;
}
