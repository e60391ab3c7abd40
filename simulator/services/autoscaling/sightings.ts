import type { Ground } from "../../kernel/ground.ts";
import { type Group, type GroupInstance, type LifecycleAction, TERMINATING } from "./model.ts";

/** Two answers tell one thing to a caller if they are at most this far apart, in milliseconds: a run of a function is that long. */
const TOGETHER_MS = 65_000;

/** When each caller was told something, in milliseconds since 1970. */
type Told = Map<string, number>;

/** When each caller was told of a group's hooks, and what these notify by their names. */
type HooksTold = Map<
  string,
  { readonly at: number; readonly targets: ReadonlyMap<string, string | undefined> }
>;

/**
 * Who could first have worked on a lifecycle action. Two answers must have told a caller of it: that a hook holds the instance,
 * and which hooks the group has.
 */
export class Sightings {
  readonly #world: Ground;
  readonly #held = new WeakMap<LifecycleAction, Told>();
  readonly #hooks = new WeakMap<Group, HooksTold>();
  #seen = new WeakMap<LifecycleAction, Set<string>>();

  constructor(world: Ground) {
    this.#world = world;
  }

  /** From now on, who sees what is told once more: a caller is not what it was. */
  tellAgain(): void {
    this.#seen = new WeakMap();
  }

  /** A caller was told that hooks hold an instance. */
  heldShown(group: Group, instance: GroupInstance, caller: string): void {
    for (const action of pendingOf(instance)) {
      noted(this.#held, action).set(caller, this.#world.agenda.now);
      this.#tell(group, instance, action, caller);
    }
  }

  /** A caller was told which hooks a group has. */
  hooksShown(group: Group, caller: string): void {
    const targets = new Map([...group.hooks.values()].map(({ name, targetArn }) => [name, targetArn]));
    noted(this.#hooks, group).set(caller, { at: this.#world.agenda.now, targets });
    for (const instance of group.instances.values())
      for (const action of pendingOf(instance)) this.#tell(group, instance, action, caller);
  }

  // Once an action and caller, and once more where the hook notifies something else by then.
  #tell(group: Group, { instanceId }: GroupInstance, action: LifecycleAction, by: string): void {
    const { agenda, story } = this.#world;
    const isRecent = (at = Number.NEGATIVE_INFINITY) => agenda.now - at <= TOGETHER_MS;
    const hooks = this.#hooks.get(group)?.get(by);
    if (!isRecent(this.#held.get(action)?.get(by)) || !isRecent(hooks?.at)) return;
    const seen = this.#seen.get(action) ?? new Set();
    this.#seen.set(action, seen);
    const { token, hook } = action;
    const notifies = hooks?.targets.get(hook.name);
    const what = `${by} ${notifies}`;
    if (seen.has(what)) return;
    seen.add(what);
    story.tell(agenda.now, {
      kind: "action-seen",
      instanceId,
      group: group.name,
      hook: hook.name,
      notifies,
      token,
      by,
    });
  }
}

function noted<K extends object, T>(all: WeakMap<K, Map<string, T>>, key: K): Map<string, T> {
  const told = all.get(key) ?? new Map<string, T>();
  all.set(key, told);
  return told;
}

function pendingOf({ actions }: GroupInstance): LifecycleAction[] {
  return actions.filter(({ ended, hook }) => !ended && hook.transition === TERMINATING);
}
