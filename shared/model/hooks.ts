/** Where Auto Scaling shows an instance. */
export type GroupInstance = { readonly group: string; readonly state: string };

/** A lifecycle hook of a group, as far as a drain depends on it. Durations are in milliseconds. */
export type Hook = {
  readonly name: string;
  readonly heartbeatTimeout: number;
  /** After this long the hook ends, whatever its heartbeats: 48 hours, or 100 timeouts where that is less. */
  readonly globalTimeout: number;
  /** What it notifies; undefined where it notifies nothing but EventBridge. */
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

/** Which lifecycle action is meant: by its token, or where that is unknown by its instance. */
export type LifecycleAction = {
  readonly group: string;
  readonly hook: string;
  readonly instanceId: string;
  readonly token: string | undefined;
};

/** Whether a hook notifies an SQS queue of this name. */
export function notifiesQueue({ target }: Hook, queue: string): boolean {
  return target?.includes(":sqs:") === true && target.endsWith(`:${queue}`);
}
