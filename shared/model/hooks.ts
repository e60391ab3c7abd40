/** The transition of the hooks that a drain is about. */
export const TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING";

/** The group and lifecycle state in which Auto Scaling shows an instance. */
export type GroupInstance = { readonly group: string; readonly state: string };

/** A lifecycle hook of a group, as far as a drain depends on it. Durations are in milliseconds. */
export type Hook = {
  readonly name: string;
  readonly heartbeatTimeout: number;
  /** After this long the hook ends, whatever heartbeats are sent: 48 hours, or 100 timeouts if that is less. */
  readonly globalTimeout: number;
  /** The ARN that it notifies. Undefined if it only notifies EventBridge. */
  readonly target: string | undefined;
  /** Its NotificationMetadata, which may hold settings of its own. */
  readonly metadata: string | undefined;
};

/** A group, and the states of its instances. */
export type GroupWithInstances = {
  readonly name: string;
  readonly instances: readonly { readonly instanceId: string; readonly state: string }[];
  readonly hasWarmPool: boolean;
};

/** Names a lifecycle action by its token, or by its instance if the token is unknown. */
export type LifecycleAction = {
  readonly group: string;
  readonly hook: string;
  readonly instanceId: string;
  readonly token: string | undefined;
};

/** A termination's own hook among the terminating hooks of its group. Undefined if they could not be read, or it is gone. */
export function hookOf(
  { hook }: { readonly hook: string | undefined },
  { hooks }: { readonly hooks: readonly Hook[] | undefined },
): Hook | undefined {
  return hooks?.find(({ name }) => name === hook);
}

/** The shorter of two timeouts, where 0 stands for one that is not known. */
export function shorterTimeout(one: number, other: number): number {
  return Math.min(one || other, other || one);
}

/** By what a function's input knows our hooks. */
export type OurHooks = {
  /** The name of the lifecycle queue, which our hooks notify. */
  readonly queue: string | undefined;
  /** The ARNs of SNS topics that bring our hooks' messages to the lifecycle queue. */
  readonly topics: readonly string[];
  /** The names of hooks that are ours, whatever they notify. */
  readonly names: readonly string[];
};

/** Whose a hook is. */
export type HookOwner =
  | "ours"
  /** It notifies something of somebody else's. */
  | "another's"
  /** It is ECS's own, by which it drains the instances of a capacity provider. */
  | "managed draining"
  /** It notifies nobody, and the input does not give its name. */
  | "unnamed"
  /** The group has no terminating hook of that name. */
  | "gone";

/** Whether a hook notifies an SQS queue of this name. */
export function notifiesQueue({ target }: Hook, queue: string): boolean {
  return target?.includes(":sqs:") === true && target.endsWith(`:${queue}`);
}

/** Whether a terminating hook is ours: it notifies our queue or a topic of ours, or has a name that the input gives. */
export function isOurs(hook: Hook, { queue, topics, names }: OurHooks): boolean {
  if (names.includes(hook.name)) return true;
  if (hook.target === undefined) return false;
  return (queue !== undefined && notifiesQueue(hook, queue)) || topics.includes(hook.target);
}
