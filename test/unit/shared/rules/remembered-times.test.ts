// Protects a drain from times that its message cannot know: each field of the memory, on both sides of what it may say.
import { expect } from "chai";
import { MEMORY_FIELDS } from "../../../../shared/messages/memory.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { withTimesBy } from "../../../../shared/rules/remembered-times.ts";
import { randomSource } from "../../../../simulator/kernel/random.ts";
import { drawnMemory } from "../messages/drawn-memory.ts";
import { SINCE, termination } from "./builders.ts";

const MINUTE = 60_000;
/** When the message was sent. */
const SENT = SINCE + 60 * MINUTE;
const drawn = Array.from({ length: 100 }, (_, i) => drawnMemory(randomSource(i + 1)("memory")));
/** Fields that hold one time, by what a memory can hold. */
const times = MEMORY_FIELDS.filter(
  (field) =>
    field !== "failures" &&
    field !== "shortestTimeout" &&
    drawn.some((each) => typeof each[field] === "number"),
);
const bounded = (memory: Partial<Memory>, since = SINCE) => withTimesBy(SENT, termination(memory, { since }));
const AHEAD: Partial<Record<string, number>> = { nextPassAt: 5 * MINUTE, queuedUntil: 60 * MINUTE };

describe("the times of a message", () => {
  for (const field of times) {
    it(`${field} is forgotten where it lies after what it may say`, () => {
      const latest = SENT + MINUTE + (AHEAD[field] ?? 0);
      expect(bounded({ [field]: latest }).memory[field]).to.equal(latest);
      expect(bounded({ [field]: latest + 1 }).memory[field]).to.equal(undefined);
      expect(bounded({ [field]: Date.parse("9999-12-31T00:00:00Z") }).memory[field]).to.equal(undefined);
    });
  }

  it("are all looked at", () => expect(times).to.have.lengthOf(23));

  it("of a round and a recheck are looked at too", () => {
    const round = (since: number) => bounded({ round: { since, from: "0", to: "~" } }).memory.round;
    expect(round(SENT + MINUTE)?.since).to.equal(SENT + MINUTE);
    expect(round(SENT + MINUTE + 1)).to.equal(undefined);
    const blocker = {
      kind: "registration",
      registration: { kind: "classic", id: "elb" },
      target: "i-1",
      state: "draining",
    } as const;
    const recheck = (until: number) => bounded({ recheck: { blocker, until } }).memory.recheck;
    expect(recheck(SENT + 2 * MINUTE)?.until).to.equal(SENT + 2 * MINUTE);
    expect(recheck(SENT + 2 * MINUTE + 1)).to.equal(undefined);
  });

  it("of what was taken out are bounded, and what was taken out stays", () => {
    const what = { kind: "classic", id: "elb" } as const;
    const { memory } = bounded({
      deregistered: [
        { what, at: SENT },
        { what, at: SENT + MINUTE + 1 },
      ],
      drained: [{ what: "ci-1", at: SENT + 2 * MINUTE }],
    });
    expect(memory.deregistered).to.deep.equal([
      { what, at: SENT },
      { what, at: SENT },
    ]);
    expect(memory.drained).to.deep.equal([{ what: "ci-1", at: SENT }]);
  });

  it("make a drain begin no later than its message", () => {
    expect(bounded({}, SENT + MINUTE).since).to.equal(SENT + MINUTE);
    expect(bounded({}, SENT + MINUTE + 1).since).to.equal(SENT);
    expect(bounded({}, 0).since).to.equal(0);
  });

  it("a notice came when its message was sent, at the latest", () => {
    const noticed = (noticedAt: number | undefined) =>
      withTimesBy(SENT, termination({}, { noticedAt })).noticedAt;
    expect(noticed(SENT + MINUTE)).to.equal(SENT + MINUTE);
    expect(noticed(SENT + MINUTE + 1)).to.equal(SENT);
    expect(noticed(0)).to.equal(0);
    expect(noticed(undefined)).to.equal(undefined);
  });

  it("change nothing else", () => {
    for (const memory of drawn)
      expect(withTimesBy(Number.MAX_SAFE_INTEGER, termination(memory))).to.deep.equal(termination(memory));
  });
});
