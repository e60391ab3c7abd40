import { type Random, randomSource } from "../../simulator/kernel/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { deletedClusters } from "./deleted-clusters.ts";
import { planOf } from "./deployments.ts";
import { discoveryOf, withOthers } from "./discovery.ts";
import { some, weighted } from "./draw.ts";
import { type Disturbance, disturbanceOf, faultsOf, remadeQueues, skewOf } from "./faults.ts";
import { type Entry, HAPPENS_WITHIN, happeningsOf, registeredAddresses } from "./happenings.ts";
import { hooksOf } from "./hooks.ts";
import { fits, ownInput, ownOf } from "./own-settings.ts";
import { drainKeys, inSingleKeys, type Named, nameKeys } from "./policy.ts";
import { scalingOf } from "./scaling.ts";
import {
  fitsSize,
  fittingSize,
  happeningsOfSize,
  keysOfSize,
  knownOf,
  outageOf,
  placeOfSize,
  sizeOf,
} from "./size.ts";
import { hasUnnotifiedHook, namesIn, OUR_HOOK, type Place, worldOf } from "./world.ts";

/** When it is given up at the latest, in seconds: long after two hooks of an hour, one after the other, have ended by themselves. */
const ENDS_AFTER = 18_000;

/** The same, where drains may take two hours. */
const LONG_ENDS_AFTER = 40_000;

/** The functions' queues, as the template makes them. */
export const queues = [
  { name: "lifecycle-dead-letters", retention_seconds: 1_209_600 },
  { name: "monitor-dead-letters", retention_seconds: 1_209_600 },
  ...["lifecycle", "monitor"].map((name) => ({
    name,
    visibility_timeout_seconds: 120,
    dead_letter_queue: `${name}-dead-letters`,
    max_receive_count: 240,
  })),
];

/**
 * The scenario of a seed: a world, what happens to it, what goes wrong, and how the functions are told to drain it. It is
 * a scenario file as any other, so that a failure can be printed, played again and made smaller.
 */
export function scenarioOf(seed: number): ScenarioInput {
  const source = randomSource(seed);
  const sizing = source("size");
  const size = sizeOf(sizing);
  const world = placeOfSize(sizing, size, worldOf(source("world")));
  const names = namesIn(world);
  const random = source("policy");
  const discovery = source("discovery");
  const { keys: discovering, named } = discoveryOf(discovery, names);
  const { place, functions } = scalingOf(source("scaling"), withOthers(discovery, world));
  const keys = {
    ...inSingleKeys(source("single keys"), nameKeys(named)),
    ...drainKeys(random, names, 0.5),
    ...keysOfSize(sizing, size),
    ...discovering,
  };
  const notices = {
    ...some(random, 0.6, { on_spot_interruption: random.pick(["drain", "drain", "ignore"]) }),
    ...some(random, 0.5, { on_rebalance: random.pick(["replace", "ignore"]) }),
    ...some(random, 0.5, { on_maintenance: random.pick(["replace", "ignore"]) }),
    ...replacing(source("replacing")),
  };
  const faults = source("faults");
  const outage = outageOf(sizing, size);
  const disturbance = fittingSize(size, untilAfter(outage.until, disturbanceOf(faults)));
  const settling = source("own settings");
  const deployed = planOf(seed).kind !== undefined;
  // The version before passes on what it could not read the hook of. With `queue_name` alone, terminate then believes another's.
  const known = ownOf(settling);
  const own = deployed && known === "queue_name alone" ? "all" : known;
  const drawn = sweepOf(random, hasUnnotifiedHook(place));
  const sweep: Sweep = own === "queue_name alone" ? { sweep_minutes: 0 } : drawn;
  const hooking = hooksOf(source("hooks"), place, {
    names,
    inputsKnowTheQueue: sweep.lifecycle_queue_name !== undefined,
  });
  const dry = dryRunOf(source("dry"));
  // The version before knows no bus: where it runs, nobody deploys one.
  const bus = some(source("event bus"), deployed ? 0 : 0.15, { event_bus: "default" });
  const late = some(source("late"), 0.08, { late_by_seconds: source("late by").pick([5, 20, 50]) });
  const pages = some(source("pages"), 0.08, { pages_of: source("page").pick([2, 3]) });
  const timeline: Entry[] = [
    ...dry.timeline,
    ...changedInputs(source("inputs"), names),
    ...hooking.timeline,
    ...happeningsOf(source("happenings"), knownOf(size, place)),
    ...registeredAddresses(source("addresses"), place),
    ...rebalanced(source("rebalancing"), place),
    ...deletedClusters(source("deleted clusters"), place),
    ...happeningsOfSize(sizing, size, place),
    ...outage.timeline,
    ...[...faultsOf(faults, disturbance), ...remadeQueues(source("remade queues"), disturbance)].filter(
      (each) => sweep.sweep_minutes !== 0 || !isLoss(each),
    ),
  ];
  return {
    name: `seed ${seed}`,
    seed,
    ends_after_seconds: size === "long" ? LONG_ENDS_AFTER : ENDS_AFTER,
    ...disturbance,
    ...some(source("lags"), 0.5, { read_lag_varies: true }),
    ...(size === "huge" ? {} : pages),
    functions: {
      deregister: {
        input: {
          lifecycle_queue_name: "lifecycle",
          elb_monitor_queue_name: "monitor",
          ...keys,
          ...notices,
          ...hooking.keys,
          ...dry.keys,
          ...bus,
        },
        first_after_seconds: random.whole(1, 59),
        ...late,
        clock_skew_seconds: skewOf(faults),
        // From a source of its own, so that a seed without it is what it was before there were any.
        ...some(source("mapping"), 0.25, { event_source_mapping: {} }),
      },
      terminate: {
        input: {
          ...ownInput(settling, own, {
            ours: {
              ...weighted<object>(random, [
                [4, { auto_scaling_groups: place.auto_scaling_groups.map(({ name }) => name) }],
                [1, { group_tag: random.pick(["drained", "drained=yes"]) }],
              ]),
              ...sweep,
              ...hooking.keys,
            },
            settings: keys,
          }),
          ...dry.keys,
          ...(own === "queue_name alone" ? {} : bus),
        },
        first_after_seconds: random.whole(1, 59),
        ...late,
        clock_skew_seconds: skewOf(faults),
      },
      ...functions,
    },
    queues: [...retained(source("retention"), sweep), ...hooking.queues],
    topics: [...hooking.topics],
    event_rules: [...(random.chance(0.7) ? [{ queue: "lifecycle" }] : []), ...hooking.rules],
    ...hooking.place,
    timeline: timeline
      .filter(fits(own))
      .filter(fitsSize(size))
      .sort((a, b) => a.at_seconds - b.at_seconds),
  };
}

// In some accounts a message is gone before it is read.
function retained(random: Random, { sweep_minutes }: Sweep): typeof queues {
  const keys = some(random, 0.06, { retention_seconds: random.pick([60, 120, 300]) });
  return sweep_minutes === 0
    ? queues
    : queues.map((each) => ("dead_letter_queue" in each ? { ...each, ...keys } : each));
}

// Faults do not end before an outage does.
function untilAfter(until: number, disturbance: Disturbance): Disturbance {
  const { faults_end_after_seconds: end = 0 } = disturbance;
  return { ...disturbance, faults_end_after_seconds: Math.max(end, until) };
}

// Somebody deploys other settings while drains are under way, for both functions at once as the template does.
function changedInputs(random: Random, names: Named): Entry[] {
  if (!random.chance(0.2)) return [];
  const at_seconds = random.whole(20, HAPPENS_WITHIN);
  const input = drainKeys(random, names, 0.5);
  return (["deregister", "terminate"] as const).map((each) => ({
    at_seconds,
    change_input: { function: each, input },
  }));
}

// Somebody tries the functions out. Some then let them work.
function dryRunOf(random: Random): { readonly keys: object; readonly timeline: Entry[] } {
  if (!random.chance(0.04)) return { keys: {}, timeline: [] };
  const at_seconds = random.whole(60, HAPPENS_WITHIN);
  const ends = (["deregister", "terminate"] as const).map((each) => ({
    at_seconds,
    change_input: { function: each, input: { dry_run: null } },
  }));
  return { keys: { dry_run: true }, timeline: random.chance(0.7) ? ends : [] };
}

// Few groups have Capacity Rebalancing, and a notice about any instance would hardly ever be about one of theirs.
function rebalanced(
  random: Random,
  { auto_scaling_groups: groups }: Pick<Place, "auto_scaling_groups">,
): Entry[] {
  const [id] = groups.find(({ capacity_rebalance }) => capacity_rebalance)?.instance_ids ?? [];
  if (id === undefined || !random.chance(0.5)) return [];
  return [{ at_seconds: random.whole(20, HAPPENS_WITHIN), recommend_rebalance: { instance_ids: [id] } }];
}

// How many go at once because of notices, and how long before a maintenance.
function replacing(random: Random): object {
  return {
    ...some(random, 0.3, { replace_at_once: random.pick([1, 2, 3]) }),
    ...some(random, 0.3, { replace_last: random.chance(0.7) }),
    ...some(random, 0.4, { maintenance_lead_hours: random.pick([0, 24, 400]) }),
  };
}

/** How often terminate sweeps, and how it knows our hook. */
type Sweep = {
  readonly sweep_minutes?: number;
  readonly lifecycle_queue_name?: string;
  readonly lifecycle_hook_name?: string;
};

// A hook that notifies nobody is known by its name alone, and nothing but a sweep finds what it holds.
function sweepOf(random: Random, hasToSweep: boolean): Sweep {
  const byName = { lifecycle_hook_name: OUR_HOOK };
  return {
    ...weighted<Sweep>(random, [
      [hasToSweep ? 0 : 4, { lifecycle_queue_name: "lifecycle" }],
      [1, byName],
    ]),
    ...weighted<Sweep>(random, [
      [hasToSweep ? 0 : 2, { sweep_minutes: 0 }],
      [1, {}],
      [2, { sweep_minutes: 1 }],
      [2, { sweep_minutes: 2 }],
      [3, { sweep_minutes: 5 }],
    ]),
  };
}

// What is lost, only a sweep finds.
function isLoss({ lose_messages, lose_notifications, remake_queue }: Entry): boolean {
  return [lose_messages, lose_notifications, remake_queue].some((each) => each !== undefined);
}
