// Protects what the seeds deploy in the middle: each kind is drawn, and a function has the code of the last deployment.
import { expect } from "chai";
import type { FunctionsCode } from "../../cli/in-process.ts";
import { codeBy, DEPLOYMENT_KINDS, planOf } from "./deployments.ts";

const versions = { this: { name: "this" }, before: { name: "before" } } as unknown as Record<
  "this" | "before",
  FunctionsCode
>;

describe("deployments of seeds", () => {
  it("are of each kind, in one seed of twelve or so", () => {
    const plans = Array.from({ length: 300 }, (_, seed) => planOf(seed));
    const drawn = plans.flatMap(({ kind }) => kind ?? []);
    expect(new Set(drawn)).to.deep.equal(new Set(DEPLOYMENT_KINDS));
    expect(drawn.length).to.be.within(12, 36);
  });

  it("count from their second on, for their function", () => {
    const plan = {
      deployments: [
        { function: "terminate", at_seconds: 0, version: "before" },
        { function: "terminate", at_seconds: 60, version: "this" },
      ],
    } as const;
    const codeOf = codeBy(plan, versions, 1_000);
    expect([1_000, 60_999, 61_000].map((at) => codeOf("terminate", at))).to.deep.equal([
      versions.before,
      versions.before,
      versions.this,
    ]);
    expect(codeOf("deregister", 1_000)).to.equal(versions.this);
  });
});
