import { ACCOUNT } from "../../kernel/account.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import type { Queue } from "../sqs/queue.ts";
import type { AutoScalingGround, Group, Hook, LifecycleAction, Passage } from "./model.ts";

/** A notification arrives within this many milliseconds. */
const DELIVERY_MS = [50, 1_500] as const;

/** Called for each lifecycle action that begins, as an EventBridge rule would be. */
type BegunListener = (group: Group, instanceId: string, action: LifecycleAction) => void;

/** What Auto Scaling sends to a hook's notification target. */
export class Notifications {
  readonly #world: AutoScalingGround;
  readonly #onBegun: BegunListener[] = [];
  #losses = { until: Number.NEGATIVE_INFINITY, probability: 0 };
  #delays = { until: Number.NEGATIVE_INFINITY, probability: 0, milliseconds: 0 };

  constructor(world: AutoScalingGround) {
    this.#world = world;
  }

  /** The test notification of PutLifecycleHook. Throws a ValidationError when it cannot be delivered. */
  test(group: Group, hook: Hook): void {
    this.check(hook)?.send(
      JSON.stringify({
        AccountId: ACCOUNT,
        RequestId: this.#world.random("notifications").uuid(),
        AutoScalingGroupARN: group.arn,
        AutoScalingGroupName: group.name,
        Service: "AWS Auto Scaling",
        Event: "autoscaling:TEST_NOTIFICATION",
        Time: new Date(this.#world.agenda.now).toISOString(),
      }),
    );
  }

  /** The queue that a hook notifies, if any. Throws a ValidationError when it cannot. */
  check(hook: Hook): Queue | undefined {
    if (!hook.targetArn) return undefined;
    const queue = this.#queue(hook);
    if (!queue || !hook.roleArn) {
      throw new AwsError(
        "ValidationError",
        `Unable to publish test message to notification target ${hook.targetArn} using IAM role ${hook.roleArn}. Please check your target and role configuration and try to put lifecycle hook again.`,
        400,
      );
    }
    return queue;
  }

  /** Calls `listener` for every lifecycle action that begins, whether or not its hook has a target. */
  onBegun(listener: BegunListener): void {
    this.#onBegun.push(listener);
  }

  /** Loses messages of lifecycle actions on their way, until a time in milliseconds since 1970. */
  lose(losses: { until: number; probability: number }): void {
    this.#losses = losses;
  }

  /** Delays messages of lifecycle actions on their way, until a time in milliseconds since 1970. */
  delay(delays: { until: number; probability: number; milliseconds: number }): void {
    this.#delays = delays;
  }

  /** The message that a lifecycle action has begun. It is lost when the queue is gone by then. */
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
    if (!hook.targetArn) return;
    action.message = JSON.stringify(body);
    if (this.#strikes(this.#losses)) {
      this.#world.firings.count("lost notifications");
      this.#world.story.tell(agenda.now, { kind: "message-lost", instanceId });
      return;
    }
    const late = this.#strikes(this.#delays) ? this.#delays.milliseconds : 0;
    if (late > 0) this.#world.firings.count("late notifications");
    agenda.in(late + random.whole(...DELIVERY_MS), () => this.repeat(action));
  }

  /** Sends an action's message as it was; once more, where it was sent before. */
  repeat(action: LifecycleAction): void {
    if (action.message !== undefined) this.#queue(action.hook)?.send(action.message);
  }

  #strikes({ until, probability }: { until: number; probability: number }): boolean {
    return this.#world.agenda.now < until && this.#world.random("notifications").chance(probability);
  }

  #queue(hook: Hook): Queue | undefined {
    if (!hook.targetArn?.startsWith("arn:aws:sqs:"))
      throw new NotSimulated(`the notification target ${hook.targetArn}`);
    return this.#world.queues.byArn(hook.targetArn);
  }
}
