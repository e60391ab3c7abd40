import type { Appointment } from "../../kernel/agenda.ts";
import type { Ground } from "../../kernel/ground.ts";
import type { History } from "../../kernel/history.ts";
import type { ActionEnd } from "../../kernel/story.ts";
import type { Instances } from "../ec2/instances.ts";
import type { InterfaceGiven } from "../ec2/network-interfaces.ts";
import type { Clusters } from "../ecs/clusters.ts";
import type { Host } from "../ecs/model.ts";
import type { ClassicLoadBalancers } from "../elb/load-balancers.ts";
import type { TargetGroups } from "../elbv2/target-groups.ts";
import type { Topics } from "../sns/topics.ts";
import type { Queues } from "../sqs/queues.ts";

/** What Auto Scaling needs: all that an instance is registered with. */
export type AutoScalingGround = Ground & {
  readonly instances: Instances;
  readonly classic: ClassicLoadBalancers;
  readonly targetGroups: TargetGroups;
  readonly clusters: Clusters;
  readonly queues: Queues;
  readonly topics: Topics;
};

export type Transition = "autoscaling:EC2_INSTANCE_TERMINATING" | "autoscaling:EC2_INSTANCE_LAUNCHING";
export const TERMINATING: Transition = "autoscaling:EC2_INSTANCE_TERMINATING";
export const LAUNCHING: Transition = "autoscaling:EC2_INSTANCE_LAUNCHING";

export type ActionResult = "CONTINUE" | "ABANDON";

/** The states in which hooks can hold an instance; `:Wait` and `:Proceed` follow them. */
export type Phase =
  | "Pending"
  | "Terminating"
  | "ReplacingRootVolume"
  | "Warmed:Pending"
  | "Warmed:Terminating";

/** What becomes of an instance that waits in a warm pool. */
export type PoolState = "Stopped" | "Running" | "Hibernated";

export type LifecycleState =
  | Phase
  | `${Phase}:${"Wait" | "Proceed" | "Retained"}`
  | "InService"
  | "Terminated"
  | "EnteringStandby"
  | "Standby"
  | "Detaching"
  | "Detached"
  | "RootVolumeReplaced"
  | "Warmed:Terminated"
  | `Warmed:${PoolState}`;

type Place = "EC2" | "AutoScalingGroup" | "WarmPool";

/** Between which places a hook holds an instance, as its message says. */
export type Passage = {
  readonly transition: Transition;
  readonly origin: Place;
  readonly destination: Place;
  readonly action?: "ReplaceRootVolume";
};

/** A lifecycle hook; times in seconds. */
export type Hook = {
  readonly name: string;
  readonly transition: Transition;
  readonly targetArn: string | undefined;
  readonly roleArn: string | undefined;
  readonly metadata: string | undefined;
  readonly heartbeatTimeout: number;
  readonly defaultResult: ActionResult;
};

/** A hook's pending action for one instance; times in milliseconds since 1970. */
export type LifecycleAction = {
  readonly hook: Hook;
  readonly token: string;
  readonly startedAt: number;
  /** Heartbeats do not extend the action beyond this. */
  readonly globalDeadline: number;
  timer: Appointment;
  /** What delivers its messages: to the hook's target, and to each event rule that matches. */
  deliveries: readonly (() => void)[];
  ended: { readonly how: ActionEnd; readonly result: ActionResult; readonly at: number } | undefined;
};

/** An instance of a group; its state is undefined once it has left the group. */
export type GroupInstance = {
  readonly instanceId: string;
  readonly state: History<LifecycleState | undefined>;
  readonly actions: LifecycleAction[];
  healthy: boolean;
  /** Whether scale-in leaves it alone. */
  isProtected: boolean;
  /** Whether it has been in service before, so that its boot script has run. */
  served: boolean;
  /** Whether its ECS agent has lost its state file, so that it registers a new container instance. */
  agentIsNew: boolean;
};

/** A group's warm pool: instances that are prepared beforehand, or wait to be used again. */
export type WarmPool = {
  readonly poolState: PoolState;
  readonly reuseOnScaleIn: boolean;
  readonly minSize: number;
  /** How many instances the group and the pool may have together; the group's maximum where undefined. */
  readonly maxPrepared: number | undefined;
};

/** What the instances of a group do once they are up: what a launch template's user data would say. */
type Launching = {
  readonly bootSeconds: number;
  /** The ECS cluster that the agent joins, and what tasks find there. */
  readonly cluster: string | undefined;
  readonly host: Host;
  /** How long after its instance is in service an agent joins, in seconds. */
  readonly joinSeconds: number;
  /** The VPC of its instances. */
  readonly vpcId?: string | undefined;
  /** The network interfaces of instances, by id. Without them, one has an address that no other has. */
  readonly interfaces?: Readonly<Record<string, readonly InterfaceGiven[]>>;
  /** Whether its instances are Spot Instances. */
  readonly isSpot?: boolean;
  /** The ids of the first instances; later ones draw theirs. */
  readonly instanceIds: readonly string[];
  /** Called when an instance enters service, for what its boot script does. */
  readonly started: (instanceId: string) => void;
};

export type Group = {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly launching: Launching;
  readonly instances: Map<string, GroupInstance>;
  /** How many instances it has launched, those that are gone included. */
  launched: number;
  readonly hooks: Map<string, Hook>;
  /** When hooks were last put or deleted, by name, in milliseconds since 1970. */
  readonly hooksChangedAt: Map<string, number>;
  /** Hooks as they were before, and until when, in milliseconds since 1970. */
  formerHooks: readonly { readonly hook: Hook; readonly until: number }[];
  readonly targetGroupArns: Set<string>;
  readonly loadBalancerNames: Set<string>;
  readonly tags: Map<string, string>;
  minSize: number;
  maxSize: number;
  desired: number;
  retain: boolean;
  warmPool: WarmPool | undefined;
  /** The processes that somebody has suspended, such as `Launch`. */
  readonly suspended: Set<string>;
  /** Whether new instances are protected from scale-in. */
  protectsNew: boolean;
  /** Whether it replaces instances that EC2 recommends to rebalance, and those that wait for their replacement. */
  rebalances: boolean;
  readonly atRisk: Set<string>;
};

/** The processes of a group that can be suspended. */
export const PROCESSES: readonly string[] = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
];

/** The longest that a hook can hold an instance, in seconds: 48 hours or 100 heartbeat timeouts, whichever is less. */
export function globalTimeout(hook: Hook): number {
  return Math.min(172_800, 100 * hook.heartbeatTimeout);
}

/** Whether the instance leaves the group or its warm pool, has left, or is retained outside of them. */
export function isLeaving(instance: GroupInstance): boolean {
  const state = instance.state.latest;
  return state === undefined || /^(Warmed:)?Terminat|^Detach|:Retained$/.test(state);
}

/** Whether an instance was set aside: it is in the group, and does not count in its capacity. */
export function isInStandby({ state }: GroupInstance): boolean {
  return state.latest === "Standby" || state.latest === "EnteringStandby";
}

/** In these states an instance waits in its warm pool. */
export const IN_POOL: readonly (LifecycleState | undefined)[] = [
  "Warmed:Stopped",
  "Warmed:Running",
  "Warmed:Hibernated",
];

/** Whether a state is one of the warm pool's. */
export function isWarm(state: LifecycleState | undefined): boolean {
  return state?.startsWith("Warmed:") === true;
}

/** Notes a hook that is about to be put or deleted as it was until now, in milliseconds since 1970. */
export function noteFormerHook(group: Group, name: string, now: number): void {
  const hook = group.hooks.get(name);
  if (hook) group.formerHooks = [...group.formerHooks, { hook, until: now }];
  group.hooksChangedAt.set(name, now);
}
