// Protects the judge from blaming a drain for going by one of two settings that count.
import { expect } from "chai";
import { eitherScope, scopeOf } from "../../../../simulator/judge/scope.ts";
import { MINUTE, SECOND } from "./judged-story.ts";

const hook = { metadata: undefined, isSwept: false, heartbeatTimeout: MINUTE, globalTimeout: 100 * MINUTE };
const settling = (settle_seconds?: number) =>
  scopeOf(settle_seconds === undefined ? {} : { settle_seconds }, hook).permits;
const either = (one?: number, other?: number) =>
  eitherScope(
    scopeOf(one === undefined ? {} : { settle_seconds: one }, hook),
    scopeOf(other === undefined ? {} : { settle_seconds: other }, hook),
  ).permits;

describe("the settings that the judge goes by", () => {
  it("give the time to settle that the key says, or none", () => {
    expect(settling(30)).to.include({ settle: 30 * SECOND, settlesByKey: 30 * SECOND });
    expect(settling()).to.include({ settle: undefined, settlesByKey: 0 });
  });

  it("give the longest of two, and no default where one of them has the key", () => {
    expect(either(30, 1_800)).to.include({ settle: 1_800 * SECOND, settlesByKey: 1_800 * SECOND });
    expect(either(undefined, 1_800)).to.include({ settle: undefined, settlesByKey: 1_800 * SECOND });
    expect(either()).to.include({ settle: undefined, settlesByKey: 0 });
  });
});
