// Protects instances from whoever may send to the queues: of each hostile message nothing follows that the same world without it
// does not show.
import { expect } from "chai";
import { MEMORY_FIELDS, readMemory } from "../../shared/messages/memory.ts";
import { NO_MEMORY } from "../../shared/model/memory.ts";
import { type Outcome, play } from "../scenarios/fixture.ts";
import { type Attack, SITUATIONS, type Situation } from "./attack.ts";
import { ATTACKS } from "./attacks.ts";
import { LIES } from "./on-memory.ts";
import { ASIDE } from "./on-messages.ts";
import { TARGET, worldOf } from "./world.ts";

/** Calls by which something in AWS changes, tried or done, without queues. A heartbeat only keeps a hook alive. */
const CHANGES = /^(?!sqs:)\w+:(?!Describe|List|Get|RecordLifecycleActionHeartbeat)/;

/** What was changed in AWS, each change once: a repetition changes nothing. */
function changesOf({ simulation }: Outcome): string[] {
  const changes = simulation.calls
    .filter(({ action }) => CHANGES.test(action))
    // A lifecycle action may be named by its token or by its instance.
    .map(
      ({ action, input }) =>
        `${action} ${JSON.stringify({ ...Object(input), LifecycleActionToken: undefined, InstanceId: undefined })}`,
    );
  return [...new Set(changes)].sort();
}

/** How long the hook held the instance, in seconds, and how that ended. */
function endsOf({ terminations }: Outcome): [seconds: number, result: string | undefined][] {
  return terminations.map(({ askedAt, completedAt, result }) => [
    ((completedAt ?? Number.NaN) - askedAt) / 1_000,
    result,
  ]);
}

const undisturbed = new Map<Situation, Promise<Outcome>>();
function playUndisturbed(situation: Situation): Promise<Outcome> {
  const known = undisturbed.get(situation) ?? play(worldOf(situation));
  undisturbed.set(situation, known);
  return known;
}

async function expectNothingOf({ situation, worst, ...attack }: Attack): Promise<void> {
  const before = await playUndisturbed(situation);
  const outcome = await play(worldOf(situation, attack));
  expect(outcome.violations).to.deep.equal([]);
  expect(changesOf(outcome)).to.deep.equal(changesOf(before));
  const [ends, expected] = [endsOf(outcome), endsOf(before)];
  expect(ends.map(([, result]) => result)).to.deep.equal(expected.map(([, result]) => result));
  ends.forEach(([seconds], i) => {
    if (!Number.isNaN(expected[i]?.[0])) expect(seconds).to.be.closeTo(expected[i]?.[0] ?? 0, 15);
  });
  for (const queue of ["lifecycle", "monitor"])
    expect(outcome.simulation.world.queues.byName(queue).messages.size, queue).to.equal(0);
  const setAside = outcome.simulation.world.queues.byName(`${attack.queue}-dead-letters`).messages.size;
  expect(setAside, "set aside").to.equal(worst === ASIDE ? 1 : 0);
}

describe("attacks", () => {
  for (const attack of ATTACKS)
    it(`${attack.queue} queue, ${attack.situation}, ${attack.field}: ${attack.value}`, () =>
      expectNothingOf(attack));

  it("on the memory would be believed, if a role of ours had sent them", () => {
    for (const field of MEMORY_FIELDS) {
      const { memory, unknown } = readMemory(LIES[field][1], TARGET);
      expect(memory[field], field).to.not.deep.equal(NO_MEMORY[field]);
      expect(unknown, field).to.deep.equal({ kept: [], dropped: [] });
    }
  });

  it("are 60 at least, on each field of the memory and on both queues, in each situation", () => {
    const of = (queue: Attack["queue"], situation: Situation) =>
      ATTACKS.filter((each) => each.queue === queue && each.situation === situation);
    for (const situation of SITUATIONS) {
      const fields = of("monitor", situation).map(({ field }) => field);
      expect(fields).to.include.members(MEMORY_FIELDS.map((field) => `memory: ${field}`));
      expect(of("lifecycle", situation).length).to.be.at.least(15);
    }
    const names = ATTACKS.map(({ queue, field, value, situation }) =>
      [queue, field, value, situation].join(),
    );
    expect(new Set(names).size).to.equal(names.length);
    expect(names.length).to.be.at.least(60);
  });

  it("are played in worlds in which something changes where a hook holds the instance, and only there", async () => {
    for (const situation of SITUATIONS) {
      const { violations, terminations, ...outcome } = await playUndisturbed(situation);
      expect(violations).to.deep.equal([]);
      expect(changesOf({ violations, terminations, ...outcome }).length > 0).to.equal(
        situation !== "in service",
      );
    }
  });
});
