// Protects the memory that travels from run to run: whatever is remembered comes back as it was.
import { expect } from "chai";
import {
  MEMORY_FIELDS,
  readMemory,
  remembersNothing,
  writeMemory,
} from "../../../../shared/messages/memory.ts";
import { MEMORY_TABLE } from "../../../../shared/messages/memory-table.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { areSameBlockers, type Blocker } from "../../../../shared/model/blocker.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { type DrainSettings, keysOf } from "../../../../shared/model/settings.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { type Random, randomSource } from "../../../../simulator/kernel/random.ts";
import { BEGIN, drawnMemory, INSTANCE, maybe, some, time } from "./drawn-memory.ts";

function settings(random: Random): DrainSettings {
  const names = () => [...new Set(some(random, () => random.pick(["web", "api", "edge", "static"])))];
  return {
    elbNames: names(),
    targetGroups: names(),
    clusterNames: names(),
    discover: random.pick(["all", "named", "warn"]),
    allClusters: random.chance(0.5),
    clusterTag: maybe(random, () => "drain=yes"),
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
  const told = settings(random);
  return {
    instanceId: INSTANCE,
    group: "fleet",
    hook,
    token: maybe(random, () => random.uuid()),
    since: time(random),
    // Only a notice begins a drain without a hook.
    noticedAt: hook === undefined ? time(random) : maybe(random, () => time(random)),
    interruptedAt: undefined,
    dryRun: random.chance(0.5),
    told: keysOf(told),
    settings: told,
    memory: drawnMemory(random),
  };
}

describe("a memory", () => {
  it("remembers nothing as it is before the first pass, also once it was read", () => {
    expect(remembersNothing(NO_MEMORY)).to.equal(true);
    expect(remembersNothing(readMemory(writeMemory(NO_MEMORY), INSTANCE).memory)).to.equal(true);
  });

  it("remembers something with any of its fields, and just where a message says it", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const drawn = drawnMemory(randomSource(seed)("memory"));
      for (const field of MEMORY_FIELDS) {
        const memory = { ...NO_MEMORY, [field]: drawn[field] };
        const says = Object.keys(writeMemory(memory)).length > 0;
        expect(remembersNothing(memory), `SEED=${seed}: ${field}`).to.equal(!says);
      }
    }
  });

  it("remembers something with a list of tasks that is known to be empty, and with a later version's key", () => {
    expect(remembersNothing({ ...NO_MEMORY, tasks: [] })).to.equal(false);
    expect(remembersNothing({ ...NO_MEMORY, ofLaterVersion: { moon: 1 } })).to.equal(false);
  });
});

describe("the memory in a message", () => {
  for (let seed = 1; seed <= 200; seed++) {
    it(`SEED=${seed}: a termination comes back as it was written`, () => {
      const written = termination(randomSource(seed)("termination"));
      const read = parseMonitorMessage(formatMonitorMessage(written), 0);
      const { plannedDraining, plannedDeregistrations, ofLaterVersion } = written.memory;
      expect(read).to.deep.equal({
        kind: "termination",
        termination: { ...written, restorePlan: { plannedDraining, plannedDeregistrations } },
        unknown: { kept: Object.keys(ofLaterVersion), dropped: [] },
      });
    });
  }

  it("has registrations by an address under keys of their own, which the version before leaves alone", () => {
    const registration = { kind: "target", id: "arn:ip", port: 443, address: "2001:db8::7" } as const;
    const out = { ...registration, address: "10.0.0.7" };
    const memory: Memory = {
      ...NO_MEMORY,
      registrations: [{ kind: "classic", id: "web" }, registration, out],
      deregistered: [{ what: out, at: BEGIN }],
      plannedDeregistrations: [out],
      loadBalancers: [
        {
          asked: "ip",
          found: { kind: "target", id: "arn:ip", name: "ip", targetType: "ip", network: false, vpc: "vpc-a" },
        },
      ],
      recheck: {
        blocker: { kind: "registration", registration, target: "2001:db8::7", state: "draining" },
        until: BEGIN,
      },
    };
    const written = writeMemory(memory);
    expect(Object.keys(written).sort()).to.deep.equal([
      "addresses",
      "addresses_to_take",
      "obstacle",
      "registrations",
      "taken_addresses",
      "target_groups",
    ]);
    expect(written.addresses).to.deep.equal([{ target_group: "arn:ip", port: 443, address: "2001:db8::7" }]);
    expect(readMemory(written, INSTANCE).memory).to.deep.equal(memory);
  });

  it("draws every key both filled and empty, or the seeds above would show little", () => {
    const drawn = Array.from({ length: 200 }, (_, i) => drawnMemory(randomSource(i + 1)("memory")));
    for (const [key, empty] of Object.entries(NO_MEMORY)) {
      const values = drawn.map((each) => JSON.stringify(each[key as keyof Memory]));
      expect(values, key).to.include(JSON.stringify(empty));
      expect(new Set(values).size, key).to.be.greaterThan(1);
    }
  });

  it("is nothing where a message has none of it, and then nothing is written", () => {
    const unknown = { kept: [], dropped: [] };
    expect(readMemory({}, INSTANCE)).to.deep.equal({ memory: NO_MEMORY, unknown });
    expect(writeMemory(NO_MEMORY)).to.deep.equal({});
    for (const field of MEMORY_FIELDS)
      expect(MEMORY_TABLE[field].absent, field).to.deep.equal(NO_MEMORY[field]);
  });

  it("has a line a field, and no two lines share a key", () => {
    const { ofLaterVersion: _, ...fields } = NO_MEMORY;
    expect([...MEMORY_FIELDS].sort()).to.deep.equal(Object.keys(fields).sort());
    const keys = MEMORY_FIELDS.flatMap((field) => MEMORY_TABLE[field].keys);
    expect(new Set(keys).size).to.equal(keys.length);
  });

  it("of an older version lacks keys, which are then not remembered", () => {
    const { memory } = readMemory({ failures: 2, acted_at: "2026-01-05T09:00:00.000Z" }, INSTANCE);
    expect(memory).to.deep.equal({ ...NO_MEMORY, failures: 2, actedAt: BEGIN });
  });

  it("has what was taken out once, though it was registered too", () => {
    const elb = { kind: "classic", id: "web" };
    const memory: Memory = { ...NO_MEMORY, registrations: [elb], deregistered: [{ what: elb, at: BEGIN }] };
    expect(Object.keys(writeMemory(memory))).to.deep.equal(["taken"]);
    expect(readMemory(writeMemory(memory), INSTANCE).memory).to.deep.equal(memory);
  });
});

describe("the blockers in a message", () => {
  const tasks = (count: number): Blocker => ({ kind: "tasks", cluster: "main", status: "RUNNING", count });
  const list = (length: number): Blocker[] => Array.from({ length }, (_, i) => tasks(i + 1));
  const sent = (blockers: readonly Blocker[]) =>
    readMemory(JSON.parse(JSON.stringify(writeMemory({ ...NO_MEMORY, blockers }))), INSTANCE).memory.blockers;

  it("are all of them up to ten, and the first ten of more", () => {
    expect(sent(list(10))).to.deep.equal(list(10));
    expect(sent(list(50)).slice(0, 10)).to.deep.equal(list(10));
    expect(sent(list(50))).to.have.lengthOf(11);
    expect(sent(list(50))[10]).to.include({ kind: "more", count: 40 });
  });

  for (const length of [0, 1, 10, 11, 50]) {
    it(`of ${length}: are the same as those of a pass, and as those of the next message`, () => {
      const all = list(length);
      expect(areSameBlockers(sent(all), all)).to.equal(true);
      expect(areSameBlockers(all, sent(all))).to.equal(true);
      expect(sent(sent(all))).to.deep.equal(sent(all));
    });
  }

  it("are others where one is another, though a message does not name it", () => {
    const others = [...list(49), tasks(7)];
    expect(areSameBlockers(sent(list(50)), others)).to.equal(false);
    expect(areSameBlockers(sent(list(50)), sent(others))).to.equal(false);
    expect(areSameBlockers(sent(list(50)), list(51))).to.equal(false);
    expect(areSameBlockers(sent(list(50)), list(10))).to.equal(false);
  });

  it("that this version does not know are dropped", () => {
    const known = { kind: "tasks", cluster: "main", status: "RUNNING", count: 1 };
    const read = readMemory(
      {
        blockers: [known, { kind: "moon" }, { kind: "event", event: "full moon" }],
        unread: [{ kind: "unread", what: "moon", why: "denied" }],
      },
      INSTANCE,
    );
    expect(read).to.deep.equal({
      memory: { ...NO_MEMORY, blockers: [known] },
      unknown: { kept: [], dropped: [] },
    });
  });
});
