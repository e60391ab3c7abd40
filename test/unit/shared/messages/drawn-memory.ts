// Memories for the tests of the messages: one in which every field is filled, and as many others as there are seeds.
import { ASKED, type Blocker, EVENT_NAMES, type UnreadBlocker } from "../../../../shared/model/blocker.ts";
import type { LoadBalancerId } from "../../../../shared/model/load-balancer.ts";
import type { Memory, RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { SeenRegistration } from "../../../../shared/model/registration.ts";
import type { Random } from "../../../../simulator/kernel/random.ts";

/** The instance that all of them are about. */
export const INSTANCE = "i-0123456789abcdef0";
export const BEGIN = Date.parse("2026-01-05T09:00:00Z");
const WEEK = 7 * 86_400_000;

/** Half of the time nothing, else what is drawn. */
export const maybe = <T>(random: Random, draw: () => T): T | undefined =>
  random.chance(0.5) ? draw() : undefined;
/** Up to three. */
export const some = <T>(random: Random, draw: () => T): T[] =>
  Array.from({ length: random.whole(0, 3) }, draw);
export const time = (random: Random) => BEGIN + random.whole(0, WEEK);
// Texts of others are remembered too: AWS's words, names that somebody gave.
const text = (random: Random) =>
  random.pick(["", "web", 'it says "no"', "zwölf\n日本", "\u0000", random.uuid()]);

function registration(random: Random): SeenRegistration {
  return random.pick<() => SeenRegistration>([
    () => ({ kind: "target", id: text(random), port: random.whole(0, 65_535) }),
    () => ({ kind: "classic", id: text(random) }),
  ])();
}

function recheck(random: Random): RecheckableBlocker {
  const state = random.pick(["registered", "draining"] as const);
  return random.pick<() => RecheckableBlocker>([
    () => ({
      kind: "tasks",
      cluster: text(random),
      containerInstance: text(random),
      tasksToRun: random.whole(0, 10),
      tasks: some(random, () => text(random)),
    }),
    () => ({
      kind: "registration",
      registration: { kind: "target", id: text(random), port: random.whole(0, 65_535) },
      target: text(random),
      state,
    }),
    () => ({
      kind: "registration",
      registration: { kind: "classic", id: text(random) },
      target: INSTANCE,
      state: "draining",
    }),
  ])();
}

/** Some blockers: of a few more than a message names, one of each kind. */
function blockers(random: Random): Blocker[] {
  const cluster = text(random);
  return some(random, () =>
    random.pick<Blocker>([
      {
        kind: "registration",
        loadBalancer: text(random),
        counts: random.chance(0.5),
        state: random.pick(["registered", "draining"]),
        count: random.whole(1, 9),
      },
      { kind: "tasks", cluster, status: "RUNNING", count: random.whole(1, 9) },
      { kind: "agent disconnected", cluster },
      { kind: "not draining", cluster },
      {
        kind: "lifecycle state",
        state: "Terminating",
        awaited: random.pick(["termination", "end of wait", "warm pool", "root volume"]),
      },
      { kind: "other hooks", hooks: some(random, () => text(random)) },
      { kind: "event", event: random.pick(EVENT_NAMES) },
    ]),
  );
}

function unread(random: Random): UnreadBlocker {
  return {
    kind: "unread",
    what: random.pick(ASKED),
    call: maybe(random, () => "ecs:ListTasks"),
    why: random.pick(["throttled", "unavailable", "gone", "denied", "wrong", "odd", "out of time"]),
  };
}

const byKind = (all: readonly LoadBalancerId[]) => [
  ...all.filter(({ kind }) => kind === "target"),
  ...all.filter(({ kind }) => kind === "classic"),
];

/** A memory as a message can carry it. Each key is drawn: one that is added does not compile until it is here. */
export function drawnMemory(random: Random): Memory {
  const at = () => maybe(random, () => time(random));
  const texts = () => some(random, () => text(random));
  const deregistered = some(random, () => ({ what: registration(random), at: time(random) }));
  const out = new Map(deregistered.map(({ what }) => [JSON.stringify(what), what]));
  return {
    containerInstances: some(random, () => ({ cluster: text(random), arn: text(random) })),
    tasks: maybe(random, texts),
    noTasksVersions: some(random, () => ({ arn: text(random), version: random.whole(0, 1_000) })),
    noTasksToRunSince: at(),
    // What was taken out was registered.
    registrations: [
      ...some(random, () => registration(random)).filter((each) => !out.has(JSON.stringify(each))),
      ...out.values(),
    ],
    deregistered,
    drained: some(random, () => ({ what: text(random), at: time(random) })),
    plannedDraining: texts(),
    plannedDeregistrations: some(random, () => registration(random)),
    behindNetworkLoadBalancer: random.chance(0.5),
    foundDrained: random.chance(0.5),
    managed: byKind(
      some(random, () => ({ kind: random.pick(["target", "classic"] as const), id: text(random) })),
    ),
    loadBalancers: some(random, () => ({
      asked: text(random),
      found: {
        kind: "target",
        id: text(random),
        name: text(random),
        targetType: text(random),
        network: random.chance(0.5),
      },
    })),
    actedAt: at(),
    drainingAt: at(),
    noContainerInstanceSince: at(),
    noRegistrationSince: at(),
    absentSince: at(),
    refusedAt: at(),
    completedAt: at(),
    begunAt: at(),
    followedSince: at(),
    lastHeartbeatAt: at(),
    shortestTimeout: random.pick([0, 30_000, 3_600_000]),
    roundAt: at(),
    round: maybe(random, () => ({ since: time(random), from: text(random), to: text(random) })),
    goneAt: at(),
    lastSeenAt: at(),
    disconnectedSince: at(),
    unknownSince: at(),
    deadSince: at(),
    clearingSince: at(),
    terminatingSince: at(),
    returns: maybe(random, () => random.pick(["warm pool", "root volume"] as const)),
    returningSince: at(),
    blockers: blockers(random),
    changedAt: at(),
    unread: some(random, () => unread(random)),
    nextPassAt: at(),
    recheck: maybe(random, () => ({ blocker: recheck(random), until: time(random) })),
    queuedUntil: at(),
    failures: random.pick([0, 1, 480]),
    logged: texts(),
    ofLaterVersion: random.pick([{}, { moon: "full" }]),
  };
}

const at = (seconds: number) => BEGIN + seconds * 1_000;

/** A memory in which every field is filled. */
export const FULL_MEMORY = {
  containerInstances: [
    { cluster: "main", arn: "arn:aws:ecs:us-east-1:123456789012:container-instance/main/abc" },
  ],
  tasks: ["arn:aws:ecs:us-east-1:123456789012:task/main/1"],
  noTasksVersions: [{ arn: "arn:ci-1", version: 7 }],
  noTasksToRunSince: at(20),
  registrations: [
    { kind: "target", id: "arn:tg", port: 8080 },
    { kind: "classic", id: "web" },
  ],
  deregistered: [{ what: { kind: "classic", id: "web" }, at: at(10) }],
  drained: [{ what: "arn:ci", at: at(11) }],
  plannedDraining: ["arn:ci"],
  plannedDeregistrations: [{ kind: "classic", id: "api" }],
  behindNetworkLoadBalancer: true,
  foundDrained: true,
  managed: [
    { kind: "target", id: "arn:managed" },
    { kind: "classic", id: "api" },
  ],
  loadBalancers: [
    {
      asked: "static",
      found: { kind: "target", id: "arn:tg", name: "static", targetType: "instance", network: true },
    },
  ],
  actedAt: at(1),
  drainingAt: at(2),
  noContainerInstanceSince: at(3),
  noRegistrationSince: at(4),
  absentSince: at(5),
  refusedAt: at(6),
  completedAt: at(18),
  begunAt: at(23),
  followedSince: at(24),
  lastHeartbeatAt: at(12),
  shortestTimeout: 300_000,
  roundAt: at(23),
  round: { since: at(24), from: "A1", to: "b2" },
  goneAt: at(13),
  lastSeenAt: at(26),
  disconnectedSince: at(14),
  unknownSince: at(15),
  deadSince: at(16),
  clearingSince: at(25),
  terminatingSince: at(21),
  returns: "root volume",
  returningSince: at(17),
  blockers: [{ kind: "tasks", cluster: "main", status: "RUNNING", count: 1 }],
  changedAt: at(7),
  unread: [{ kind: "unread", what: "hooks", call: "autoscaling:DescribeLifecycleHooks", why: "throttled" }],
  nextPassAt: at(8),
  recheck: {
    blocker: {
      kind: "registration",
      registration: { kind: "classic", id: "web" },
      target: INSTANCE,
      state: "draining",
    },
    until: at(19),
  },
  queuedUntil: at(22),
  failures: 3,
  logged: ["cluster lacks the instance"],
  ofLaterVersion: {},
} as const satisfies Memory;
