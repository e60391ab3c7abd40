import type { TargetGroup } from "../aws/elbv2.ts";
import type { DrainSettings } from "./settings.ts";

/** Reads of AWS lag: nothing counts as gone sooner than this after it was told to go, or after a first empty look. */
export const SETTLE_MS = 10_000;

/** How long EC2 must not know an instance before that is believed. */
export const UNKNOWN_MS = 30_000;

/** Something that the instance was seen in, and is to be gone from: a target group, or a classic load balancer. */
export type SeenRegistration =
  | { readonly kind: "target"; readonly targetGroup: string; readonly port: number }
  | { readonly kind: "classic"; readonly loadBalancer: string };

/** Where an instance goes that does not die: back to its warm pool, or on with a new root volume. */
export type Return = "warm pool" | "root volume";

/**
 * What stood in the way of a drain at the last look. While it does, nothing else can let the drain go on, so it alone needs
 * to be asked for: tasks that are to leave by themselves, of which one that has not STOPPED is enough, or a registration.
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
      readonly kind: "target";
      readonly targetGroup: string;
      /** An instance id or an address. */
      readonly target: string;
      readonly port: number;
      readonly state: "registered" | "draining";
    }
  /** A classic load balancer that drains the instance. */
  | { readonly kind: "classic"; readonly loadBalancer: string };

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
   * The versions that its container instances had when their tasks were listed anew, after DRAINING had taken effect, and none was
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
  /** Target group ARNs and classic names of the services that had a task on the instance: those are ECS's to empty. */
  readonly managedTargetGroups: readonly string[];
  readonly managedElbNames: readonly string[];
  /** Target groups by the name or ARN that they were asked for: nothing of one changes while it exists. */
  readonly targetGroups: readonly { readonly asked: string; readonly group: TargetGroup }[];
  /** When DRAINING, or a deregistration, last took effect by us, or was first seen done by somebody else. */
  readonly actedAt: number | undefined;
  /** When DRAINING was first seen, or set: what is still registered a minute after its tasks is then an orphan. */
  readonly drainingAt: number | undefined;
  /** When a look first showed no container instance, or no registration: what was never seen is looked for twice. */
  readonly noContainerInstanceSince: number | undefined;
  readonly noRegistrationSince: number | undefined;
  /** Since when, in an unbroken row of looks, no group has known the instance. */
  readonly absentSince: number | undefined;
  /** When the completion was first answered with "no such action". */
  readonly refusedAt: number | undefined;
  /** When our lifecycle action was completed, where other hooks still hold the instance. */
  readonly completedAt: number | undefined;
  /** When the hook's timer last began: at the lifecycle action's start, or with a heartbeat. Unknown means beat now. */
  readonly lastHeartbeatAt: number | undefined;
  /** When everything was first gone, with nothing left to do but to let it settle. */
  readonly goneAt: number | undefined;
  /** Since when, in an unbroken row of looks, the ECS agent has been disconnected. */
  readonly disconnectedSince: number | undefined;
  /** Since when, in an unbroken row of answers, EC2 has not known the instance. */
  readonly unknownSince: number | undefined;
  /** When the instance was first certain to be dead. */
  readonly deadSince: number | undefined;
  /** What EC2 then said of it. */
  readonly deadAs: string | undefined;
  /**
   * When a look first showed that a hook holds the instance on its way to its death. Nothing holds it so twice: whichever
   * lifecycle action does had begun by then.
   */
  readonly terminatingSince: number | undefined;
  /** Where the instance goes back to, once it was seen on its way there: then the message outlives the hook. */
  readonly returns: Return | undefined;
  /** When the lifecycle action of an instance that returns had ended. */
  readonly returningSince: number | undefined;
  /** What was waited for at the last look, and since when it is that. */
  readonly waitingFor: string | undefined;
  readonly changedAt: number | undefined;
  /** Not to be looked at before. */
  readonly nextPassAt: number | undefined;
  /** What stood in the way at the last look, and until when, in milliseconds since 1970, it is enough to ask for that. */
  readonly recheck: { readonly what: RecheckableBlocker; readonly until: number } | undefined;
  /** Until when, in milliseconds since 1970, it may wait for its turn to be completed; undefined where it does not. */
  readonly queuedUntil: number | undefined;
  /** Looks in which something failed. */
  readonly failures: number;
  /** Warnings that were given, so that each is given once. */
  readonly logged: readonly string[];
};

/** The memory of a termination that nobody has looked at. */
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
  managedTargetGroups: [],
  managedElbNames: [],
  targetGroups: [],
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
  deadAs: undefined,
  terminatingSince: undefined,
  returns: undefined,
  returningSince: undefined,
  waitingFor: undefined,
  changedAt: undefined,
  nextPassAt: undefined,
  recheck: undefined,
  queuedUntil: undefined,
  failures: 0,
  logged: [],
};

/** One instance that a lifecycle hook holds, or that is about to be interrupted, and what its drain is told and remembers. */
export type Termination = {
  readonly instanceId: string;
  readonly group: string;
  /** The lifecycle hook; undefined where only a Spot interruption notice began the drain: then nothing is completed. */
  readonly hook: string | undefined;
  /** The lifecycle action's token; without it, the action is named by the instance. */
  readonly token: string | undefined;
  /** When the lifecycle action began, in milliseconds since 1970: the message's `Time`. */
  readonly since: number;
  /** When EC2 announced a Spot interruption of the instance: two minutes later it is gone, whatever any hook says. */
  readonly interruptedAt: number | undefined;
  /** Whether the last function that had it was on a dry run. For the log alone: each function's own switch decides. */
  readonly dryRun: boolean;
  readonly settings: DrainSettings;
  readonly memory: Memory;
  /** What the message that brought it says is to be taken: only that is safe to take from an instance that comes back. */
  readonly restorePlan?: RestorePlan;
};

/** What is to be taken from an instance that comes back, as a message carries it. */
export type RestorePlan = Pick<Memory, "plannedDraining" | "plannedDeregistrations">;

/** The same registration as it is remembered. */
export function isSame(a: SeenRegistration, b: SeenRegistration): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Which termination a message is about: two messages with the same key are one drain. */
export function identityOf({ group, hook, instanceId }: Termination): string {
  return JSON.stringify([group, hook ?? null, instanceId]);
}
