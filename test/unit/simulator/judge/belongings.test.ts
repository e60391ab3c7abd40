// Protects the judge from asking the functions for what ECS gives back by itself.
import { expect } from "chai";
import { BelongingsLedger } from "../../../../simulator/judge/belongings.ts";
import type { Violation } from "../../../../simulator/judge/records.ts";
import type { StoryLine } from "../../../../simulator/kernel/story.ts";
import { group, held, SECOND } from "./judged-story.ts";

/** What is missing of an instance with a new root volume, which terminate took out of where somebody had registered it. */
function missing(registeredBy: "ecs" | "operator"): string[] {
  const found: Violation[] = [];
  const ledger = new BelongingsLedger(new Set(["terminate"]), (each) => found.push(each));
  const state = (at: number, name: string): StoryLine => ({
    kind: "instance",
    at,
    instanceId: held,
    group,
    state: name,
  });
  const target = (at: number, name: "registered" | "draining" | "gone", by: string): StoryLine => ({
    kind: "target",
    at,
    targetGroup: "web",
    id: held,
    port: 60_830,
    state: name,
    by,
  });
  const lines = [
    target(0, "registered", registeredBy),
    state(SECOND, "ReplacingRootVolume:Wait"),
    target(60 * SECOND, "draining", "terminate"),
    target(90 * SECOND, "gone", "elb"),
    state(99 * SECOND, "InService"),
  ];
  for (const line of lines) ledger.follow(line);
  return [...found, ...ledger.violations(100 * SECOND, () => true)].map(({ what }) => what);
}

describe("what the judge asks back for an instance with a new root volume", () => {
  it("is what somebody had registered", () =>
    expect(missing("operator")).to.deep.equal(["it is not registered with web:60830 any more"]));
  it("is not what ECS had registered for a task", () => expect(missing("ecs")).to.deep.equal([]));
});
