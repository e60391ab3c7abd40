import type { Appointment } from "../../clock.ts";
import type { Ground } from "../../ground.ts";
import type { History } from "../../history.ts";
import type { ActionEnd } from "../../story.ts";
import type { Instances } from "../ec2/instances.ts";
import type { Clusters } from "../ecs/clusters.ts";
import type { ClassicLoadBalancers } from "../elb/load-balancers.ts";
import type { TargetGroups } from "../elbv2/target-groups.ts";
import type { Queues } from "../sqs/queues.ts";

/** What Auto Scaling stands on: all that an instance has to do with. */
export type AutoScalingGround = Ground & {
  readonly instances: Instances;
  readonly classic: ClassicLoadBalancers;
  readonly targetGroups: TargetGroups;
  readonly clusters: Clusters;
  readonly queues: Queues;
};

export type Transition = "autoscaling:EC2_INSTANCE_TERMINATING" | "autoscaling:EC2_INSTANCE_LAUNCHING";
export type ActionResult = "CONTINUE" | "ABANDON";

export type LifecycleState =
  | "Pending"
  | "Pending:Wait"
  | "Pending:Proceed"
  | "InService"
  | "Terminating"
  | "Terminating:Wait"
  | "Terminating:Proceed"
  | "Terminating:Retained"
  | "Terminated"
  | "EnteringStandby"
  | "Standby";

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
  /** What its notification says, once it was sent. */
  message: string | undefined;
  ended: { readonly how: ActionEnd; readonly result: ActionResult } | undefined;
};

/** An instance of a group; its state is undefined once it has left the group. */
export type GroupInstance = {
  readonly instanceId: string;
  readonly state: History<LifecycleState | undefined>;
  readonly actions: LifecycleAction[];
  healthy: boolean;
};

/** What the instances of a group do once they are up: what a launch template's user data would say. */
export type Launching = {
  readonly bootSeconds: number;
  /** The ECS cluster that the agent joins, and how many tasks have room there. */
  readonly cluster: string | undefined;
  readonly taskSlots: number;
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
  readonly hooks: Map<string, Hook>;
  readonly targetGroupArns: Set<string>;
  readonly loadBalancerNames: Set<string>;
  readonly tags: Map<string, string>;
  minSize: number;
  maxSize: number;
  desired: number;
  retain: boolean;
};

/** The longest that a hook can hold an instance, in seconds: 48 hours or 100 heartbeat timeouts, whichever is less. */
export function globalTimeout(hook: Hook): number {
  return Math.min(172_800, 100 * hook.heartbeatTimeout);
}

/** Whether the instance is on its way out of the group, or out. */
export function isLeaving(instance: GroupInstance): boolean {
  const state = instance.state.latest;
  return state === undefined || state.startsWith("Terminat");
}
