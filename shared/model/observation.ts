import type { Asked, Unread } from "./blocker.ts";
import type { GroupInstance, Hook } from "./hooks.ts";
import type { InstanceState } from "./instance-state.ts";
import type { LoadBalancerId } from "./load-balancer.ts";
import type { Memory } from "./memory.ts";
import type { Registration } from "./registration.ts";
import type { ClusterInstance, TaskProtection } from "./tasks.ts";
import type { Termination } from "./termination.ts";

/** What was not answered, by what was asked for. */
export type UnreadAnswers = { readonly [what in Asked]?: Unread };

/** What Auto Scaling shows of one instance, and of the hooks of its group. */
export type AutoScalingView = {
  /** What Auto Scaling says; undefined when no group knows the instance. */
  readonly groupInstance: GroupInstance | undefined;
  /** The terminating hooks of the termination's group; undefined where they could not be read. */
  readonly hooks: readonly Hook[] | undefined;
  /** Whether the group keeps an instance whose hook ends with ABANDON; undefined where nobody asked. */
  readonly retains: boolean | undefined;
  readonly unread: UnreadAnswers;
};

/** All that AWS shows of one instance, in one pass. What could not be read is missing, and named in `unread`. */
export type Observation = AutoScalingView & {
  readonly clusterInstances: readonly ClusterInstance[];
  readonly registrations: readonly Registration[];
  /** The load balancers of the services that have, or lately had, a task on the instance. */
  readonly managed: readonly LoadBalancerId[];
  /** The load balancers that were found, by the name or id that they were asked for. */
  readonly loadBalancers: Memory["loadBalancers"];
  /** Whether ECS itself drains the cluster's instances; undefined where nobody asked. */
  readonly managedDraining: boolean | undefined;
  /** Tasks that are protected from being stopped, where they were asked for: now and then while nothing moves. */
  readonly protections: readonly TaskProtection[];
  /** What EC2 says; undefined where nobody asked, because nothing speaks against the instance being alive. */
  readonly instance: InstanceState | undefined;
  /**
   * What could not be read. While tasks or registrations are not, nothing counts as gone. EC2's answer only matters for what
   * is still there, and the host ports of tasks only while a registration of ours is.
   */
  readonly unread: UnreadAnswers;
};

/**
 * One termination in a pass. Each step returns the record with what it adds: nothing is joined by identity, and nothing is
 * changed in place.
 */
export type InPass = {
  /** Its place in the batch that was handed in. */
  readonly index: number;
  /** As it was handed in. */
  readonly before: Termination;
  /** As it is now. */
  readonly termination: Termination;
};

/** The same with what Auto Scaling shows. */
export type WithView = InPass & { readonly view: AutoScalingView };

/** The same with all that AWS shows. */
export type Observed = InPass & { readonly observation: Observation };
