// Protects that two memories of one drain become what they became in the version before the table, field by field.
import { expect } from "chai";
import { MEMORY_FIELDS } from "../../../../shared/messages/memory.ts";
import { mergedMemory, unmerged, withMemoryOf } from "../../../../shared/messages/merge-memories.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { randomSource } from "../../../../simulator/kernel/random.ts";
import { termination } from "../rules/builders.ts";
import { drawnMemory } from "./drawn-memory.ts";
import { uniteBefore } from "./merge-before.ts";
import { inWordsBefore } from "./words-before.ts";

const held = (memory: Memory, token?: string): Termination => ({ ...termination({}, { token }), memory });
const mergeMemories = (older: Termination, younger: Termination) =>
  mergedMemory(withMemoryOf(unmerged(older), younger));
const drawnPair = (seed: number): [Memory, Memory] => {
  const random = randomSource(seed)("memory");
  const [one, other] = [drawnMemory(random), drawnMemory(random)];
  // Of the lists some items are the same, or a union would never find one twice.
  const isAlike = random.chance(0.5);
  return [one, isAlike ? { ...other, registrations: one.registrations, logged: one.logged } : other];
};

describe("merging memories", () => {
  for (const [tokens, isSameToken] of [
    [["t", "t"], true],
    [["t", undefined], false],
    [[undefined, undefined], true],
  ] as const) {
    it(`of the tokens ${tokens.join(" and ")}: each field but goneAt is what the version before made of it, on 300 pairs`, () => {
      for (let seed = 1; seed <= 300; seed++) {
        const [one, other] = drawnPair(seed);
        const merged = mergeMemories(held(one, tokens[0]), held(other, tokens[1]));
        const before = uniteBefore(inWordsBefore(one), inWordsBefore(other), isSameToken);
        // That version had it begin again where one of the two did not say that all was gone.
        const { goneAt } = merged;
        expect(inWordsBefore(merged), `SEED=${seed}`).to.deep.equal({ ...before, goneAt });
      }
    });
  }

  it("covers both orders, and each field with different values, or the pairs would show little", () => {
    const pairs = Array.from({ length: 300 }, (_, i) => drawnPair(i + 1));
    for (const field of MEMORY_FIELDS) {
      const differ = pairs.filter(
        ([one, other]) => JSON.stringify(one[field]) !== JSON.stringify(other[field]),
      );
      expect(differ.length, field).to.be.greaterThan(50);
    }
    const passed = pairs.map(([one, other]) => (one.nextPassAt ?? 0) < (other.nextPassAt ?? 0));
    expect(passed).to.include(true).and.to.include(false);
  });

  it("is what one of them remembers where the other remembers nothing, whatever its token", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const [one] = drawnPair(seed);
      for (const token of ["t", "another", undefined]) {
        expect(mergeMemories(held(one, "t"), held(NO_MEMORY, token)), `SEED=${seed}`).to.equal(one);
        expect(mergeMemories(held(NO_MEMORY, token), held(one, "t")), `SEED=${seed}`).to.equal(one);
      }
    }
  });

  it("keeps the blockers, and what was not answered, of the one that is due first", () => {
    const blockers: Memory["blockers"] = [{ kind: "event", event: "settled" }];
    const unread: Memory["unread"] = [{ kind: "unread", what: "tasks", call: undefined, why: "out of time" }];
    const first = { ...NO_MEMORY, nextPassAt: 5_000, blockers, unread };
    const later = { ...NO_MEMORY, nextPassAt: 6_000 };
    for (const merged of [
      mergeMemories(held(first), held(later)),
      mergeMemories(held(later), held(first)),
      mergeMemories(held(first), held(NO_MEMORY)),
    ])
      expect(merged).to.deep.include({ blockers, unread });
  });

  it("keeps what a later version wrote into either, up to 1 KB: what the one says that is due first holds", () => {
    const first = { ...NO_MEMORY, nextPassAt: 5_000, ofLaterVersion: { moon: "full", tide: 1 } };
    const later = { ...NO_MEMORY, nextPassAt: 6_000, ofLaterVersion: { moon: "new", sun: "up" } };
    const expected = { moon: "full", tide: 1, sun: "up" };
    expect(mergeMemories(held(first), held(later)).ofLaterVersion).to.deep.equal(expected);
    expect(mergeMemories(held(later), held(first)).ofLaterVersion).to.deep.equal(expected);
    const large = (key: string) => ({ ...NO_MEMORY, ofLaterVersion: { [key]: "x".repeat(600) } });
    expect(Object.keys(mergeMemories(held(large("a")), held(large("b"))).ofLaterVersion)).to.have.lengthOf(1);
  });
});
