import type { ActionEnd, Actor } from "../../kernel/story.ts";
import { AwsError } from "../../wire/errors.ts";
import type {
  ActionResult,
  AutoScalingGround,
  Group,
  GroupInstance,
  Hook,
  LifecycleAction,
} from "./model.ts";
import { globalTimeout, noteFormerHook, type Passage, TERMINATING } from "./model.ts";
import type { Notifications } from "./notifications.ts";

/** How a caller names an action. */
export type ActionKey = { hook: string; token: string | undefined; instanceId: string | undefined };

/** How an action ends, and by whom. */
type Ending = { readonly how: ActionEnd; readonly result: ActionResult; readonly by: Actor };

/** The lifecycle actions of instances that wait: their timers, and what ends them. */
export class LifecycleActions {
  readonly #world: AutoScalingGround;
  readonly #notifications: Notifications;
  readonly #done = new Map<GroupInstance, (result: ActionResult) => void>();

  constructor(world: AutoScalingGround, notifications: Notifications) {
    this.#world = world;
    this.#notifications = notifications;
  }

  /** Begins an action for each of the hooks, all at once, and calls `done` when none of them is pending any more. */
  start(
    group: Group,
    instance: GroupInstance,
    on: { hooks: readonly Hook[]; passage: Passage; done: (result: ActionResult) => void },
  ): void {
    this.#done.set(instance, on.done);
    for (const hook of on.hooks) this.#begin(group, instance, hook, on.passage);
  }

  /** Cancels all pending actions of an instance. Nothing follows from that. */
  drop(group: Group, instance: GroupInstance): void {
    this.#done.delete(instance);
    const [pending] = pendingOf(instance);
    if (pending)
      this.#end(group, instance, pending, { how: "cancelled", result: "ABANDON", by: "auto-scaling" });
  }

  /** CompleteLifecycleAction. Throws a ValidationError when no such action is pending. */
  complete(group: Group, key: ActionKey, result: ActionResult, by: Actor): void {
    const { instance, action } = this.#find(group, key);
    this.#end(group, instance, action, { how: "call", result, by });
  }

  /** RecordLifecycleActionHeartbeat: the timer starts again, up to the global timeout. Throws as `complete` does. */
  heartbeat(group: Group, key: ActionKey): void {
    const { instance, action } = this.#find(group, key);
    action.timer.cancel();
    action.timer = this.#timer(group, instance, action);
  }

  /** DeleteLifecycleHook: outstanding terminate actions end with CONTINUE. Throws when there is no such hook. */
  deleteHook(group: Group, name: string): void {
    const hook = group.hooks.get(name);
    if (!hook) throw new AwsError("ValidationError", `No Lifecycle Hook found with name ${name}`, 400);
    noteFormerHook(group, name, this.#world.agenda.now);
    group.hooks.delete(name);
    const result = hook.transition === TERMINATING ? "CONTINUE" : "ABANDON";
    for (const instance of group.instances.values()) {
      for (const action of pendingOf(instance)) {
        if (action.hook.name === name)
          this.#end(group, instance, action, { how: "hook-deleted", result, by: "auto-scaling" });
      }
    }
  }

  #begin(group: Group, instance: GroupInstance, hook: Hook, passage: Passage): void {
    const { agenda, random, story } = this.#world;
    const action: LifecycleAction = {
      hook,
      token: random("tokens").uuid(),
      startedAt: agenda.now,
      globalDeadline: agenda.now + globalTimeout(hook) * 1000,
      timer: { at: agenda.now, cancel: () => {} },
      deliveries: [],
      ended: undefined,
    };
    action.timer = this.#timer(group, instance, action);
    instance.actions.push(action);
    const { instanceId } = instance;
    story.tell(agenda.now, {
      kind: "action-started",
      instanceId,
      group: group.name,
      hook: hook.name,
      token: action.token,
      terminating: hook.transition === TERMINATING,
    });
    this.#notifications.begun(group, instanceId, action, passage);
  }

  #timer(group: Group, instance: GroupInstance, action: LifecycleAction) {
    const { agenda } = this.#world;
    const at = Math.min(agenda.now + action.hook.heartbeatTimeout * 1000, action.globalDeadline);
    const ending: Ending = { how: "timeout", result: action.hook.defaultResult, by: "auto-scaling" };
    return agenda.at(at, () => this.#end(group, instance, action, ending));
  }

  #find(group: Group, key: ActionKey): { instance: GroupInstance; action: LifecycleAction } {
    for (const instance of group.instances.values()) {
      if (key.instanceId !== undefined && instance.instanceId !== key.instanceId) continue;
      const action = pendingOf(instance).find(
        (each) => each.hook.name === key.hook && (key.token === undefined || each.token === key.token),
      );
      if (action) return { instance, action };
    }
    const named = key.token ? `token ${key.token}` : `instance ID ${key.instanceId}`;
    throw new AwsError("ValidationError", `No active Lifecycle Action found with ${named}`, 400);
  }

  #end(group: Group, instance: GroupInstance, action: LifecycleAction, { how, result, by }: Ending): void {
    if (action.ended) return;
    const { agenda, story } = this.#world;
    action.timer.cancel();
    action.ended = { how, result, at: agenda.now };
    const { instanceId } = instance;
    const { hook, token } = action;
    story.tell(agenda.now, {
      kind: "action-ended",
      instanceId,
      group: group.name,
      hook: hook.name,
      token,
      how,
      result,
      by,
    });
    const [other] = pendingOf(instance);
    // ABANDON cancels the other hooks of the instance; CONTINUE lets them finish.
    if (other && result === "ABANDON") this.#end(group, instance, other, { how: "cancelled", result, by });
    if (other) return;
    const done = this.#done.get(instance);
    this.#done.delete(instance);
    done?.(result);
  }
}

/** Forgets the actions of an instance that ended before a time, in milliseconds since 1970. */
export function forgetActions({ actions }: GroupInstance, before: number): void {
  const kept = actions.filter(({ ended }) => !ended || ended.at >= before);
  actions.splice(0, actions.length, ...kept);
}

function pendingOf(instance: GroupInstance): LifecycleAction[] {
  return instance.actions.filter((action) => !action.ended);
}
