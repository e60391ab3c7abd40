// Protects what a dry run leaves as it was decided: it only puts right what is waited for.
import { expect } from "chai";
import { asItIsInDryRun, endDryRun, logCompletionInDryRun } from "../../../../shared/act/dry-run.ts";
import type { Decision } from "../../../../shared/model/decision.ts";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import { complete, wait } from "../../../../shared/rules/decision.ts";
import { untouchableRun } from "../fake-ports.ts";
import { observed, SINCE, target, termination } from "../rules/builders.ts";
import { drain } from "./carrying-out.ts";

describe("a decision in a dry run", () => {
  const left = observed({ registrations: [target()] });
  const waiting: Decision = wait(termination(), NO_MEMORY, SINCE, "another look");
  const waitingWithStep: Decision = { ...waiting, steps: [drain("ci-1")] };

  /** [which, the decision, what is observed] */
  const table: [string, Decision, typeof left][] = [
    ["without steps, which waits for something else than what is there", waiting, left],
    ["with steps, where nothing is there", waitingWithStep, observed()],
    ["to complete", { ...complete(NO_MEMORY, "CONTINUE", "late"), steps: [drain("ci-1")] }, left],
  ];
  for (const [which, decision, shown] of table) {
    it(`stays as it is: ${which}`, () => {
      expect(asItIsInDryRun(decision, shown, NO_MEMORY, SINCE)).to.equal(decision);
    });
  }

  it("waits for what is there since now, where something else was waited for before", () => {
    const before = { ...NO_MEMORY, waitingFor: "something else", changedAt: 5 };
    const { memory, outcome, steps } = asItIsInDryRun(waitingWithStep, left, before, SINCE);
    const waitingFor = "1 target registered in static";
    expect(memory).to.include({ waitingFor, changedAt: SINCE });
    expect(outcome).to.include({ kind: "wait", waitingFor });
    expect(steps).to.deep.equal([drain("ci-1")]);
  });
});

describe("the end of a dry run", () => {
  const outcome = { kind: "complete", result: "CONTINUE", reason: "drained" } as const;

  it("is told of by instance", () => {
    const { run, lines } = untouchableRun();
    endDryRun(run, termination({}, { dryRun: true }));
    expect(lines).to.deep.equal([["info", "dry run is over", { instance_id: "i-1" }]]);
  });

  it("as it would have been is told of once, after other things that were said", () => {
    const { run, lines } = untouchableRun();
    const logged = ["would: ", "would: DRAINING in main"];
    const once = logCompletionInDryRun(run, termination({ logged }), outcome);
    logCompletionInDryRun(run, once, outcome);
    expect(lines).to.have.lengthOf(1);
    expect(once.memory.logged).to.deep.equal([...logged, "would: completion with CONTINUE: drained"]);
  });
});
