import type { GroupInstance, Hook } from "../aws/autoscaling.ts";
import type { InstanceState } from "../aws/ec2.ts";
import type { ContainerInstance, Service, Task, TaskProtection } from "../aws/ecs.ts";

export type { Hook } from "../aws/autoscaling.ts";
export type { InstanceState } from "../aws/ec2.ts";

import type { Memory } from "./termination.ts";

/** An instance's registration with a load balancer, as it is. */
export type Registration = {
  readonly kind: "target" | "classic";
  /** The target group's ARN, or the classic load balancer's name. */
  readonly id: string;
  readonly name: string;
  /** What is registered: the instance's id, or the address of one of its tasks. */
  readonly target: string;
  /** The port of a target. */
  readonly port: number | undefined;
  /** The host ports that it points at; none where it points at an address of a task's own. */
  readonly pointsAt: readonly number[];
  readonly state: "registered" | "draining";
  /** Whether the load balancer says that the instance is stopped or terminated. */
  readonly invalid: boolean;
  /** Whether a service with a task on the instance names it: then ECS takes it out, in step with its replacements. */
  readonly managed: boolean;
  /** The services that name it. */
  readonly services: readonly string[];
  /** Whether a Network Load Balancer forwards to it. */
  readonly networkLoadBalancer: boolean;
  /** For an address, the task that holds it or held it. It is nobody's but ECS's to take out, unless it is an orphan. */
  readonly addressTask: Task | undefined;
};

/** The instance as a member of a cluster, with the tasks that ECS still shows for it. */
export type ClusterInstance = {
  readonly cluster: string;
  readonly containerInstance: ContainerInstance;
  readonly tasks: readonly Task[];
  /** Whether the tasks were listed in this look; else those known before were looked at again. */
  readonly listed: boolean;
  /** The services of these tasks, as they were when this run first asked for them. */
  readonly services: readonly Service[];
};

/** What Auto Scaling shows of one instance, and of the hooks of its group. */
export type AutoScalingView = {
  /** What Auto Scaling says; undefined when no group knows the instance. */
  readonly groupInstance: GroupInstance | undefined;
  /** The terminating hooks of the termination's group; undefined where they could not be read. */
  readonly hooks: readonly Hook[] | undefined;
  /** Whether the group keeps an instance whose hook ends with ABANDON; undefined where nobody asked. */
  readonly retains: boolean | undefined;
  /** What could not be read. */
  readonly unread: { readonly groupInstance?: string; readonly hooks?: string };
};

/** All that AWS shows of one instance, in one look. What could not be read is missing, and said to be. */
export type Observation = Omit<AutoScalingView, "unread"> & {
  readonly clusterInstances: readonly ClusterInstance[];
  readonly registrations: readonly Registration[];
  /** The load balancers of the services that have, or lately had, a task on the instance. */
  readonly managedTargetGroups: readonly string[];
  readonly managedElbNames: readonly string[];
  /** The target groups that were looked at, by the name or ARN that they were asked for. */
  readonly targetGroups: Memory["targetGroups"];
  /** Whether ECS itself drains the cluster's instances; undefined where nobody asked. */
  readonly managedDraining: boolean | undefined;
  /** Tasks that are protected from being stopped, where they were asked for: now and then while nothing moves. */
  readonly protections: readonly TaskProtection[];
  /** What EC2 says; undefined where nobody asked, because nothing speaks against the instance being alive. */
  readonly instance: InstanceState | undefined;
  /**
   * What could not be read, by what it would have told. While tasks or registrations are not, nothing counts as gone; EC2's
   * answer only matters for what is still there, and the host ports of tasks only while a registration of ours is.
   */
  readonly unread: AutoScalingView["unread"] & {
    readonly tasks?: string;
    readonly registrations?: string;
    readonly hostPorts?: string;
    readonly instance?: string;
  };
};
