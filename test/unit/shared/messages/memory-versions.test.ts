// Protects that versions read each other's memory, field by field: the one before (0.1.0), this one, and one that comes after.
import { expect } from "chai";
import { MEMORY_FIELDS, readMemory, writeMemory } from "../../../../shared/messages/memory.ts";
import { MEMORY_TABLE } from "../../../../shared/messages/memory-table.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { randomSource } from "../../../../simulator/kernel/random.ts";
import { BEGIN, drawnMemory, FULL_MEMORY, INSTANCE } from "./drawn-memory.ts";
import { readBefore, writeBefore } from "./version-before.ts";
import { inWordsBefore } from "./words-before.ts";

const sent = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value));
const read = (value: unknown) => readMemory(value, INSTANCE);
const FULL: Memory = FULL_MEMORY;
const written = sent(writeMemory(FULL));
/** What the version before reads of `registrations`: those that were taken out it finds under `taken` alone. */
const withoutTaken = (memory: Memory): Memory => ({
  ...memory,
  registrations: memory.registrations.filter(
    (each) => !memory.deregistered.some(({ what }) => JSON.stringify(what) === JSON.stringify(each)),
  ),
});
/** What only this version has. */
const NEW: Partial<Memory> = {
  begunAt: undefined,
  followedSince: undefined,
  foundDrained: false,
  shortestTimeout: 0,
  clearingSince: undefined,
  lastSeenAt: undefined,
  blockers: [],
  unread: [],
  roundAt: undefined,
  round: undefined,
  ofLaterVersion: {},
};

describe("the version before this one", () => {
  for (const field of MEMORY_FIELDS) {
    it(`reads ${field} as this one writes it, alone and among the others`, () => {
      const alone: Memory = { ...NO_MEMORY, [field]: FULL[field] };
      expect(readBefore(sent(writeMemory(alone)))).to.deep.equal(inWordsBefore(withoutTaken(alone)));
    });

    it(`writes ${field} as this one reads it`, () => {
      const alone: Memory = { ...NO_MEMORY, [field]: FULL[field] };
      const { memory, unknown } = read(sent(writeBefore(inWordsBefore(alone))));
      const registrations = [...alone.registrations, ...alone.deregistered.map(({ what }) => what)];
      expect(memory).to.deep.equal({ ...alone, ...NEW, registrations });
      expect(unknown).to.deep.equal({ kept: [], dropped: [] });
    });
  }

  for (let seed = 1; seed <= 100; seed++) {
    const memory: Memory = { ...drawnMemory(randomSource(seed)("memory")), ofLaterVersion: {} };

    it(`SEED=${seed}: loses nothing of what this one writes`, () => {
      expect(readBefore(sent(writeMemory(memory)))).to.deep.equal(inWordsBefore(withoutTaken(memory)));
    });

    it(`SEED=${seed}: loses nothing that this one reads`, () => {
      const { memory: again } = read(sent(writeBefore(inWordsBefore(memory))));
      expect(again).to.deep.equal({ ...memory, ...NEW });
    });
  }

  it("wrote what it waited for as prose, which is ignored", () => {
    const before = { ...inWordsBefore(NO_MEMORY), waitingFor: "2 tasks RUNNING" };
    const nothing = { memory: NO_MEMORY, unknown: { kept: [], dropped: [] } };
    expect(read(sent(writeBefore(before)))).to.deep.equal(nothing);
  });

  it("wrote no target where a classic load balancer was in the way: it is the instance, and drains", () => {
    const { memory } = read({ obstacle: { elb_name: "web", until: "2026-01-05T09:00:00.000Z" } });
    expect(memory.recheck).to.deep.equal({
      blocker: {
        kind: "registration",
        registration: { kind: "classic", id: "web" },
        target: INSTANCE,
        state: "draining",
      },
      until: BEGIN,
    });
  });

  it("wrote texts of AWS's among the ids of what was logged: they become short ids", () => {
    const text = `no progress: web: ${"(service web) was unable to place a task. ".repeat(10)}`;
    const { logged } = read({ said: ["short hook", text] }).memory;
    expect(logged[0]).to.equal("short hook");
    expect(logged[1]).to.match(/^no progress: #.{10}$/);
    expect(read({ said: [text] }).memory.logged).to.deep.equal([logged[1]]);
  });

  it("gets the newest 250 ids of what was logged", () => {
    const logged = Array.from({ length: 251 }, (_, i) => `id ${i}`);
    const message = sent(writeMemory({ ...NO_MEMORY, logged }));
    expect(readBefore(message)?.said).to.deep.equal(logged.slice(1));
  });

  it("reads all of a memory with another kind of load balancer, but that", () => {
    const lattice = { kind: "lattice", id: "svc-1" };
    const withLattice: Memory = {
      ...FULL,
      registrations: [...FULL.registrations, { ...lattice, port: 80 }],
      deregistered: [...FULL.deregistered, { what: lattice, at: BEGIN }],
      plannedDeregistrations: [...FULL.plannedDeregistrations, lattice],
      managed: [...FULL.managed, lattice],
      loadBalancers: [
        ...FULL.loadBalancers,
        { asked: "svc", found: { ...lattice, name: "svc", targetType: "instance", network: false } },
      ],
      recheck: {
        blocker: { kind: "registration", registration: lattice, target: "i-1", state: "registered" },
        until: BEGIN,
      },
    };
    const message = sent(writeMemory(withLattice));
    expect(readBefore(message)).to.deep.equal(inWordsBefore(withoutTaken(withLattice)));
    expect(readBefore(message)?.obstacle).to.equal(undefined);
    const { registrations, ...rest } = read(message).memory;
    const { registrations: all, ...others } = withLattice;
    expect(rest).to.deep.equal(others);
    expect(registrations).to.have.deep.members([...all, lattice]);
  });
});

/** The memory of a message whose registrations are not all known: what its rounds found is not either. */
const withoutRounds = (memory: Memory, field: string): Memory =>
  field === "registrations" ? { ...memory, round: undefined, roundAt: undefined } : memory;

/** Values that no field can have. */
const WRONG: readonly unknown[] = [{ wrong: 1 }, "wrong", null, [{ wrong: 1 }], -0.5];
/** Those that are not kept: the next pass makes them anew. */
const MADE_ANEW: readonly string[] = ["blockers", "unread"];

describe("a wrong value", () => {
  for (const field of MEMORY_FIELDS) {
    for (const key of MEMORY_TABLE[field].keys) {
      it(`under ${key} loses ${field} alone, and what only stands with it, as though the key were not there`, () => {
        const { [key]: _, ...others } = written;
        const expected = { ...read(others).memory, ofLaterVersion: {} };
        // What was taken out is written once, and was registered.
        const registrations = key === "taken" ? withoutTaken(FULL).registrations : FULL.registrations;
        expect({ ...expected, [field]: FULL[field] }).to.deep.equal(
          field === "registrations" ? FULL : { ...FULL, registrations },
        );
        for (const wrong of WRONG) {
          const { memory } = read({ ...others, [key]: wrong });
          expect({ ...memory, ofLaterVersion: {} }, JSON.stringify(wrong)).to.deep.equal(
            withoutRounds(expected, field),
          );
        }
      });
    }
  }
});

describe("a later version", () => {
  for (const field of MEMORY_FIELDS.filter((each) => !MADE_ANEW.includes(each))) {
    for (const key of MEMORY_TABLE[field].keys) {
      it(`gets back what it added to ${key}, and this one reads all else`, () => {
        const later = { phase: "full", of: ["moon"] };
        const items = written[key];
        const value = Array.isArray(items) && MEMORY_TABLE[field].isList ? [...items, later] : later;
        const { memory, unknown } = read({ ...written, [key]: value });
        expect(unknown).to.deep.equal({ kept: [key], dropped: [] });
        const isWhole = value === later && items !== undefined;
        if (!isWhole) {
          expect({ ...memory, ofLaterVersion: {} }).to.deep.equal(withoutRounds(FULL, field));
        }
        expect(sent(writeMemory(memory))[key]).to.deep.equal(value);
      });
    }
  }

  it("gets back a field that it added", () => {
    const { memory, unknown } = read({ ...written, moon: { phase: "full" }, tide: 7 });
    expect(unknown).to.deep.equal({ kept: ["moon", "tide"], dropped: [] });
    expect({ ...memory, ofLaterVersion: {} }).to.deep.equal(FULL);
    expect(sent(writeMemory(memory))).to.deep.equal({ ...written, moon: { phase: "full" }, tide: 7 });
  });

  it("gets back a field whatever it is called", () => {
    const odd = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3,"ofLaterVersion":4}');
    const { memory } = read(odd);
    expect(JSON.stringify(writeMemory(memory))).to.equal(JSON.stringify(odd));
    expect({ ...memory, ofLaterVersion: {} }).to.deep.equal(NO_MEMORY);
  });

  it("gets back what it said of the instance only while this one knows nothing of it", () => {
    const { memory } = read({ returns: "another planet" });
    expect(memory.returns).to.equal(undefined);
    expect(writeMemory(memory)).to.deep.equal({ returns: "another planet" });
    expect(writeMemory({ ...memory, returns: "warm pool" })).to.deep.equal({ returns: "warm pool" });
  });

  it("gets back 1 KB at the most: what is beyond is dropped, and what is owed to the instance is not", () => {
    const message = { ...written, small: 1, large: "x".repeat(1_013), more: "x".repeat(9_999), last: 2 };
    const { memory, unknown } = read(message);
    expect(unknown).to.deep.equal({ kept: ["small", "last"], dropped: ["large", "more"] });
    expect({ ...memory, ofLaterVersion: {} }).to.deep.equal(FULL);
    // {"large":"..."} is 12 bytes and the text.
    expect(read({ large: "x".repeat(1_012) }).unknown.kept).to.deep.equal(["large"]);
    expect(read({ large: "x".repeat(1_013) }).unknown.kept).to.deep.equal([]);
    expect(read({ large: "\u00fc".repeat(506) }).unknown.kept).to.deep.equal(["large"]);
    expect(read({ large: "\u00fc".repeat(507) }).unknown.kept).to.deep.equal([]);
  });

  it("is told of by up to 20 keys, each cut short", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key ${i}`, i]));
    expect(read(many).unknown.kept).to.have.lengthOf(20);
    expect(read({ ["k".repeat(70)]: 1 }).unknown.kept).to.deep.equal([
      `${"k".repeat(60)}\u2026 (70 characters)`,
    ]);
  });

  it("that nests deeper than JSON can be written gets nothing back", () => {
    const deep = JSON.parse(`{"deep":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    expect(read(deep)).to.deep.equal({ memory: NO_MEMORY, unknown: { kept: [], dropped: ["deep"] } });
  });
});
