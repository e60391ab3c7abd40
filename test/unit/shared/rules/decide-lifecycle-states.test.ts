// Protects what is decided in each lifecycle state and situation: a test for each cell of the table in docs.
import { LifecycleState } from "@aws-sdk/client-auto-scaling";
import { expect } from "chai";
import { isKnownState } from "../../../../shared/model/lifecycle-state.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import {
  clusterInstance,
  decisionOf,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  seen,
  stepText,
  target,
  task,
} from "./builders.ts";
import {
  type Because,
  DECISIONS,
  LIFECYCLE_TABLE,
  ODD_STATE,
  type Place,
  SITUATIONS,
  type SituationName,
} from "./lifecycle-table.ts";

type Situation = Required<Pick<Row, "now" | "observed">> & Pick<Row, "memory" | "settings" | "told">;

const left = { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))], registrations: [target()] };
const gone = { clusterInstances: [clusterInstance("DRAINING", task("STOPPED"))] };
const kept = (returns: Memory["returns"]): Situation => ({
  memory: {
    ...seen,
    drainingAt: SINCE,
    plannedDraining: ["ci-1"],
    plannedDeregistrations: [{ kind: "target", id: "tg-1", port: 8080 }],
    returns,
    returningSince: SINCE + 5 * MINUTE,
  },
  observed: gone,
  now: 10 * MINUTE,
});
const DAY = 24 * 60 * MINUTE;

const situations: Record<SituationName, Situation> = {
  fresh: { observed: left, now: 30 * SECOND },
  drained: { memory: { ...seen, drainingAt: SINCE }, observed: gone, now: 10 * MINUTE },
  late: { memory: { ...seen, drainingAt: SINCE }, observed: left, now: 60 * MINUTE },
  "kept, warm pool": kept("warm pool"),
  "kept, root volume": kept("root volume"),
  "Spot notice": { told: { hook: undefined, interruptedAt: SINCE }, observed: left, now: 30 * SECOND },
  "another's hook": {
    memory: { begunAt: undefined },
    observed: { ...left, owner: "another's" },
    now: 30 * SECOND,
  },
  stale: { settings: { drainTimeoutSeconds: 172_800 }, observed: left, now: DAY },
};

/** A situation with the instance where it is; one that nobody knows was so before, where there was a pass. */
function at({ state, group, isOdd = false }: Place, situation: Situation): Situation {
  const { memory, observed, now } = situation;
  const hadPass = memory !== undefined;
  return {
    ...situation,
    observed: {
      ...observed,
      groupInstance:
        state === undefined ? undefined : { group: group === "another" ? "other" : "fleet", state },
      ...(isOdd ? { unread: { "group instance": ODD_STATE } } : {}),
    },
    ...(hadPass && state === undefined && !isOdd
      ? { memory: { ...memory, absentSince: SINCE + now - 30 * SECOND } }
      : {}),
  };
}

describe("lifecycle states", () => {
  it("are all in the table", () => {
    const states = LIFECYCLE_TABLE.map(({ name }) => name);
    expect(states).to.include.members(Object.values(LifecycleState));
    expect(new Set(states).size).to.equal(states.length);
  });

  it("are known if they are documented, and no others are", () => {
    expect(Object.values(LifecycleState).filter((each) => !isKnownState(each))).to.deep.equal([]);
    for (const other of ["Hovering", "", "terminating:wait", "constructor", "toString"])
      expect(isKnownState(other), other).to.equal(false);
  });

  for (const { name, place, decisions } of LIFECYCLE_TABLE) {
    for (const situation of Object.keys(SITUATIONS) as SituationName[]) {
      const expected = DECISIONS[decisions[situation]];
      it(`${name} x ${situation}: ${decisions[situation]}`, () => {
        const decision = decisionOf(at(place, situations[situation]));
        const { outcome, steps } = decision;
        expect(outcome.kind).to.equal(expected.outcome);
        expect(steps.map(stepText)).to.deep.equal(expected.steps);
        const because: Because =
          outcome.kind === "wait" ? { blockers: outcome.blockers } : { reason: outcome.reason };
        expect(because, JSON.stringify(because)).to.satisfy(expected.isBecause);
        if (outcome.kind === "drop") expect(expected).to.include({ level: outcome.level });
        if (outcome.kind === "complete") expect(outcome.result).to.equal("CONTINUE");
      });
    }
  }
});
