import type { Random } from "../../simulator/kernel/random.ts";
import { some, weighted } from "./draw.ts";

/** The names in a world that an input or a hook's metadata can use. */
export type Named = {
  readonly targetGroups: readonly string[];
  readonly loadBalancers: readonly string[];
  readonly clusters: readonly string[];
};

/** The keys of a drain, each there in `probability` of the draws where it can be left out. */
export function drainKeys(random: Random, names: Named, probability: number): Record<string, unknown> {
  return {
    drain_timeout_seconds: weighted(random, [
      [1, 120],
      [3, 240],
      [4, 400],
      [5, 700],
      [2, 1500],
    ]),
    ...some(random, probability, {
      on_timeout: weighted(random, [
        [4, "continue"],
        [3, "abandon"],
        [2, "leave"],
      ]),
    }),
    ...some(random, probability, { stop_tasks: random.pick(["none", "daemon", "all", "all"]) }),
    ...some(random, probability, {
      deregister_container_instance: random.pick(["never", "when_disconnected", "always"]),
    }),
    ...some(random, probability / 2, { settle_seconds: random.pick([0, 5, 30]) }),
    ...some(random, probability / 4, { poll_seconds: random.pick([2, 10, 20]) }),
    ...some(random, probability / 4, { target_groups: names.targetGroups }),
  };
}

/** What all names in a world come to as keys. */
export function nameKeys({ targetGroups, loadBalancers, clusters }: Named): Record<string, unknown> {
  return {
    ...(targetGroups.length > 0 ? { target_groups: targetGroups } : {}),
    ...(loadBalancers.length > 0 ? { elb_names: loadBalancers } : {}),
    ...(clusters.length > 0 ? { cluster_names: clusters } : {}),
  };
}

/** The keys with a name in a key of its own where a list has only that one, as the first version's inputs had it: in a third of them. */
export function inSingleKeys(
  random: Random,
  keys: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const single = new Map([
    ["elb_names", "elb_name"],
    ["cluster_names", "cluster_name"],
  ]);
  return Object.fromEntries(
    Object.entries(keys).map(([key, value]) => {
      const alone = single.get(key);
      const isOne = alone !== undefined && Array.isArray(value) && value.length === 1;
      return isOne && random.chance(1 / 3) ? [alone, value[0]] : [key, value];
    }),
  );
}
