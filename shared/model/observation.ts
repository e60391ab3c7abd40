import type { Asked, Unread } from "./blocker.ts";
import type { Discovery, Missing } from "./discovery.ts";
import type { GroupInstance, Hook, HookOwner } from "./hooks.ts";
import type { InstanceState } from "./instance-state.ts";
import type { Interruption } from "./interruption.ts";
import type { LoadBalancerId } from "./load-balancer.ts";
import type { Memory } from "./memory.ts";
import type { Retention } from "./reason.ts";
import type { DoubtfulAddress, GroupAddresses, Registration } from "./registration.ts";
import type { ClusterInstance, TaskProtection } from "./tasks.ts";
import type { Termination } from "./termination.ts";

/** The questions that AWS did not answer, by what was asked for. */
export type UnreadAnswers = { readonly [what in Asked]?: Unread };

/** What Auto Scaling shows of one instance and of its group's hooks, and what tells whether EC2 will interrupt it. */
export type AutoScalingView = {
  /** The instance's group and state. Undefined if no group knows the instance. */
  readonly groupInstance: GroupInstance | undefined;
  /** The terminating hooks of the termination's group; undefined where they could not be read. */
  readonly hooks: readonly Hook[] | undefined;
  /** Whose the termination's hook is. Undefined if the hooks could not be read, or if it has none. */
  readonly owner: HookOwner | undefined;
  /**
   * Whether the group keeps an instance whose hook ends with ABANDON; undefined where nobody asked, or where it could not be
   * read.
   */
  readonly retains: Retention;
  /** What tells how old the termination is. Undefined where nobody asked, or where it could not be read. */
  readonly activity: TerminatingActivity | undefined;
  /** Its Spot request. Undefined where no notice says that it is interrupted, or where it could not be read. */
  readonly interruption: Interruption | undefined;
  /** Whether the environment says which roles write memory. If not, nobody knows who wrote what a message remembers. */
  readonly areSendersKnown: boolean;
  readonly unread: UnreadAnswers;
};

/**
 * The scaling activity that terminates an instance, and when it began, in milliseconds since 1970. "none": Auto Scaling shows
 * none that is under way.
 */
export type TerminatingActivity = { readonly startedAt: number } | "none";

/** How long what leaves an instance may take at the most, in milliseconds. What could not be read is left out. */
export type DrainTimes = {
  readonly loadBalancers: readonly (LoadBalancerId & { readonly limit: number })[];
  /** By the ARN of the task definition: from SIGTERM to the last SIGKILL. */
  readonly definitions: readonly { readonly definition: string; readonly stopTimeout: number }[];
};

/** All that AWS shows of one instance, in one pass. What could not be read is missing, and named in `unread`. */
export type Observation = AutoScalingView & {
  readonly clusterInstances: readonly ClusterInstance[];
  /**
   * The container instances that the instance had before its agent registered again. They hold nothing: nothing that ECS shows
   * of them will ever change. They must leave their clusters once the instance is dead.
   */
  readonly silentTwins: readonly ClusterInstance[];
  readonly registrations: readonly Registration[];
  /** Targets by an address that the instance has in another VPC. They are left. */
  readonly doubtfulAddresses: readonly DoubtfulAddress[];
  /**
   * The groups of which EC2 was asked whose their addresses are, each with the addresses that no network interface has. They are
   * left. None if nobody asked.
   */
  readonly unfoundAddresses: readonly GroupAddresses[];
  /** The load balancers of the services that have, or lately had, a task on the instance. */
  readonly managed: readonly LoadBalancerId[];
  /** The load balancers that were found, by the name or id that they were asked for. */
  readonly loadBalancers: Memory["loadBalancers"];
  /** How far the search has come for what nobody named; undefined where nobody searches. */
  readonly discovery: Discovery | undefined;
  /** Names of the input that nothing has. */
  readonly missing: readonly Missing[];
  /** Whether ECS itself drains the cluster's instances; undefined where nobody asked. */
  readonly managedDraining: boolean | undefined;
  /** Tasks that are protected from being stopped. They are asked for now and then while nothing changes. */
  readonly protections: readonly TaskProtection[];
  /** Undefined if nobody asked: they are asked for when something is first seen. They only explain. */
  readonly times: DrainTimes | undefined;
  /** EC2's answer. Undefined if nobody asked, because nothing suggests that the instance is dead. */
  readonly instance: InstanceState | undefined;
  /**
   * The questions that AWS did not answer. While tasks or registrations are unread, nothing counts as gone. EC2's answer only
   * matters while something is still there. The host ports of tasks only matter while a registration of ours is there.
   */
  readonly unread: UnreadAnswers;
};

/**
 * One termination in a pass. Each step returns a new record with what it adds. Nothing is joined by identity, and nothing is
 * changed in place.
 */
export type InPass = {
  /** Its place in the batch. */
  readonly index: number;
  /** As it was before the pass. */
  readonly before: Termination;
  /** As it is now. */
  readonly termination: Termination;
};

/** A termination in a pass, with what Auto Scaling shows. */
export type WithView = InPass & { readonly view: AutoScalingView };

/** A termination in a pass, with all that AWS shows. */
export type Observed = InPass & { readonly observation: Observation };
