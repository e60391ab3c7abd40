import type { Hook } from "./hooks.ts";
import type { LoadBalancerId } from "./load-balancer.ts";
import type { AutoScalingView, Observation } from "./observation.ts";
import type { Registration } from "./registration.ts";
import type { ClusterInstance, ContainerInstance, Task } from "./tasks.ts";
import type { Termination } from "./termination.ts";

/** Which lists of tasks may have tasks that are not known yet. */
export type TaskLists = { readonly toRun: boolean; readonly stopping: boolean };

/**
 * Which questions to ask AWS in a pass. A question is left out if its answer cannot have changed, or decides nothing. The rules
 * choose the questions, and observing asks them. Times are in milliseconds since 1970.
 */
export type Questions = {
  /** Whether anything beyond Auto Scaling is asked about a termination. */
  readonly isObserved: (termination: Termination, view: AutoScalingView) => boolean;
  /** Whether it matters by now if the group keeps an instance whose hook ends with ABANDON. */
  readonly isRetentionDue: (termination: Termination, hook: Hook | undefined, now: number) => boolean;
  /** Whether the drain's time seems to be over, so that what Auto Scaling shows of its age is needed. */
  readonly isActivityDue: (
    termination: Termination,
    view: Pick<AutoScalingView, "groupInstance">,
    hook: Hook | undefined,
    now: number,
  ) => boolean;
  /** Whether a notice says that the instance is interrupted, so that its Spot request must tell. */
  readonly isInterruptionDue: (
    termination: Termination,
    view: Pick<AutoScalingView, "groupInstance">,
    now: number,
  ) => boolean;
  /** Whether to search for what nobody named. */
  readonly isRoundDue: (termination: Termination, now: number) => boolean;
  /** Whether the last whole round is new enough to complete by it. */
  readonly isRoundFresh: (termination: Termination, now: number) => boolean;
  /** Until when a pass may go on with a round that it has begun, in a run that began at a time. */
  readonly roundUntil: (startedAt: number, now: number) => number;
  /** Whether to search the clusters again, for an instance that was in none of them. */
  readonly isSearchedAgain: (termination: Termination, observation: Observation) => boolean;
  readonly areProtectionsDue: (termination: Termination, now: number) => boolean;
  /** Whether ECS itself may be draining the instance. */
  readonly mayBeManagedDraining: (termination: Termination, instances: readonly ClusterInstance[]) => boolean;
  /** Which tasks on a container instance to list, beside those that are known. */
  readonly tasksToList: (
    termination: Termination,
    containerInstance: ContainerInstance,
    known: readonly Task[],
    now: number,
  ) => TaskLists;
  /** Whether to read the host ports that ECS does not show from task definitions. */
  readonly areHostPortsDue: (termination: Termination, registrations: readonly Registration[]) => boolean;
  /** Whether to ask how long what leaves the instance may take. */
  readonly areDrainTimesDue: (
    termination: Termination,
    instances: readonly ClusterInstance[],
    registrations: readonly Registration[],
  ) => boolean;
  /** Whether to ask EC2 whose the addresses of a group are, where none is known to be the instance's. */
  readonly areOwnersDue: (termination: Termination, group: LoadBalancerId) => boolean;
  /** Whether to ask EC2 if the instance is alive. */
  readonly isInstanceDoubtful: (
    termination: Termination,
    instances: readonly ClusterInstance[],
    registrations: readonly Registration[],
    now: number,
  ) => boolean;
};
