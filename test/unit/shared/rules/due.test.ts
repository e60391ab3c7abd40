// Protects which terminations are due together, how many of the completion queue go into a pass, and when a run's passes end.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import {
  dueOf,
  hasTimeForPass,
  MIN_QUEUE_BATCH,
  nextDueAt,
  passesUntil,
  queueBatchAfter,
  runsUntil,
} from "../../../../shared/rules/due.ts";
import { MINUTE, SECOND, SINCE, termination } from "./builders.ts";

const NOW = SINCE + MINUTE;
/** Something that stands for a termination, by its name and what is remembered. */
const tracks = (name: string, memory: Partial<Memory> = {}) => ({
  termination: termination(memory, { instanceId: name }),
});
const queued = (name: string, memory: Partial<Memory> = {}) =>
  tracks(name, { queuedUntil: NOW + MINUTE, nextPassAt: NOW, ...memory });
const namesOf = (some: readonly ReturnType<typeof tracks>[]) =>
  some.map(({ termination: { instanceId } }) => instanceId);
const due = (...some: ReturnType<typeof tracks>[]) => {
  const { queued: inQueue, others } = dueOf(some, NOW, 2);
  return { queued: namesOf(inQueue), others: namesOf(others) };
};

describe("the next pass", () => {
  it("is when the first of them is due", () => {
    const some = [tracks("later", { nextPassAt: NOW + 2 }), tracks("first", { nextPassAt: NOW + 1 })];
    expect(nextDueAt(some)).to.equal(NOW + 1);
  });

  it("is at once where one has had none", () => {
    expect(nextDueAt([tracks("later", { nextPassAt: NOW }), tracks("new")])).to.equal(0);
  });

  it("is never where there is none", () => expect(nextDueAt([])).to.equal(Number.POSITIVE_INFINITY));
});

describe("due", () => {
  it("is what has had no pass, or whose time has come", () => {
    expect(due(tracks("new"), tracks("now", { nextPassAt: NOW })).others).to.deep.equal(["new", "now"]);
  });

  it("is what would be two seconds later, so that they share their calls, and nothing later", () => {
    const within = tracks("within", { nextPassAt: NOW + 2 * SECOND });
    const beyond = tracks("beyond", { nextPassAt: NOW + 2 * SECOND + 1 });
    expect(due(within, beyond)).to.deep.equal({ queued: [], others: ["within"] });
  });

  it("is apart what is in the completion queue, until its time in it is over", () => {
    const last = queued("last", { queuedUntil: NOW + 1 });
    const over = queued("over", { queuedUntil: NOW });
    expect(due(last, over, tracks("none"))).to.deep.equal({ queued: ["last"], others: ["over", "none"] });
  });

  it("are of the queue no more than a batch, those first that have waited longest", () => {
    const some = [
      queued("second", { changedAt: SINCE + 2 }),
      queued("third", { changedAt: SINCE + 3 }),
      queued("first", { changedAt: SINCE + 1 }),
    ];
    expect(due(...some)).to.deep.equal({ queued: ["first", "second"], others: [] });
    expect(due(...some, queued("for ever")).queued).to.deep.equal(["for ever", "first"]);
  });

  it("is not what of the queue has its time still to come", () => {
    expect(due(queued("later", { nextPassAt: NOW + MINUTE })).queued).to.deep.equal([]);
  });
});

describe("how many of the completion queue go into the next pass", () => {
  /** [how many the one before completed, how many go into the next] */
  const table: [number, number][] = [
    [0, MIN_QUEUE_BATCH],
    [80, MIN_QUEUE_BATCH],
    [81, 102],
    [100, 125],
    [400, 500],
  ];
  for (const [completed, expected] of table)
    it(`${completed} were completed: ${expected}`, () =>
      expect(queueBatchAfter(completed)).to.equal(expected));
});

describe("a run of terminate", () => {
  const startedAt = SINCE;

  it("asks nothing more four seconds after its passes, or when Lambda's time is over", () => {
    const timeOf = (lambdaEnd: number) => runsUntil(startedAt, startedAt + lambdaEnd) - startedAt;
    expect([timeOf(65_999), timeOf(66_000), timeOf(66_001)]).to.deep.equal([65_999, 66_000, 66_000]);
  });

  it("has passes for 62 seconds, two milliseconds less for each that it tracks, and no longer than it runs", () => {
    const timeOf = (tracked: number, until = MINUTE * 2) =>
      passesUntil({ startedAt, until: startedAt + until }, tracked) - startedAt;
    expect([timeOf(0), timeOf(1), timeOf(3_000)]).to.deep.equal([62_000, 61_998, 56_000]);
    expect([timeOf(0, 62_001), timeOf(0, 61_999)]).to.deep.equal([62_000, 61_999]);
  });

  it("has no pass that would end too late, with ten milliseconds for each termination in it", () => {
    const end = NOW + SECOND;
    expect([hasTimeForPass(NOW, 99, end), hasTimeForPass(NOW, 100, end)]).to.deep.equal([true, false]);
    expect([hasTimeForPass(end - 1, 0, end), hasTimeForPass(end, 0, end)]).to.deep.equal([true, false]);
  });
});
