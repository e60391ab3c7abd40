import type { Random } from "../../simulator/kernel/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { weighted } from "./draw.ts";
import type { Named } from "./policy.ts";
import type { Place } from "./world.ts";

/** How a seed's functions find what nobody named, and what of its world is named. */
export type Discovering = {
  readonly keys: Readonly<Record<string, unknown>>;
  /** The names that the inputs have. */
  readonly named: Named;
};

type TargetGroup = NonNullable<ScenarioInput["target_groups"]>[number];

/** Draws whether what is not named is looked for, and which names are then left out. */
export function discoveryOf(random: Random, names: Named): Discovering {
  const discover = weighted(random, [
    [5, "all"],
    [2, "named"],
    [1, "warn"],
    // As it is by default.
    [2, undefined],
  ]);
  const isFound = discover === "all" || discover === undefined;
  // With the others, what is not named is left. So some name all.
  const isAllNamed = !isFound && random.chance(0.4);
  const some = (all: readonly string[]) => (isAllNamed ? all : all.filter(() => random.chance(0.5)));
  const permission = weighted<object>(random, [
    [6, { clusters: "*" }],
    [2, { cluster_tag: "drained=yes" }],
    // What is found is then held until the deadline.
    [1, {}],
  ]);
  const isTyped = random.chance(0.1);
  return {
    keys: { ...(discover === undefined ? {} : { discover }), ...(isFound ? permission : {}) },
    named: {
      targetGroups: some(names.targetGroups),
      loadBalancers: some(names.loadBalancers),
      // Somebody may have typed it wrong.
      clusters: [...some(names.clusters), ...(isTyped ? ["no-such-cluster"] : [])],
    },
  };
}

/** The place with target groups and a cluster that no instance of it is in, some of them in another VPC, and with tags. */
export function withOthers(random: Random, place: Place): Place {
  const count = weighted(random, [
    [4, 0],
    [4, random.whole(1, 6)],
    [1, random.whole(10, 30)],
  ]);
  const others = Array.from(
    { length: count },
    (_, i): TargetGroup => ({
      name: `other-${i}`,
      target_type: random.pick(["instance", "instance", "ip", "alb", "lambda"] as const),
      in_use: random.chance(0.8),
      ...(random.chance(0.2) ? { vpc: "elsewhere" } : {}),
    }),
  );
  const spare = random.chance(0.3) ? [{ name: "spare" }] : [];
  return {
    ...place,
    target_groups: [...place.target_groups, ...others],
    clusters: [
      ...place.clusters.map((each) => (random.chance(0.7) ? { ...each, tags: { drained: "yes" } } : each)),
      ...spare,
    ],
  };
}
