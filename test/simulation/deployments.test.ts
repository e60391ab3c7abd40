// Protects what the seeds deploy in the middle: each kind is drawn, and a function has the code of the last deployment.
import { expect } from "chai";
import type { FunctionsCode } from "../../cli/in-process.ts";
import { codeBy, DEPLOYMENT_KINDS, isBeforeThisVersion, type Plan, planOf } from "./deployments.ts";

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

  /** [what, the deployments, the times at which only the version before has been there, of 0, 59, 60 and 200 s] */
  const times = [0, 59, 60, 200];
  const both = (at_seconds: number, version: "before" | "this"): Plan["deployments"] =>
    (["deregister", "terminate"] as const).map((name) => ({ function: name, at_seconds, version }));
  const table: [string, Plan["deployments"], readonly number[]][] = [
    ["nothing is deployed", [], []],
    ["an upgrade", [...both(0, "before"), ...both(60, "this")], [0, 59]],
    [
      "an upgrade of one before the other",
      [...both(0, "before"), ...both(60, "this").slice(1), ...both(100, "this").slice(0, 1)],
      [0, 59],
    ],
    ["a rollback", [...both(60, "before"), ...both(100, "this")], []],
    ["one of each version", both(0, "before").slice(1), []],
  ];
  for (const [what, deployments, expected] of table)
    it(`${what}: the version before is alone at ${expected.join(", ") || "no time"}`, () => {
      const isBefore = isBeforeThisVersion({ deployments }, 1_000);
      expect(times.filter((each) => isBefore(1_000 + each * 1_000))).to.deep.equal(expected);
    });
});
