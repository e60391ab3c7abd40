import type { ActionEnd, Actor } from "../../story.ts";
import { AwsError } from "../../wire/errors.ts";
import type {
  ActionResult,
  AutoScalingGround,
  Group,
  GroupInstance,
  Hook,
  LifecycleAction,
  LifecycleState,
  Transition,
} from "./model.ts";
import { globalTimeout, isLeaving } from "./model.ts";
import type { Notifications } from "./notifications.ts";

const TERMINATING: Transition = "autoscaling:EC2_INSTANCE_TERMINATING";
const LAUNCHING: Transition = "autoscaling:EC2_INSTANCE_LAUNCHING";

/** From Terminating:Proceed to the instance's end, and from there to its leaving the group. */
const PROCEED_MS = 3_000;
const LEAVE_MS = 25_000;

/** How an action is named by a caller. */
export type ActionKey = { hook: string; token: string | undefined; instanceId: string | undefined };

/** How instances leave a group, and what its hooks make of it: lifecycle actions with their timers. */
export class Departures {
  readonly #world: AutoScalingGround;
  readonly #notifications: Notifications;
  readonly #enterService: (group: Group, instance: GroupInstance) => void;

  constructor(
    world: AutoScalingGround,
    notifications: Notifications,
    enterService: (group: Group, instance: GroupInstance) => void,
  ) {
    this.#world = world;
    this.#notifications = notifications;
    this.#enterService = enterService;
  }

  /**
   * Begins to terminate an instance: Auto Scaling first takes it out of the load balancers that are attached to the
   * group, and waits for their draining; only then do the hooks begin, all at once.
   */
  begin(group: Group, instance: GroupInstance): void {
    if (isLeaving(instance)) return;
    this.#set(group, instance, "Terminating");
    let left = 1;
    const gone = () => {
      left -= 1;
      if (left === 0 && instance.state.latest === "Terminating") {
        this.#startHooks(group, instance, TERMINATING, "Terminating:Wait");
      }
    };
    for (const leave of this.#attachments(group, instance)) {
      left += 1;
      leave(gone);
    }
    gone();
  }

  /** Runs the launch hooks of a new instance, if there are any, before it enters service. */
  launch(group: Group, instance: GroupInstance): void {
    this.#startHooks(group, instance, LAUNCHING, "Pending:Wait");
  }

  /** Takes an instance out of its group and ends it, without hooks. */
  drop(group: Group, instance: GroupInstance): void {
    for (const action of instance.actions) action.timer.cancel();
    this.#set(group, instance, undefined);
    this.#world.instances.terminate(instance.instanceId, "auto-scaling");
  }

  /** CompleteLifecycleAction. Throws a ValidationError when no such action is pending. */
  complete(group: Group, key: ActionKey, result: ActionResult, by: Actor): void {
    const { instance, action } = this.#find(group, key);
    this.#end(group, instance, action, "call", result, by);
  }

  /** RecordLifecycleActionHeartbeat: the timer starts anew, up to the global timeout. Throws likewise. */
  heartbeat(group: Group, key: ActionKey): void {
    const { instance, action } = this.#find(group, key);
    action.timer.cancel();
    action.timer = this.#timer(group, instance, action);
  }

  /** DeleteLifecycleHook: outstanding terminate actions end with CONTINUE. */
  deleteHook(group: Group, name: string): void {
    const hook = group.hooks.get(name);
    if (!hook) throw new AwsError("ValidationError", `No Lifecycle Hook found with name ${name}`, 400);
    group.hooks.delete(name);
    for (const instance of group.instances.values()) {
      for (const action of instance.actions) {
        if (action.hook.name !== name || action.ended) continue;
        this.#end(
          group,
          instance,
          action,
          "hook-deleted",
          hook.transition === TERMINATING ? "CONTINUE" : "ABANDON",
          "auto-scaling",
        );
      }
    }
  }

  #attachments(group: Group, instance: GroupInstance): ((gone: () => void) => void)[] {
    const { classic, targetGroups } = this.#world;
    const { instanceId } = instance;
    const fromGroups = [...group.targetGroupArns].flatMap((each) => targetGroups.find(each) ?? []);
    const fromClassic = [...group.loadBalancerNames].flatMap((each) => classic.find(each) ?? []);
    return [
      ...fromGroups.map(
        (each) => (gone: () => void) => each.leave(instanceId, each.settings.port, "auto-scaling", gone),
      ),
      ...fromClassic.map((each) => (gone: () => void) => each.leave(instanceId, "auto-scaling", gone)),
    ];
  }

  #startHooks(group: Group, instance: GroupInstance, transition: Transition, waiting: LifecycleState): void {
    const hooks = [...group.hooks.values()].filter((hook) => hook.transition === transition);
    if (hooks.length === 0) {
      this.#hooksDone(group, instance, transition, "CONTINUE");
      return;
    }
    this.#set(group, instance, waiting);
    for (const hook of hooks) this.#start(group, instance, hook);
  }

  #hooksDone(group: Group, instance: GroupInstance, transition: Transition, result: ActionResult): void {
    if (transition === TERMINATING) this.#proceed(group, instance);
    else if (result === "ABANDON") this.begin(group, instance);
    else this.#enterService(group, instance);
  }

  #start(group: Group, instance: GroupInstance, hook: Hook): void {
    const { agenda, random, story } = this.#world;
    const action: LifecycleAction = {
      hook,
      token: random("tokens").uuid(),
      startedAt: agenda.now,
      globalDeadline: agenda.now + globalTimeout(hook) * 1000,
      timer: { at: agenda.now, cancel: () => {} },
      message: undefined,
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
    });
    this.#notifications.begun(group, instanceId, action);
  }

  #timer(group: Group, instance: GroupInstance, action: LifecycleAction) {
    const { agenda } = this.#world;
    const at = Math.min(agenda.now + action.hook.heartbeatTimeout * 1000, action.globalDeadline);
    return agenda.at(at, () =>
      this.#end(group, instance, action, "timeout", action.hook.defaultResult, "auto-scaling"),
    );
  }

  #find(group: Group, key: ActionKey): { instance: GroupInstance; action: LifecycleAction } {
    for (const instance of group.instances.values()) {
      if (key.instanceId !== undefined && instance.instanceId !== key.instanceId) continue;
      const action = instance.actions.find(
        (each) =>
          !each.ended && each.hook.name === key.hook && (key.token === undefined || each.token === key.token),
      );
      if (action) return { instance, action };
    }
    const named = key.token ? `token ${key.token}` : `instance ID ${key.instanceId}`;
    throw new AwsError("ValidationError", `No active Lifecycle Action found with ${named}`, 400);
  }

  #end(
    group: Group,
    instance: GroupInstance,
    action: LifecycleAction,
    how: ActionEnd,
    result: ActionResult,
    by: Actor,
  ): void {
    if (action.ended) return;
    const { agenda, story } = this.#world;
    action.timer.cancel();
    action.ended = { how, result };
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
    const pending = instance.actions.filter(
      (each) => !each.ended && each.hook.transition === hook.transition,
    );
    if (result === "ABANDON") {
      // ABANDON cancels the other hooks of the instance; CONTINUE lets them finish.
      const other = pending[0];
      if (other) {
        this.#end(group, instance, other, "cancelled", "ABANDON", by);
        return;
      }
    }
    if (pending.length === 0) this.#hooksDone(group, instance, hook.transition, result);
  }

  #proceed(group: Group, instance: GroupInstance): void {
    const { agenda, instances } = this.#world;
    const abandoned = instance.actions.some((action) => action.ended?.result === "ABANDON");
    this.#set(group, instance, "Terminating:Proceed");
    agenda.in(PROCEED_MS, () => {
      if (instance.state.latest !== "Terminating:Proceed") return;
      if (group.retain && abandoned) {
        this.#set(group, instance, "Terminating:Retained");
        return;
      }
      instances.terminate(instance.instanceId, "auto-scaling");
      agenda.in(LEAVE_MS, () => {
        this.#set(group, instance, "Terminated");
        this.#set(group, instance, undefined);
      });
    });
  }

  #set(group: Group, instance: GroupInstance, state: LifecycleState | undefined): void {
    const { agenda, story } = this.#world;
    instance.state.set(agenda.now, state);
    story.tell(agenda.now, {
      kind: "instance",
      instanceId: instance.instanceId,
      group: group.name,
      state: state ?? "gone",
    });
  }
}
