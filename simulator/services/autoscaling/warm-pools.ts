import { AwsError } from "../../wire/errors.ts";
import { type Group, type GroupInstance, IN_POOL, isLeaving, isWarm, type WarmPool } from "./model.ts";
import { type Passages, SHRINKING } from "./passages.ts";

/** The pool's settings that a PutWarmPool gives; what is undefined stays as it was, or takes AWS's default. */
export type WarmPoolChange = { [Key in keyof WarmPool]: WarmPool[Key] | undefined };

/** Keeps the warm pools of groups at their sizes. */
export class WarmPools {
  readonly #passages: Passages;
  readonly #launch: (group: Group) => void;

  /** `launch` launches an instance into a group's pool. */
  constructor(passages: Passages, launch: (group: Group) => void) {
    this.#passages = passages;
    this.#launch = launch;
  }

  /** Adds a warm pool to a group, or changes its own; a `maxPrepared` of -1 takes the group's maximum again. */
  put(group: Group, change: WarmPoolChange): void {
    const known = group.warmPool;
    const maxPrepared = change.maxPrepared ?? known?.maxPrepared;
    group.warmPool = {
      poolState: change.poolState ?? known?.poolState ?? "Stopped",
      reuseOnScaleIn: change.reuseOnScaleIn ?? known?.reuseOnScaleIn ?? false,
      minSize: change.minSize ?? known?.minSize ?? 0,
      maxPrepared: maxPrepared === -1 ? undefined : maxPrepared,
    };
  }

  /** Deletes a group's warm pool. Its instances end without their hooks; without force they must be gone before. */
  delete(group: Group, force: boolean): void {
    const left = [...group.instances.values()].filter((each) => isWarm(each.state.latest));
    if (left.length > 0 && !force) {
      throw new AwsError(
        "ResourceInUseFault",
        "You cannot delete a warm pool while there are instances in it. Use ForceDelete, or let it shrink first.",
      );
    }
    for (const each of left) this.#passages.drop(group, each);
    group.warmPool = undefined;
  }

  /** Up to `most` instances of the pool that are ready, the oldest first. */
  ready(group: Group, most: number): GroupInstance[] {
    const { instances } = group;
    return [...instances.values()].filter(({ state }) => IN_POOL.includes(state.latest)).slice(0, most);
  }

  /** Launches or terminates what the pool has too few or too many of. */
  balance(group: Group): void {
    const surplus = poolSurplus(group);
    for (let i = surplus; i < 0; i++) this.#launch(group);
    for (const each of this.ready(group, Math.max(0, surplus)))
      this.#passages.terminate(group, each, SHRINKING);
  }
}

/** How many instances a group's warm pool has too many; below 0, how many it lacks. */
export function poolSurplus({ warmPool: pool, instances, maxSize, desired }: Group): number {
  if (!pool) return 0;
  const size = [...instances.values()].filter((each) => isWarm(each.state.latest) && !isLeaving(each)).length;
  return size - Math.max(pool.minSize, (pool.maxPrepared ?? maxSize) - desired, 0);
}
