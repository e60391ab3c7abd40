// Protects what an instance that comes back gets back: nothing is taken from it before a message has written it down.
import { expect } from "chai";
import type { Step } from "../../../../shared/model/decision.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { RestorePlan } from "../../../../shared/model/termination.ts";
import { stepsInPlan } from "../../../../shared/rules/restore-plan.ts";
import { classic, SINCE, seen, target, termination } from "./builders.ts";

const drain = (containerInstance: string): Step => ({
  kind: "drain",
  cluster: "main",
  containerInstance,
  again: false,
});
const take = (why: "ours" | "came back" | "orphaned", registration = target()): Step => ({
  kind: "deregister",
  registration,
  why,
});
const stop: Step = { kind: "stop task", cluster: "main", task: "task-1", name: "agent" };
const ofTarget = { kind: "target", id: "tg-1", port: 8080 } as const;
const ofClassic = { kind: "classic", id: "elb" } as const;
const on = (memory: Partial<Memory>, steps: readonly Step[], known?: RestorePlan) => {
  const result = stepsInPlan(
    termination({ ...seen, returns: "warm pool", ...memory }, known ? { restorePlan: known } : {}),
    steps,
  );
  return {
    steps: result.steps,
    plannedDraining: result.memory.plannedDraining,
    plannedDeregistrations: result.memory.plannedDeregistrations,
  };
};

describe("what is to be given back", () => {
  it("nothing, where the instance does not come back: all steps are taken at once", () => {
    const before = termination({ ...seen, drainingAt: SINCE });
    const steps = [drain("ci-1"), take("ours")];
    expect(stepsInPlan(before, steps)).to.deep.equal({ steps, memory: before.memory });
  });

  it("is written down first, and taken once it is", () => {
    const steps = [drain("ci-1"), take("ours"), take("came back", classic())];
    const written = { plannedDraining: ["ci-1"], plannedDeregistrations: [ofTarget, ofClassic] };
    expect(on({}, steps)).to.deep.equal({ steps: [], ...written });
    expect(on(written, steps, written)).to.deep.equal({ steps, ...written });
  });

  it("is each taken by what is written of it alone", () => {
    const steps = [drain("ci-1"), drain("ci-2"), take("ours"), take("ours", classic())];
    const written = { plannedDraining: ["ci-1"], plannedDeregistrations: [ofClassic] };
    expect(on(written, steps, written)).to.deep.equal({
      steps: [drain("ci-1"), take("ours", classic())],
      plannedDraining: ["ci-1", "ci-2"],
      plannedDeregistrations: [ofClassic, ofTarget],
    });
  });

  it("is not what ECS has left behind, nor what is no registration", () => {
    const steps = [take("orphaned"), stop];
    expect(on({}, steps)).to.deep.equal({ steps, plannedDraining: [], plannedDeregistrations: [] });
  });

  it("is written once", () => {
    const written = { plannedDraining: ["ci-1", "ci-2"], plannedDeregistrations: [ofTarget, ofClassic] };
    expect(on(written, [drain("ci-2"), take("ours", classic())])).to.deep.equal({ steps: [], ...written });
  });
});
