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

/** Whether a hook notifies an SQS queue of this name. */
export function notifiesQueue({ target }: Hook, queue: string): boolean {
  return target?.includes(":sqs:") === true && target.endsWith(`:${queue}`);
}

/** How the hooks that are ours are known. */
export type OurHooks = {
  /** The lifecycle queue's name: hooks that notify it are ours. */
  readonly queue: string;
  /** The names of hooks that are ours, whatever they notify. */
  readonly hookNames: readonly string[];
  /** The ARNs of topics: hooks that notify one of them are ours. */
  readonly topicArns: readonly string[];
};

/** Whether a terminating hook is ours: it notifies our queue or a topic of ours, or has a name that the input gives. */
export function isOurs(hook: Hook, { queue, hookNames, topicArns }: OurHooks): boolean {
  return (
    notifiesQueue(hook, queue) ||
    hookNames.includes(hook.name) ||
    (hook.target !== undefined && topicArns.includes(hook.target))
  );
}
