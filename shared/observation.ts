import type { Membership } from "./aws/autoscaling.ts";
import type { ContainerInstance, Task } from "./aws/ecs.ts";

/** An instance's registration with a load balancer, as it is. */
export type Registration = {
  readonly kind: "target" | "classic";
  /** The target group's ARN, or the classic load balancer's name. */
  readonly id: string;
  readonly name: string;
  /** The port of a target. */
  readonly port: number | undefined;
  /** The host ports that it points at. */
  readonly pointsAt: readonly number[];
  readonly state: "registered" | "draining";
  /** Whether a service with a task on the instance names it: then ECS takes it out, in step with its replacements. */
  readonly managed: boolean;
  /** The services that name it. */
  readonly services: readonly string[];
};

/** The instance as a member of a cluster, with the tasks that ECS still shows for it. */
export type ClusterMember = {
  readonly cluster: string;
  readonly containerInstance: ContainerInstance;
  readonly tasks: readonly Task[];
  /** Whether the tasks were listed in this look; else those known before were looked at again. */
  readonly listed: boolean;
};

/** All that AWS shows of one instance, in one look. What could not be read is missing, and said to be. */
export type Observation = {
  /** What Auto Scaling says; undefined when no group knows the instance. */
  readonly membership: Membership | undefined;
  readonly members: readonly ClusterMember[];
  readonly registrations: readonly Registration[];
  /** The load balancers of the services that have, or lately had, a task on the instance. */
  readonly managedTargetGroups: readonly string[];
  readonly managedElbNames: readonly string[];
  /** The group's other terminating hooks; undefined where they were not asked for. */
  readonly otherHooks: readonly string[] | undefined;
  /** What could not be read, by what it would have told. Nothing counts as gone while it is not empty. */
  readonly unread: {
    readonly membership?: string;
    readonly tasks?: string;
    readonly registrations?: string;
    readonly hooks?: string;
  };
};
