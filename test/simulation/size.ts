import type { Random } from "../../simulator/kernel/random.ts";
import { some, weighted } from "./draw.ts";
import type { Disturbance } from "./faults.ts";
import { type Entry, HAPPENS_WITHIN } from "./happenings.ts";
import type { Place } from "./world.ts";

/**
 * How large the world of a seed is. Most are small, so that many are played. Long ones have delays and stop timeouts as AWS's defaults
 * are, or up to the most that it takes. Wide ones have groups of forty and five clusters. In huge ones some hundreds go at once.
 */
export type Size = "small" | "long" | "wide" | "huge";

type Cluster = Place["clusters"][number];
type Service = NonNullable<Cluster["services"]>[number];
type Group = Place["auto_scaling_groups"][number];

/** How many instances a wide world's first group has. */
const WIDE_GROUP = 40;
const WIDE_CLUSTERS = 5;
/** How many of a huge world's first group are left after the others have gone. */
const LEFT = 10;
/** So many of a huge group come up in what happens besides. */
const KNOWN = 4;
/** How long both functions do not run, in seconds: so long an account's Lambda functions may be throttled. */
const OUTAGE = 1_800;

/** Draws how large a seed's world is. */
export function sizeOf(random: Random): Size {
  return weighted(random, [
    [90, "small"],
    [8, "long"],
    [2, "wide"],
    [0.5, "huge"],
  ]);
}

/** The place of that size. */
export function placeOfSize(random: Random, size: Size, place: Place): Place {
  switch (size) {
    case "small":
      return place;
    case "long":
      return long(random, place);
    case "wide":
      return wide(place);
    case "huge": {
      const count = weighted(random, [
        [5, 200],
        [3, 400],
        [2, 1_100],
      ]);
      return withFirstGroup(place, (group) => many(group, count));
    }
    default:
      return size satisfies never;
  }
}

/** The place that the happenings of every size are drawn from: one after the other, hundreds of instances would take a day. */
export function knownOf(size: Size, place: Place): Place {
  if (size !== "huge") return place;
  return withFirstGroup(place, (group) => ({
    ...group,
    instance_ids: (group.instance_ids ?? []).slice(0, KNOWN),
  }));
}

/** Says whether an entry can be of a world of that size. Nobody replaces hundreds one after the other. */
export function fitsSize(size: Size): (entry: Entry) => boolean {
  return ({ instance_refresh, rolling_update }) => size !== "huge" || !(instance_refresh ?? rolling_update);
}

/** What goes wrong in a world of that size. With slow calls, no run would come to hundreds, and that is all that it would show. */
export function fittingSize(size: Size, disturbance: Disturbance): Disturbance {
  return size === "huge" ? { ...disturbance, latency_milliseconds: [15, 60] } : disturbance;
}

function withFirstGroup(place: Place, change: (group: Group) => Group): Place {
  const { auto_scaling_groups: groups } = place;
  return { ...place, auto_scaling_groups: groups.map((group, i) => (i === 0 ? change(group) : group)) };
}

/** The settings of a drain that a world of that size takes, over those that were drawn. */
export function keysOfSize(random: Random, size: Size): Record<string, unknown> {
  if (size !== "long") return {};
  return {
    drain_timeout_seconds: random.pick([1_500, 3_600, 7_200]),
    ...some(random, 0.4, { settle_seconds: random.pick([60, 300, 1_800]) }),
  };
}

/** What more happens in a world of that size. */
export function happeningsOfSize(random: Random, size: Size, place: Place): Entry[] {
  const [group] = place.auto_scaling_groups;
  if (!group || size === "small" || size === "long") return [];
  const at_seconds = random.whole(20, HAPPENS_WITHIN);
  if (size === "huge") {
    const instance_ids = (group.instance_ids ?? []).slice(0, -LEFT);
    return [{ at_seconds, terminate: { instance_ids, replace: random.chance(0.2) } }];
  }
  return [
    random.chance(0.5)
      ? { at_seconds, scale_in: { group: group.name, count: random.whole(10, 20) } }
      : {
          at_seconds,
          terminate: {
            instance_ids: random.shuffled(group.instance_ids ?? []).slice(0, random.whole(10, 20)),
            replace: true,
          },
        },
  ];
}

/** In some long worlds neither function runs for half an hour. Faults end after that. */
export function outageOf(
  random: Random,
  size: Size,
): { readonly timeline: readonly Entry[]; readonly until: number } {
  if (size !== "long" || !random.chance(0.25)) return { timeline: [], until: 0 };
  const at_seconds = random.whole(10, 300);
  const both = (["deregister", "terminate"] as const).map((name) => ({
    at_seconds,
    throttle_function: { function: name, for_seconds: OUTAGE },
  }));
  return { timeline: both, until: at_seconds + OUTAGE };
}

function long(random: Random, place: Place): Place {
  const delay = () => random.pick([300, 300, 900, 3_600]);
  return {
    ...place,
    target_groups: place.target_groups.map((each) =>
      random.chance(0.6) ? { ...each, deregistration_delay_seconds: delay() } : each,
    ),
    load_balancers: place.load_balancers.map((each) =>
      random.chance(0.6) ? { ...each, connection_draining_seconds: delay() } : each,
    ),
    clusters: place.clusters.map((each) => ({
      ...each,
      services: (each.services ?? []).map((one) => slow(random, one)),
    })),
  };
}

// Its tasks may take minutes to stop.
function slow(random: Random, service: Service): Service {
  if (!random.chance(0.5)) return service;
  const stop_timeout_seconds = random.pick([120, 300, 1_200]);
  const stop_seconds = random.whole(30, stop_timeout_seconds);
  return { ...service, task: { ...service.task, stop_seconds, stop_timeout_seconds } };
}

function wide(place: Place): Place {
  const more = Array.from({ length: Math.max(0, WIDE_CLUSTERS - place.clusters.length) }, (_, i) => ({
    name: `more-${i}`,
    tags: { drained: "yes" },
  }));
  return {
    ...place,
    clusters: [...place.clusters, ...more],
    auto_scaling_groups: withFirstGroup(place, (group) => many(group, WIDE_GROUP)).auto_scaling_groups,
  };
}

function many(group: Group, count: number): Group {
  const [first = "i-00000000000000001"] = group.instance_ids ?? [];
  const prefix = first.slice(0, 3);
  const instance_ids = Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(16, "0")}`);
  return { ...group, instance_ids };
}
