// Protects the memory that travels from run to run: whatever is remembered comes back as it was.
import { expect } from "chai";
import { readMemory, writeMemory } from "../../../../shared/messages/memory.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { type Memory, NO_MEMORY, type RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { SeenRegistration } from "../../../../shared/model/registration.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { type Random, randomSource } from "../../../../simulator/kernel/random.ts";

const BEGIN = Date.parse("2026-01-05T09:00:00Z");
const WEEK = 7 * 86_400_000;

const maybe = <T>(random: Random, draw: () => T): T | undefined => (random.chance(0.5) ? draw() : undefined);
const some = <T>(random: Random, draw: () => T): T[] => Array.from({ length: random.whole(0, 3) }, draw);
const time = (random: Random) => BEGIN + random.whole(0, WEEK);
// Texts of others are remembered too: AWS's words, names that somebody gave.
const text = (random: Random) =>
  random.pick(["", "web", 'it says "no"', "zwölf\n日本", "\u0000", random.uuid()]);

function registration(random: Random): SeenRegistration {
  return random.chance(0.5)
    ? { kind: "target", targetGroup: text(random), port: random.whole(0, 65_535) }
    : { kind: "classic", loadBalancer: text(random) };
}

function recheck(random: Random): RecheckableBlocker {
  return random.pick<() => RecheckableBlocker>([
    () => ({
      kind: "tasks",
      cluster: text(random),
      containerInstance: text(random),
      tasksToRun: random.whole(0, 10),
      tasks: some(random, () => text(random)),
    }),
    () => ({
      kind: "target",
      targetGroup: text(random),
      target: text(random),
      port: random.whole(0, 65_535),
      state: random.pick(["registered", "draining"] as const),
    }),
    () => ({ kind: "classic", loadBalancer: text(random) }),
  ])();
}

// Each key is drawn: one that is added does not compile until it is here.
function memory(random: Random): Memory {
  const at = () => maybe(random, () => time(random));
  const texts = () => some(random, () => text(random));
  return {
    containerInstances: some(random, () => ({ cluster: text(random), arn: text(random) })),
    tasks: maybe(random, texts),
    noTasksVersions: some(random, () => ({ arn: text(random), version: random.whole(0, 1_000) })),
    noTasksToRunSince: at(),
    registrations: some(random, () => registration(random)),
    deregistered: some(random, () => ({ what: registration(random), at: time(random) })),
    drained: some(random, () => ({ what: text(random), at: time(random) })),
    plannedDraining: texts(),
    plannedDeregistrations: some(random, () => registration(random)),
    behindNetworkLoadBalancer: random.chance(0.5),
    managedTargetGroups: texts(),
    managedElbNames: texts(),
    targetGroups: some(random, () => ({
      asked: text(random),
      group: {
        arn: text(random),
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
    lastHeartbeatAt: at(),
    goneAt: at(),
    disconnectedSince: at(),
    unknownSince: at(),
    deadSince: at(),
    deadAs: maybe(random, () => text(random)),
    terminatingSince: at(),
    queuedUntil: at(),
    returns: maybe(random, () => random.pick(["warm pool", "root volume"] as const)),
    returningSince: at(),
    waitingFor: maybe(random, () => text(random)),
    changedAt: at(),
    nextPassAt: at(),
    recheck: maybe(random, () => ({ what: recheck(random), until: time(random) })),
    failures: random.pick([0, 1, 480]),
    logged: texts(),
  };
}

function settings(random: Random): DrainSettings {
  const names = () => [...new Set(some(random, () => random.pick(["web", "api", "edge", "static"])))];
  return {
    elbNames: names(),
    targetGroups: names(),
    clusterNames: names(),
    pollSeconds: random.whole(1, 60),
    drainTimeoutSeconds: random.whole(60, 172_800),
    onTimeout: random.pick(["continue", "abandon", "leave"]),
    stopTasks: random.pick(["none", "daemon", "all"]),
    deregisterContainerInstance: random.pick(["never", "when_disconnected", "always"]),
    settleSeconds: maybe(random, () => random.whole(0, 3600)),
  };
}

function termination(random: Random): Termination {
  const hook = maybe(random, () => "drain");
  return {
    instanceId: `i-${random.hex(17)}`,
    group: "fleet",
    hook,
    token: maybe(random, () => random.uuid()),
    since: time(random),
    // Only a notice begins a drain without a hook.
    interruptedAt: hook === undefined ? time(random) : maybe(random, () => time(random)),
    dryRun: random.chance(0.5),
    settings: settings(random),
    memory: memory(random),
  };
}

describe("the memory in a message", () => {
  for (let seed = 1; seed <= 200; seed++) {
    it(`SEED=${seed}: a termination comes back as it was written`, () => {
      const written = termination(randomSource(seed)("termination"));
      const read = parseMonitorMessage(formatMonitorMessage(written), 0, { elb_name: "another" });
      const { plannedDraining, plannedDeregistrations } = written.memory;
      expect(read).to.deep.equal({
        kind: "termination",
        termination: { ...written, restorePlan: { plannedDraining, plannedDeregistrations } },
      });
    });
  }

  it("draws every key both filled and empty, or the seeds above would show little", () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => memory(randomSource(seed + 1)("termination")));
    for (const key of Object.keys(NO_MEMORY) as (keyof Memory)[]) {
      const plain = JSON.stringify(NO_MEMORY[key]);
      const isPlain = drawn.map((each) => JSON.stringify(each[key]) === plain);
      expect(isPlain, key).to.include(true);
      expect(isPlain, key).to.include(false);
    }
  });

  it("of an older version lacks keys, which are then not remembered", () => {
    expect(readMemory({})).to.deep.equal(NO_MEMORY);
    expect(readMemory({ failures: 2, acted_at: "2026-01-05T09:00:00.000Z" })).to.deep.equal({
      ...NO_MEMORY,
      failures: 2,
      actedAt: BEGIN,
    });
  });

  it("of a newer version has more keys, which are dropped", () => {
    const written = JSON.parse(JSON.stringify(writeMemory(NO_MEMORY)));
    expect(readMemory({ ...written, moon: "full" })).to.deep.equal(NO_MEMORY);
  });
});
