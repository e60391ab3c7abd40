import type { Blocker, UnreadBlocker } from "./blocker.ts";
import type { RoundProgress } from "./discovery.ts";
import type { LoadBalancer, LoadBalancerId } from "./load-balancer.ts";
import type { SeenRegistration } from "./registration.ts";

/** Where a returning instance goes, which does not die: back to its warm pool, or on with a new root volume. */
export type Return = "warm pool" | "root volume";

/**
 * A blocker that a recheck asks about between two passes. While it is there, nothing else can let the drain go on. It is either
 * a registration, or tasks that leave by themselves: one of them that has not STOPPED is enough.
 */
export type RecheckableBlocker =
  | {
      readonly kind: "tasks";
      readonly cluster: string;
      /** The ARN of their container instance, and how many tasks it counted as tasks to run. */
      readonly containerInstance: string;
      readonly tasksToRun: number;
      readonly tasks: readonly string[];
    }
  | {
      readonly kind: "registration";
      readonly registration: SeenRegistration;
      /** The id of the instance, or the address of a task. */
      readonly target: string;
      readonly state: "registered" | "draining";
    };

/** Something that we did to an instance, and when it took effect. Times are in milliseconds since 1970. */
export type Dated<T> = { readonly what: T; readonly at: number };

/**
 * What AWS cannot tell, and so travels in the message. Times are in milliseconds since 1970.
 *
 * For an instance that dies, all of it can be lost without harm. The drain then only takes longer: two passes must find nothing
 * where one was enough. An instance that returns needs its restore plan, which is written before anything is taken.
 */
export type Memory = {
  /** The container instances seen in the clusters, by ARN. */
  readonly containerInstances: readonly { readonly cluster: string; readonly arn: string }[];
  /** The ARNs of the tasks seen on the instance; undefined before they were listed. */
  readonly tasks: readonly string[] | undefined;
  /**
   * The versions of container instances that had no task left in a list made after DRAINING had taken effect. While a container
   * instance has the same version, no task has started on it since.
   */
  readonly noTasksVersions: readonly { readonly arn: string; readonly version: number }[];
  /** Since when its container instances have counted no task to run. It only counts once DRAINING has taken effect. */
  readonly noTasksToRunSince: number | undefined;
  /** The registrations that any pass has seen. */
  readonly registrations: readonly SeenRegistration[];
  /** Registrations that we took out. One that comes back is taken out again. A returning instance gets them back. */
  readonly deregistered: readonly Dated<SeenRegistration>[];
  /** The container instances that we set DRAINING, by ARN. */
  readonly drained: readonly Dated<string>[];
  /**
   * The restore plan: what will be taken from a returning instance, by container instance ARN and by registration. The message
   * has it before it is done. A run that dies in between must not lose what has to be given back.
   */
  readonly plannedDraining: readonly string[];
  readonly plannedDeregistrations: readonly SeenRegistration[];
  /** Whether the instance was seen in a target group of a Network Load Balancer, which is slow to take targets out. */
  readonly behindNetworkLoadBalancer: boolean;
  /**
   * Whether a sweep found it, and another run may have taken it out of load balancers where nobody sees it any more. It does not hold once
   * a message of the drain is merged with it.
   */
  readonly foundDrained: boolean;
  /** The load balancers of services that had a task on the instance: ECS takes it out of those. */
  readonly managed: readonly LoadBalancerId[];
  /** Load balancers, by the name or id that AWS was asked for. They never change, so remembering them saves calls. */
  readonly loadBalancers: readonly { readonly asked: string; readonly found: LoadBalancer }[];
  /** When a step of ours, DRAINING or a deregistration, last took effect, or a pass first saw that somebody else had done it. */
  readonly actedAt: number | undefined;
  /** When DRAINING was first set or seen. A managed registration for which ECS shows no task is an orphan a minute later. */
  readonly drainingAt: number | undefined;
  /** When a pass first showed no container instance, or no registration. If none was ever seen, a second pass must agree. */
  readonly noContainerInstanceSince: number | undefined;
  readonly noRegistrationSince: number | undefined;
  /** Since when no group has known the instance, in every pass. */
  readonly absentSince: number | undefined;
  /** When Auto Scaling first answered a completion with "no such action". */
  readonly refusedAt: number | undefined;
  /** When our lifecycle action was completed, where other hooks still hold the instance. */
  readonly completedAt: number | undefined;
  /**
   * When the drain's own time began: at the first pass of a run that is not dry that showed the instance held by our hook. A later
   * outage does not move it.
   */
  readonly begunAt: number | undefined;
  /**
   * Since when the drain is over, and its instance is only followed: its ECS agent is silent, so ECS will not notice its end. While
   * another hook still holds the instance, that time begins again.
   */
  readonly followedSince: number | undefined;
  /** When the hook's timer last began: at the lifecycle action's start, or with a heartbeat. Unknown means that one is due. */
  readonly lastHeartbeatAt: number | undefined;
  /** The shortest timeout that the hook has been seen with during this drain, in milliseconds. 0 if none has been seen. */
  readonly shortestTimeout: number;
  /** When the last whole round of discovery ended, and how far the one under way has come. */
  readonly roundAt: number | undefined;
  readonly round: RoundProgress | undefined;
  /** When everything was first gone. From then on the drain only settles. */
  readonly goneAt: number | undefined;
  /** When a pass or a recheck last saw a registration or a task there. Undefined if none has. */
  readonly lastSeenAt: number | undefined;
  /** Since when the ECS agent has been disconnected, in every pass. */
  readonly disconnectedSince: number | undefined;
  /** Since when EC2 has not known the instance, in every answer. */
  readonly unknownSince: number | undefined;
  /** When the instance was first certain to be dead. */
  readonly deadSince: number | undefined;
  /** Since when a dead instance is cleared away: from the first pass on that knew all that it is in. */
  readonly clearingSince: number | undefined;
  /**
   * When a pass first showed that a hook holds the instance to terminate it, not to return it. That happens once, so the
   * lifecycle action that holds it had begun by then.
   */
  readonly terminatingSince: number | undefined;
  /** Where a returning instance goes, once a pass saw it on its way. The message is then kept beyond the hook. */
  readonly returns: Return | undefined;
  /** When a pass first saw that the lifecycle action of a returning instance had ended. */
  readonly returningSince: number | undefined;
  /** What the drain waited for at the last pass that read everything, and since when it has waited for just that. */
  readonly blockers: readonly Blocker[];
  readonly changedAt: number | undefined;
  /** What AWS did not answer in the last pass. It changes neither the pace nor the clock of a stall. */
  readonly unread: readonly UnreadBlocker[];
  /** When the next pass is due. */
  readonly nextPassAt: number | undefined;
  /** The one blocker that a recheck asks about instead of a pass, and until when that is enough. */
  readonly recheck: { readonly blocker: RecheckableBlocker; readonly until: number } | undefined;
  /** Until when it may stay in the completion queue without a pass. Undefined if it is not in the queue. */
  readonly queuedUntil: number | undefined;
  /** Passes and rechecks in which something failed. */
  readonly failures: number;
  /** Lines that were logged, or that need not be, by a short id, so that each is logged once. */
  readonly logged: readonly string[];
  /** Keys of a later version, which this one does not know. They are sent on as they are. */
  readonly ofLaterVersion: Readonly<Record<string, unknown>>;
};

/** The fields of a memory that this version knows: each has a line in the table of the messages. */
export type MemoryField = Exclude<keyof Memory, "ofLaterVersion">;

/** The memory of a termination before its first pass. */
export const NO_MEMORY: Memory = {
  containerInstances: [],
  tasks: undefined,
  noTasksVersions: [],
  noTasksToRunSince: undefined,
  registrations: [],
  deregistered: [],
  drained: [],
  plannedDraining: [],
  plannedDeregistrations: [],
  behindNetworkLoadBalancer: false,
  foundDrained: false,
  managed: [],
  loadBalancers: [],
  actedAt: undefined,
  drainingAt: undefined,
  noContainerInstanceSince: undefined,
  noRegistrationSince: undefined,
  absentSince: undefined,
  refusedAt: undefined,
  completedAt: undefined,
  begunAt: undefined,
  followedSince: undefined,
  lastHeartbeatAt: undefined,
  shortestTimeout: 0,
  roundAt: undefined,
  round: undefined,
  goneAt: undefined,
  lastSeenAt: undefined,
  disconnectedSince: undefined,
  unknownSince: undefined,
  deadSince: undefined,
  clearingSince: undefined,
  terminatingSince: undefined,
  returns: undefined,
  returningSince: undefined,
  blockers: [],
  changedAt: undefined,
  unread: [],
  nextPassAt: undefined,
  recheck: undefined,
  queuedUntil: undefined,
  failures: 0,
  logged: [],
  ofLaterVersion: {},
};
