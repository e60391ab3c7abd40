import type { Hook } from "./hooks.ts";
import type { AutoScalingView } from "./observation.ts";
import type { Registration } from "./registration.ts";
import type { ClusterInstance, ContainerInstance, Task } from "./tasks.ts";
import type { Termination } from "./termination.ts";

/** Which lists of tasks may have some that are not known yet. */
export type TaskLists = { readonly toRun: boolean; readonly stopping: boolean };

/**
 * Which questions to ask AWS in a pass: what cannot have changed, or decides nothing, is not asked. The rules answer; observing
 * only asks. Times are in milliseconds since 1970.
 */
export type Questions = {
  /** Whether anything beyond Auto Scaling is asked about a termination. */
  readonly isObserved: (termination: Termination, view: AutoScalingView) => boolean;
  /** Whether it matters by now if the group keeps what is abandoned. */
  readonly isRetentionDue: (termination: Termination, hook: Hook | undefined, now: number) => boolean;
  readonly areProtectionsDue: (termination: Termination, now: number) => boolean;
  /** Whether ECS itself may be draining the instance. */
  readonly mayBeManagedDraining: (termination: Termination, instances: readonly ClusterInstance[]) => boolean;
  /** Which tasks on a container instance are to be listed, beside those that are known. */
  readonly tasksToList: (
    termination: Termination,
    containerInstance: ContainerInstance,
    known: readonly Task[],
    now: number,
  ) => TaskLists;
  /** Whether the host ports that ECS does not show are read from task definitions. */
  readonly areHostPortsDue: (termination: Termination, registrations: readonly Registration[]) => boolean;
  /** Whether EC2 is asked if the instance is alive. */
  readonly isInstanceDoubtful: (
    termination: Termination,
    instances: readonly ClusterInstance[],
    registrations: readonly Registration[],
    now: number,
  ) => boolean;
};
