import type { Ground } from "../../kernel/ground.ts";
import { type Group, type GroupInstance, type LifecycleAction, TERMINATING } from "./model.ts";

/** Two answers tell one thing to a caller if they are at most this far apart, in milliseconds: a run of a function is that long. */
const TOGETHER_MS = 65_000;

/** When each caller was told something, in milliseconds since 1970. */
type Told = Map<string, number>;

/**
 * Who could first have worked on a lifecycle action. Two answers must have told a caller of it: that a hook holds the instance,
 * and which hooks the group has.
 */
export class Sightings {
  readonly #world: Ground;
  readonly #held = new WeakMap<LifecycleAction, Told>();
  readonly #hooks = new WeakMap<Group, Told>();
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
    noted(this.#hooks, group).set(caller, this.#world.agenda.now);
    for (const instance of group.instances.values())
      for (const action of pendingOf(instance)) this.#tell(group, instance, action, caller);
  }

  // Once an action and caller.
  #tell(group: Group, { instanceId }: GroupInstance, action: LifecycleAction, by: string): void {
    const { agenda, story } = this.#world;
    const isRecent = (told: Told | undefined) =>
      agenda.now - (told?.get(by) ?? Number.NEGATIVE_INFINITY) <= TOGETHER_MS;
    if (!isRecent(this.#held.get(action)) || !isRecent(this.#hooks.get(group))) return;
    const seen = this.#seen.get(action) ?? new Set();
    this.#seen.set(action, seen);
    if (seen.has(by)) return;
    seen.add(by);
    const { token, hook } = action;
    story.tell(agenda.now, {
      kind: "action-seen",
      instanceId,
      group: group.name,
      hook: hook.name,
      token,
      by,
    });
  }
}

function noted<K extends object>(all: WeakMap<K, Told>, key: K): Told {
  const told = all.get(key) ?? new Map();
  all.set(key, told);
  return told;
}

function pendingOf({ actions }: GroupInstance): LifecycleAction[] {
  return actions.filter(({ ended, hook }) => !ended && hook.transition === TERMINATING);
}
