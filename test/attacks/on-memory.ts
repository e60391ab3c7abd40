// Attacks on what a drain remembers: each field of the memory with a lie that would change the drain if it were believed.
import type { MemoryField } from "../../shared/model/memory.ts";
import { type Attack, inEach, TRUE_TOKEN } from "./attack.ts";
import { STARTS_AT, TARGET } from "./world.ts";

const LONG_AGO = "2020-01-01T00:00:00.000Z";
const FAR = "9999-12-31T00:00:00.000Z";
const BEFORE = new Date(STARTS_AT).toISOString();
/** Times that change what is due if they are believed. */
const TIMES: Readonly<Record<string, string>> = {
  "long ago": LONG_AGO,
  "before now": BEFORE,
  "in the year 9999": FAR,
};
const OTHERS_GROUP =
  "arn:aws:elasticloadbalancing:us-east-1:210987654321:targetgroup/others/0123456789abcdef";
const OTHERS_INSTANCE =
  "arn:aws:ecs:us-east-1:210987654321:container-instance/others/0123456789abcdef0123456789abcdef";
const OTHERS_TASK = "arn:aws:ecs:us-east-1:210987654321:task/others/0123456789abcdef0123456789abcdef";
/** A registration with a target group of another account. */
export const OTHERS_TARGET = { target_group: OTHERS_GROUP, port: 80 };

type Lie = readonly [value: string, memory: Readonly<Record<string, unknown>>];

/** The lie about each field. A field without one does not compile. */
export const LIES: Readonly<Record<MemoryField, Lie>> = {
  containerInstances: [
    "another account's",
    { container_instances: [{ cluster: "others", arn: OTHERS_INSTANCE }] },
  ],
  tasks: ["another account's", { tasks: [OTHERS_TASK] }],
  noTasksVersions: [
    "of any version",
    { no_tasks_versions: [{ container_instance: OTHERS_INSTANCE, version: 1 }] },
  ],
  noTasksToRunSince: ["long ago", { no_wanted_tasks_since: LONG_AGO }],
  registrations: ["another account's", { registrations: [OTHERS_TARGET] }],
  deregistered: [
    "another account's, to be given back",
    { taken: [{ at: BEFORE, registration: OTHERS_TARGET }] },
  ],
  drained: [
    "another account's, to be given back",
    { drained: [{ at: BEFORE, container_instance: OTHERS_INSTANCE }] },
  ],
  plannedDraining: ["another account's, to be given back", { to_drain: [OTHERS_INSTANCE] }],
  plannedDeregistrations: ["another account's, to be given back", { to_take: [OTHERS_TARGET] }],
  behindNetworkLoadBalancer: ["true", { behind_network_load_balancer: true }],
  foundDrained: ["true", { found_drained: true }],
  managed: ["another account's", { managed_target_groups: [OTHERS_GROUP] }],
  loadBalancers: [
    "another account's",
    {
      target_groups: [
        { asked: "web", arn: OTHERS_GROUP, name: "web", target_type: "instance", network: true },
      ],
    },
  ],
  actedAt: ["long ago", { acted_at: LONG_AGO }],
  drainingAt: ["long ago", { draining_at: LONG_AGO }],
  noContainerInstanceSince: ["long ago", { no_container_instance_since: LONG_AGO }],
  noRegistrationSince: ["long ago", { no_registration_since: LONG_AGO }],
  absentSince: ["long ago", { absent_since: LONG_AGO }],
  refusedAt: ["long ago", { refused_at: LONG_AGO }],
  completedAt: ["before now", { completed_at: BEFORE }],
  begunAt: ["long ago", { begun_at: LONG_AGO }],
  followedSince: ["before now", { followed_since: BEFORE }],
  lastHeartbeatAt: ["in the year 9999", { last_beat_at: FAR }],
  roundAt: ["before now", { round_at: BEFORE }],
  round: ["all asked", { round: { since: BEFORE, from: "0", to: "~" } }],
  shortestTimeout: ["a millisecond", { shortest_timeout_ms: 1 }],
  goneAt: ["long ago", { gone_at: LONG_AGO }],
  lastSeenAt: ["long ago", { last_seen_at: LONG_AGO }],
  disconnectedSince: ["long ago", { disconnected_since: LONG_AGO }],
  unknownSince: ["long ago", { unknown_since: LONG_AGO }],
  deadSince: ["long ago", { dead_since: LONG_AGO }],
  clearingSince: ["long ago", { clearing_since: LONG_AGO }],
  terminatingSince: ["long ago", { dying_since: LONG_AGO }],
  returns: ["to the warm pool", { returns: "warm pool" }],
  returningSince: ["before now", { returns: "root volume", returning_since: BEFORE }],
  blockers: ["a dead instance", { blockers: [{ kind: "dead instance", as: "terminated" }] }],
  changedAt: ["long ago", { changed_at: LONG_AGO }],
  unread: ["all was denied", { unread: [{ kind: "unread", what: "tasks", why: "denied" }] }],
  nextPassAt: ["in the year 9999", { look_at: FAR }],
  recheck: ["until the year 9999", { obstacle: { until: FAR, elb_name: "others" } }],
  queuedUntil: ["in the year 9999", { turn_before: FAR }],
  failures: ["a billion", { failures: 1_000_000_000 }],
  logged: ["a thousand ids", { said: Array.from({ length: 1_000 }, (_, i) => `id-${i}`) }],
};

/** Of all fields at once. */
const TOGETHER: readonly Lie[] = [
  ["all lies together", Object.assign({}, ...Object.values(LIES).map(([, memory]) => memory))],
  [
    "each of a wrong type",
    Object.fromEntries(
      Object.values(LIES)
        .flatMap(([, memory]) => Object.keys(memory))
        .map((key, i) => [key, [null, 5, "x", { x: [] }, [[]], true][i % 6]]),
    ),
  ],
  ["no object", Object.assign([], { length: 0 })],
  [
    "150 registrations and tasks of others",
    {
      registrations: Array.from({ length: 150 }, (_, port) => ({ ...OTHERS_TARGET, port })),
      tasks: Array.from({ length: 150 }, (_, i) => `${OTHERS_TASK}${i}`),
    },
  ],
  ["a key of a later version", { moon: "full" }],
];

/** A message of the monitor queue about the instance, with a memory. */
export function remembering(memory: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    version: 2,
    instance_id: TARGET,
    auto_scaling_group: "fleet",
    life_cycle_hook_name: "drain",
    cluster_names: ["main"],
    ...more,
    memory,
  });
}

const lies: [field: string, lie: Lie][] = [
  ...Object.entries(LIES).map(([field, lie]): [string, Lie] => [`memory: ${field}`, lie]),
  ...TOGETHER.map((lie): [string, Lie] => ["memory", lie]),
];

/** A lie is no truer where its message has the token of the action that holds the instance, which only our messages should have. */
export const WITH_TRUE_TOKEN: readonly Attack[] = lies.flatMap(([field, [value, memory]]) =>
  inEach(
    {
      queue: "monitor",
      field,
      value: `${value}, with the true token`,
      body: remembering(memory, { lifecycle_action_token: TRUE_TOKEN }),
    },
    worstOfNothing,
    ["held", "returning", "gone"],
  ),
);

/** A stranger's memory counts for nothing, so all that is left of each is a message that remembers nothing. */
export const ON_MEMORY: readonly Attack[] = lies.flatMap(([field, [value, memory]]) =>
  inEach({ queue: "monitor", field, value, body: remembering(memory) }, worstOfNothing),
);

/** What else a field can be made to say: each of the other times, no entry in a list, nothing of a count. */
function furtherLies([, memory]: Lie): Lie[] {
  return Object.entries(memory).flatMap(([key, told]) => {
    if (typeof told === "number") return [["zero", { ...memory, [key]: 0 }]];
    if (Array.isArray(told)) return [["an empty list", { ...memory, [key]: [] }]];
    return Object.values(TIMES).includes(String(told))
      ? Object.entries(TIMES)
          .filter(([, time]) => time !== told)
          .map(([value, time]): Lie => [value, { ...memory, [key]: time }])
      : [];
  });
}

/** The other lies about each field, for where a stranger's memory counts. */
export const FURTHER: readonly Attack[] = Object.entries(LIES).flatMap(([field, lie]) =>
  furtherLies(lie).flatMap(([value, memory]) =>
    inEach({ queue: "monitor", field: `memory: ${field}`, value, body: remembering(memory) }, worstOfNothing),
  ),
);

/** What follows of a message without a memory. */
export function worstOfNothing(situation: Attack["situation"]): string {
  switch (situation) {
    case "in service":
      return "two minutes of passes that only read";
    case "held":
      return "one more message of the drain, and a heartbeat";
    case "returning":
      return "one more message of the drain, and a heartbeat";
    case "gone":
      return "30 seconds of passes that only read";
    default:
      return situation satisfies never;
  }
}
