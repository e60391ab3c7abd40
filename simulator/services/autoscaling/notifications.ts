import { ACCOUNT, sessionIdOf } from "../../kernel/account.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import {
  type AutoScalingGround,
  type Group,
  type Hook,
  type LifecycleAction,
  type Passage,
  TERMINATING,
} from "./model.ts";

/** Auto Scaling sends under the role that a hook names, in a session of this id. */
const SENDER_ID = sessionIdOf("AutoScaling");
/** A notification arrives within this many milliseconds. */
const DELIVERY_MS = [50, 1_500] as const;

/** Called for each lifecycle action that begins. */
type BegunListener = (group: Group, instanceId: string, action: LifecycleAction) => void;

/** The deliveries of a lifecycle action's event, one for each rule of EventBridge that matches it. */
type EventRoute = (
  group: Group,
  instanceId: string,
  action: LifecycleAction,
  passage: Passage,
) => readonly (() => void)[];

/** A text that a hook's target gets, and the subject that SNS adds. */
type Message = { readonly subject: string; readonly body: string };

/** What Auto Scaling sends to a hook's notification target. */
export class Notifications {
  readonly #world: AutoScalingGround;
  readonly #onBegun: BegunListener[] = [];
  readonly #eventRoutes: EventRoute[] = [];
  #losses = { until: Number.NEGATIVE_INFINITY, probability: 0 };
  #delays = { until: Number.NEGATIVE_INFINITY, probability: 0, milliseconds: 0 };

  constructor(world: AutoScalingGround) {
    this.#world = world;
  }

  /** The test notification of PutLifecycleHook. Throws a ValidationError when it cannot be delivered. */
  test(group: Group, hook: Hook): void {
    const send = this.check(hook);
    if (!send) return;
    const body = JSON.stringify({
      AccountId: ACCOUNT,
      RequestId: this.#world.random("notifications").uuid(),
      AutoScalingGroupARN: group.arn,
      AutoScalingGroupName: group.name,
      Service: "AWS Auto Scaling",
      Event: "autoscaling:TEST_NOTIFICATION",
      Time: new Date(this.#world.agenda.now).toISOString(),
    });
    send({ subject: `Auto Scaling: test notification for group "${group.name}"`, body });
  }

  /** What sends to the queue or topic that a hook notifies, if any. Throws a ValidationError when it cannot. */
  check(hook: Hook): ((message: Message) => void) | undefined {
    if (!hook.targetArn) return undefined;
    const send = this.#target(hook);
    if (!send) {
      throw new AwsError(
        "ValidationError",
        `Unable to publish test message to notification target ${hook.targetArn} using IAM role ${hook.roleArn}. Please check your target and role configuration and try to put lifecycle hook again.`,
        400,
      );
    }
    return send;
  }

  /** Calls `listener` for every lifecycle action that begins, whether or not its hook has a target. */
  onBegun(listener: BegunListener): void {
    this.#onBegun.push(listener);
  }

  /** Calls `route` for every lifecycle action that begins, for what EventBridge delivers of it. */
  onEvent(route: EventRoute): void {
    this.#eventRoutes.push(route);
  }

  /** Loses messages of lifecycle actions on their way, until a time in milliseconds since 1970. */
  lose(losses: { until: number; probability: number }): void {
    this.#losses = losses;
  }

  /** Delays messages of lifecycle actions on their way, until a time in milliseconds since 1970. */
  delay(delays: { until: number; probability: number; milliseconds: number }): void {
    this.#delays = delays;
  }

  /** The messages that a lifecycle action has begun. One is lost when its queue is gone by then. */
  begun(group: Group, instanceId: string, action: LifecycleAction, passage: Passage): void {
    const { agenda } = this.#world;
    const random = this.#world.random("notifications");
    for (const listener of this.#onBegun) listener(group, instanceId, action);
    const { hook, token } = action;
    const body = {
      Origin: passage.origin,
      LifecycleHookName: hook.name,
      Destination: passage.destination,
      AccountId: ACCOUNT,
      RequestId: random.uuid(),
      LifecycleTransition: hook.transition,
      AutoScalingGroupName: group.name,
      Service: "AWS Auto Scaling",
      Time: new Date(agenda.now).toISOString(),
      EC2InstanceId: instanceId,
      ...(hook.metadata === undefined ? {} : { NotificationMetadata: hook.metadata }),
      LifecycleActionToken: token,
      ...(passage.action ? { Action: passage.action } : {}),
    };
    const message = {
      subject: `Auto Scaling:  Lifecycle action '${passage.transition === TERMINATING ? "TERMINATING" : "LAUNCHING"}' for instance ${instanceId} in progress.`,
      body: JSON.stringify(body),
    };
    action.deliveries = [
      ...(hook.targetArn ? [() => this.#send(hook, message)] : []),
      ...this.#eventRoutes.flatMap((route) => route(group, instanceId, action, passage)),
    ];
    for (const deliver of action.deliveries) this.#deliver(instanceId, deliver);
  }

  /** Sends an action's messages as they were; once more, where they were sent before. */
  repeat({ deliveries }: LifecycleAction): void {
    for (const deliver of deliveries) deliver();
  }

  #deliver(instanceId: string, deliver: () => void): void {
    const { agenda, firings, story } = this.#world;
    if (this.#strikes(this.#losses)) {
      firings.count("lost notifications");
      story.tell(agenda.now, { kind: "message-lost", instanceId });
      return;
    }
    const late = this.#strikes(this.#delays) ? this.#delays.milliseconds : 0;
    if (late > 0) firings.count("late notifications");
    agenda.in(late + this.#world.random("notifications").whole(...DELIVERY_MS), deliver);
  }

  // Without its queue, or where that refuses the hook's role, a message is lost.
  #send(hook: Hook, message: Message): void {
    const { targetArn = "", roleArn = "" } = hook;
    const { queues } = this.#world;
    const send = this.#target(hook);
    if (send) send(message);
    else if (!queues.byArn(targetArn))
      queues.deliver(nameOf(targetArn), message.body, { id: SENDER_ID, arn: roleArn });
  }

  #strikes({ until, probability }: { until: number; probability: number }): boolean {
    return this.#world.agenda.now < until && this.#world.random("notifications").chance(probability);
  }

  // What sends to the queue or the topic of a hook. Undefined if it is not there, or if the queue's policy refuses the hook's role.
  #target({ targetArn = "", roleArn }: Hook): ((message: Message) => void) | undefined {
    const { agenda, queues, topics } = this.#world;
    if (roleArn === undefined) return undefined;
    if (targetArn.startsWith("arn:aws:sns:")) {
      const topic = topics.byArn(targetArn);
      if (!topic) throw new NotSimulated(`the topic ${targetArn}, which no scenario has made`);
      return ({ subject, body }) => topics.publish(topic, { subject, message: body, at: agenda.now });
    }
    if (!targetArn.startsWith("arn:aws:sqs:")) throw new NotSimulated(`the notification target ${targetArn}`);
    const queue = queues.byArn(targetArn);
    const sender = { id: SENDER_ID, arn: roleArn };
    return queue && !queue.denialOf(sender) ? ({ body }) => queue.deliver(body, sender) : undefined;
  }
}

function nameOf(queueArn: string): string {
  return queueArn.split(":").at(-1) ?? "";
}
