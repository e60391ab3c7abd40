import type { Random } from "../../simulator/kernel/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { some, weighted } from "./draw.ts";
import { type Entry, HAPPENS_WITHIN } from "./happenings.ts";
import { drainKeys, type Named } from "./policy.ts";
import { OUR_HOOK, type Place } from "./world.ts";

type Group = Place["auto_scaling_groups"][number];
type Hook = NonNullable<Group["hooks"]>[number];
type Topic = NonNullable<ScenarioInput["topics"]>[number];
type EventRule = NonNullable<ScenarioInput["event_rules"]>[number];

/** By what ways the messages of a world's hooks come, whose they are, and how they change. */
export type Hooking = {
  readonly place: Place;
  readonly topics: readonly Topic[];
  readonly rules: readonly EventRule[];
  readonly queues: readonly { readonly name: string }[];
  /** The keys of both functions' inputs that tell which hooks are ours. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly timeline: readonly Entry[];
};

/** What our hook is called after it was renamed. */
export const RENAMED = "drain-2";
/** Another team's hook. */
const OTHERS_HOOK = "flush";
/** Another team's queue. */
export const OTHERS_QUEUE = "their-lifecycle";
const TOPIC = "terminations";
const OTHERS_TOPIC = "their-terminations";
const OTHER_ACCOUNT = "210987654321";
/** How far apart the deletion of a hook and its new one are at most, in seconds. */
const GAP_SECONDS = 300;

/** How the messages of our hooks come to the lifecycle queue: from themselves, by a topic, or by EventBridge. */
type Way = "queue" | "topic" | "rule" | "queue and rule";

/** Draws the ways of the hooks' messages. `inputsKnowTheQueue` tells whether both functions know our hooks by their queue. */
export function hooksOf(
  random: Random,
  place: Place,
  { names, inputsKnowTheQueue }: { readonly names: Named; readonly inputsKnowTheQueue: boolean },
): Hooking {
  const way = weighted<Way>(random, [
    [7, "queue"],
    [3, "topic"],
    [3, "rule"],
    [2, "queue and rule"],
  ]);
  const ways = random.chance(0.3) ? withOthers(random, place) : place;
  const routed = routedBy(random, way, ways);
  const changes = random.chance(0.4) ? changesOf(random, routed, { way, names }) : [];
  const renames = changes.some(({ put_hook }) => put_hook?.hook.name === RENAMED);
  const named = [
    ...(way === "rule" ? [OUR_HOOK] : []),
    ...(renames && (way === "rule" || !inputsKnowTheQueue || random.chance(0.5)) ? [RENAMED] : []),
  ];
  const topics = way === "topic" ? [topicOf(random)] : [];
  return {
    place: routed,
    topics: [...topics, ...othersTopics(random, routed)],
    rules: way === "rule" || way === "queue and rule" ? [ruleOf(random, way, { place, named })] : [],
    queues: [{ name: OTHERS_QUEUE }],
    keys: {
      ...(named.length > 0 ? { lifecycle_hook_names: named } : {}),
      ...(topics.length > 0 ? { lifecycle_topic_arns: topics.map(arnOf) } : {}),
    },
    timeline: [...changes, ...othersDone(random, routed)],
  };
}

function topicOf(random: Random): Topic {
  return {
    name: TOPIC,
    ...some(random, 0.3, { account: OTHER_ACCOUNT }),
    queues: [{ queue: "lifecycle", raw: random.chance(0.5) }],
  };
}

function arnOf({ name, account = "123456789012" }: Topic): string {
  return `arn:aws:sns:us-east-1:${account}:${name}`;
}

// A rule without a hook's name catches the events of other teams' hooks too.
function ruleOf(
  random: Random,
  way: Way,
  { place, named }: { readonly place: Place; readonly named: readonly string[] },
): EventRule {
  const isWide = way === "queue and rule" ? random.chance(0.7) : random.chance(0.4);
  return {
    queue: "lifecycle",
    of: "terminating",
    ...(isWide ? {} : { hooks: named.includes(OUR_HOOK) ? [...named] : [OUR_HOOK] }),
    ...some(random, 0.3, { groups: place.auto_scaling_groups.map(({ name }) => name) }),
  };
}

// In some groups our hook goes on to notify the queue itself.
function routedBy(random: Random, way: Way, place: Place): Place {
  if (way === "queue" || way === "queue and rule") return place;
  const first = random.pick(place.auto_scaling_groups);
  const routed = ({ queue, ...hook }: Hook): Hook =>
    hook.name !== OUR_HOOK || queue === undefined
      ? { ...hook, ...(queue === undefined ? {} : { queue }) }
      : { ...hook, ...(way === "topic" ? { topic: TOPIC } : {}) };
  const groups = place.auto_scaling_groups.map((group) => {
    const isRouted = random.chance(0.7) || group === first;
    return isRouted ? { ...group, hooks: (group.hooks ?? []).map(routed) } : group;
  });
  return { ...place, auto_scaling_groups: groups };
}

// Another team has hooks on our groups. They notify its own queue or topic, or nobody.
function withOthers(random: Random, place: Place): Place {
  const groups = place.auto_scaling_groups.map((group) => {
    if (!random.chance(0.7)) return group;
    return { ...group, hooks: [...(group.hooks ?? []), othersHook(random, OTHERS_HOOK)] };
  });
  return { ...place, auto_scaling_groups: groups };
}

function othersHook(random: Random, name: string): Hook {
  return {
    name,
    ...weighted<Partial<Hook>>(random, [
      [3, { queue: OTHERS_QUEUE }],
      [2, { topic: OTHERS_TOPIC }],
      [1, {}],
    ]),
    heartbeat_timeout_seconds: random.pick([60, 180, 600]),
    default_result: random.pick(["CONTINUE", "CONTINUE", "ABANDON"] as const),
  };
}

// Somebody may have subscribed our queue to another team's topic.
function othersTopics(random: Random, place: Place): Topic[] {
  const ours = random.chance(0.5) ? [{ queue: "lifecycle", raw: random.chance(0.5) }] : [];
  const isUsed = place.auto_scaling_groups.some(({ hooks = [] }) =>
    hooks.some(({ topic }) => topic === OTHERS_TOPIC),
  );
  return isUsed ? [{ name: OTHERS_TOPIC, queues: [{ queue: OTHERS_QUEUE }, ...ours] }] : [];
}

// The other team completes its hook, at some time.
function othersDone(random: Random, { auto_scaling_groups: groups }: Place): Entry[] {
  return groups.flatMap(({ name, hooks = [] }) => {
    if (!hooks.some((each) => each.name === OTHERS_HOOK) || !random.chance(0.5)) return [];
    const complete_actions = { group: name, hook: OTHERS_HOOK };
    return [{ at_seconds: random.whole(20, HAPPENS_WITHIN), complete_actions }];
  });
}

/** What a change is drawn from: the group, its hook of ours, and when. */
type Change = {
  readonly random: Random;
  readonly group: Group;
  readonly ours: Hook;
  readonly way: Way;
  readonly names: Named;
  readonly at_seconds: number;
};

// Somebody edits hooks while they hold instances, or deletes them: of some groups, one change each.
function changesOf(
  random: Random,
  { auto_scaling_groups: groups }: Place,
  { way, names }: { readonly way: Way; readonly names: Named },
): Entry[] {
  return random
    .shuffled(groups)
    .slice(0, random.whole(1, 2))
    .flatMap((group) => {
      const ours = group.hooks?.find(({ name }) => name === OUR_HOOK);
      if (!ours) return [];
      const draw = weighted(random, CHANGES);
      return draw({ random, group, ours, way, names, at_seconds: random.whole(10, HAPPENS_WITHIN) });
    });
}

const CHANGES: readonly (readonly [weight: number, draw: (change: Change) => Entry[]])[] = [
  [4, edited],
  [2, movedByUs],
  [2, madeAnothers],
  [2, deleted],
  [2, renamed],
  [2, othersChanged],
];

function put({ group, at_seconds }: Change, hook: Hook, later = 0): Entry {
  return { at_seconds: at_seconds + later, put_hook: { group: group.name, hook } };
}

function edited(change: Change): Entry[] {
  const { random, ours, names } = change;
  const { metadata, ...rest } = ours;
  return [
    put(change, {
      ...rest,
      heartbeat_timeout_seconds: random.pick([180, 300, 600, 3600]),
      default_result: random.pick(["CONTINUE", "ABANDON"] as const),
      ...some(random, 0.4, { metadata: JSON.stringify(drainKeys(random, names, 0.4)) }),
      ...(metadata !== undefined && random.chance(0.4) ? { metadata } : {}),
    }),
  ];
}

// It notifies our topic instead of our queue, or our queue instead.
function movedByUs(change: Change): Entry[] {
  const { queue, topic, ...rest } = change.ours;
  const isAway = change.way === "topic" && topic === undefined;
  return [put(change, { ...rest, ...(isAway ? { topic: TOPIC } : { queue: "lifecycle" }) })];
}

// It notifies another team's queue. It is ours only where the inputs name it.
function madeAnothers(change: Change): Entry[] {
  const { queue, topic, ...rest } = change.ours;
  return [put(change, { ...rest, queue: OTHERS_QUEUE })];
}

function deleted(change: Change): Entry[] {
  const { random, group, ours, at_seconds } = change;
  return [
    { at_seconds, delete_hook: { group: group.name, hook: OUR_HOOK } },
    ...(random.chance(0.6) ? [put(change, ours, random.whole(1, GAP_SECONDS))] : []),
  ];
}

function renamed(change: Change): Entry[] {
  const { random, group, ours, at_seconds } = change;
  const hook = { ...ours, name: RENAMED };
  const gone = { delete_hook: { group: group.name, hook: OUR_HOOK } };
  // Either of them can come first.
  const [first, second] = random.chance(0.5) ? [0, random.whole(1, 30)] : [random.whole(1, 30), 0];
  return [{ at_seconds: at_seconds + first, ...gone }, put(change, hook, second)];
}

// Another team's hook comes, or goes.
function othersChanged(change: Change): Entry[] {
  const { random, group, at_seconds } = change;
  const there = (group.hooks ?? []).find(({ name }) => name === OTHERS_HOOK || name === "backup");
  if (there && random.chance(0.6))
    return [{ at_seconds, delete_hook: { group: group.name, hook: there.name } }];
  const { topic, ...hook } = othersHook(random, "audit");
  return [put(change, { ...hook, ...(topic ? { queue: OTHERS_QUEUE } : {}) })];
}
