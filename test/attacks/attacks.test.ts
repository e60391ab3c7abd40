// Protects instances from whoever may send to the queues: of each hostile message nothing follows that the same world without it
// does not show.
import { expect } from "chai";
import { MEMORY_FIELDS, readMemory } from "../../shared/messages/memory.ts";
import { NO_MEMORY } from "../../shared/model/memory.ts";
import { type Outcome, play } from "../scenarios/fixture.ts";
import {
  type Attack,
  type Deployment,
  type Difference,
  SITUATIONS,
  type Situation,
  TRUE_TOKEN,
} from "./attack.ts";
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

/** The actions of the changes that an outcome has and another has not. */
function actionsOnlyIn(outcome: Outcome, other: Outcome): string[] {
  const known = changesOf(other);
  const own = changesOf(outcome).filter((change) => !known.includes(change));
  return [...new Set(own.map((change) => change.replace(/ .*/, "")))];
}

/** How long the hook held the instance, in seconds, and how that ended. */
function endsOf({ terminations }: Outcome): [seconds: number, result: string | undefined][] {
  return terminations.map(({ askedAt, completedAt, result }) => [
    ((completedAt ?? Number.NaN) - askedAt) / 1_000,
    result,
  ]);
}

// A drain of an instance that nobody has terminated without the message is a change in AWS.
function endOf(outcome: Outcome, before: Outcome): Difference["end"] {
  const [expected] = endsOf(before);
  if (!expected) return "the same";
  const [seconds, result] = endsOf(outcome)[0] ?? [Number.NaN, undefined];
  if (result === undefined && expected[1] !== undefined) return "never";
  if (result !== expected[1]) return "otherwise";
  if (Number.isNaN(expected[0]) || Math.abs(seconds - expected[0]) <= 15) return "the same";
  return seconds < expected[0] ? "sooner" : "later";
}

const undisturbed = new Map<string, Promise<Outcome>>();
function playUndisturbed(situation: Situation, deployment: Deployment): Promise<Outcome> {
  const which = `${situation}, ${deployment}`;
  const known = undisturbed.get(which) ?? play(worldOf(situation, deployment));
  undisturbed.set(which, known);
  return known;
}

const rulesBrokenIn = ({ violations }: Outcome) => [...new Set(violations.map(({ rule }) => rule))];

const NO_DIFFERENCE: Difference = { added: [], missing: [], end: "the same", violations: [] };

async function expectNothingElseOf({ situation, deployment, worst, harm, ...attack }: Attack): Promise<void> {
  const before = await playUndisturbed(situation, deployment);
  // A seed gives out the same token again.
  const token = before.terminations[0]?.token;
  if (attack.body.includes(TRUE_TOKEN)) expect(token).to.be.a("string");
  const body = attack.body.replaceAll(TRUE_TOKEN, token ?? "");
  const outcome = await play(worldOf(situation, deployment, { ...attack, body }));
  const difference: Difference = {
    added: actionsOnlyIn(outcome, before),
    missing: actionsOnlyIn(before, outcome),
    end: endOf(outcome, before),
    violations: rulesBrokenIn(outcome).filter((rule) => !rulesBrokenIn(before).includes(rule)),
  };
  expect(difference).to.deep.equal({ ...NO_DIFFERENCE, ...harm });
  for (const queue of ["lifecycle", "monitor"])
    expect(outcome.simulation.world.queues.byName(queue).messages.size, queue).to.equal(0);
  const setAside = outcome.simulation.world.queues.byName(`${attack.queue}-dead-letters`).messages.size;
  expect(setAside, "set aside").to.equal(worst === ASIDE ? 1 : 0);
}

describe("attacks", () => {
  for (const attack of ATTACKS)
    it(`${attack.deployment}, ${attack.queue} queue, ${attack.situation}, ${attack.field}: ${attack.value}`, () =>
      expectNothingElseOf(attack));

  it("on the memory would be believed, if a role of ours had sent them", () => {
    for (const field of MEMORY_FIELDS) {
      const { memory, unknown } = readMemory(LIES[field][1], TARGET);
      expect(memory[field], field).to.not.deep.equal(NO_MEMORY[field]);
      expect(unknown, field).to.deep.equal({ kept: [], dropped: [] });
    }
  });

  it("are 60 at least, on each field of the memory and on both queues, in each situation", () => {
    const of = (queue: Attack["queue"], situation: Situation) =>
      ATTACKS.filter(
        (each) =>
          each.deployment === "as the template" && each.queue === queue && each.situation === situation,
      );
    for (const situation of SITUATIONS) {
      const fields = of("monitor", situation).map(({ field }) => field);
      expect(fields).to.include.members(MEMORY_FIELDS.map((field) => `memory: ${field}`));
      expect(of("lifecycle", situation).length).to.be.at.least(15);
    }
    const names = ATTACKS.map(({ deployment, queue, field, value, situation }) =>
      [deployment, queue, field, value, situation].join(),
    );
    expect(new Set(names).size).to.equal(names.length);
    expect(names.length).to.be.at.least(60);
  });

  it("do harm only in deployments that differ from the template's", () => {
    const harmful = ATTACKS.filter(({ harm }) => harm !== undefined);
    expect([...new Set(harmful.map(({ deployment }) => deployment))]).to.have.members([
      "no roles named",
      "queue_name alone",
    ]);
  });

  it("are played in worlds in which something changes where a hook holds the instance, and only there", async () => {
    for (const situation of SITUATIONS) {
      const { violations, terminations, ...outcome } = await playUndisturbed(situation, "as the template");
      expect(violations).to.deep.equal([]);
      expect(changesOf({ violations, terminations, ...outcome }).length > 0).to.equal(
        situation !== "in service",
      );
    }
  });
});
