import type { Blocker, UnreadBlocker } from "./blocker.ts";
import type { LoadBalancer, LoadBalancerId } from "./load-balancer.ts";
import type { SeenRegistration } from "./registration.ts";

/** Where an instance goes that does not die: back to its warm pool, or on with a new root volume. */
export type Return = "warm pool" | "root volume";

/**
 * A blocker that it is enough to ask about between two passes. While it is there, nothing else can let the drain go on. It is
 * either tasks that leave by themselves, of which one that has not STOPPED is enough, or a registration.
 */
export type RecheckableBlocker =
  | {
      readonly kind: "tasks";
      readonly cluster: string;
      /** The container instance that they are on, by ARN, and how many tasks it was to run, by its own count. */
      readonly containerInstance: string;
      readonly tasksToRun: number;
      readonly tasks: readonly string[];
    }
  | {
      readonly kind: "registration";
      readonly registration: SeenRegistration;
      /** An instance id or an address. */
      readonly target: string;
      readonly state: "registered" | "draining";
    };

/** Something that was done to an instance by us, and when that took effect. Times are in milliseconds since 1970. */
export type Dated<T> = { readonly what: T; readonly at: number };

/**
 * What AWS cannot tell, and so travels in the message. Times are in milliseconds since 1970. Where an
 * instance dies, all of it can be lost without harm: the drain then only takes longer, because what was never seen is
 * looked for twice. Of one that comes back, what is to be taken is written down first.
 */
export type Memory = {
  /** The container instances seen in the clusters, by ARN. */
  readonly containerInstances: readonly { readonly cluster: string; readonly arn: string }[];
  /** The ARNs of the tasks seen on the instance; undefined before they were listed. */
  readonly tasks: readonly string[] | undefined;
  /**
   * The versions that its container instances had when their tasks were listed again, after DRAINING had taken effect, and none was
   * left: with the same one, none has started since.
   */
  readonly noTasksVersions: readonly { readonly arn: string; readonly version: number }[];
  /** Since when, after DRAINING had taken effect, its container instances have counted no task that is to run. */
  readonly noTasksToRunSince: number | undefined;
  /** What the instance was seen registered with. */
  readonly registrations: readonly SeenRegistration[];
  /** Registrations that we took out: one that comes back is taken out again, and what returns gets its own back. */
  readonly deregistered: readonly Dated<SeenRegistration>[];
  /** The container instances that we set DRAINING, by ARN. */
  readonly drained: readonly Dated<string>[];
  /**
   * What is to be taken from an instance that comes back, by container instance ARN and by registration. It is written
   * down a message before it is done: a run that dies in between must not lose what is to be given back.
   */
  readonly plannedDraining: readonly string[];
  readonly plannedDeregistrations: readonly SeenRegistration[];
  /** Whether the instance was seen in a target group of a Network Load Balancer, which is slow to take targets out. */
  readonly behindNetworkLoadBalancer: boolean;
  /** The load balancers of the services that had a task on the instance: those are ECS's to empty. */
  readonly managed: readonly LoadBalancerId[];
  /** Load balancers by the name or id that they were asked for: nothing of one changes while it exists. */
  readonly loadBalancers: readonly { readonly asked: string; readonly found: LoadBalancer }[];
  /** When DRAINING, or a deregistration, last took effect by us, or was first seen done by somebody else. */
  readonly actedAt: number | undefined;
  /** When DRAINING was first seen, or set: what is still registered a minute after its tasks is then an orphan. */
  readonly drainingAt: number | undefined;
  /** When a pass first showed no container instance, or no registration: what was never seen is looked for twice. */
  readonly noContainerInstanceSince: number | undefined;
  readonly noRegistrationSince: number | undefined;
  /** Since when, in an unbroken row of passes, no group has known the instance. */
  readonly absentSince: number | undefined;
  /** When the completion was first answered with "no such action". */
  readonly refusedAt: number | undefined;
  /** When our lifecycle action was completed, where other hooks still hold the instance. */
  readonly completedAt: number | undefined;
  /** When the hook's timer last began: at the lifecycle action's start, or with a heartbeat. Unknown means that one is due. */
  readonly lastHeartbeatAt: number | undefined;
  /** When everything was first gone, with nothing left to do but to let it settle. */
  readonly goneAt: number | undefined;
  /** Since when, in an unbroken row of passes, the ECS agent has been disconnected. */
  readonly disconnectedSince: number | undefined;
  /** Since when, in an unbroken row of answers, EC2 has not known the instance. */
  readonly unknownSince: number | undefined;
  /** When the instance was first certain to be dead. */
  readonly deadSince: number | undefined;
  /**
   * When a pass first showed that a hook holds the instance on its way to its death. Nothing holds it so twice: whichever
   * lifecycle action does had begun by then.
   */
  readonly terminatingSince: number | undefined;
  /** Where the instance goes back to, once it was seen on its way there: then the message outlives the hook. */
  readonly returns: Return | undefined;
  /** When the lifecycle action of an instance that returns had ended. */
  readonly returningSince: number | undefined;
  /** What the drain waited for at the last pass that read everything, and since when it has been that. */
  readonly blockers: readonly Blocker[];
  readonly changedAt: number | undefined;
  /** What AWS did not answer in the last pass. It changes neither the pace nor the clock of a stall. */
  readonly unread: readonly UnreadBlocker[];
  /** There is no pass before. */
  readonly nextPassAt: number | undefined;
  /** The one blocker to ask about instead of a pass, and until when that is enough. */
  readonly recheck: { readonly blocker: RecheckableBlocker; readonly until: number } | undefined;
  /** Until when it may stay in the completion queue without a pass; undefined where it is not in it. */
  readonly queuedUntil: number | undefined;
  /** Passes and rechecks in which something failed. */
  readonly failures: number;
  /** Warnings that were given, by a short id, so that each is given once. */
  readonly logged: readonly string[];
  /** What a later version has written and this one does not know, by key: it is sent on as it is. */
  readonly ofLaterVersion: Readonly<Record<string, unknown>>;
};

/** The fields of a memory that this version knows: each has a line in the table of the messages. */
export type MemoryField = Exclude<keyof Memory, "ofLaterVersion">;

/** The memory of a termination of which there was no pass yet. */
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
  managed: [],
  loadBalancers: [],
  actedAt: undefined,
  drainingAt: undefined,
  noContainerInstanceSince: undefined,
  noRegistrationSince: undefined,
  absentSince: undefined,
  refusedAt: undefined,
  completedAt: undefined,
  lastHeartbeatAt: undefined,
  goneAt: undefined,
  disconnectedSince: undefined,
  unknownSince: undefined,
  deadSince: undefined,
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
