// Protects what Lambda says of an invocation, and how much of its time is kept for the end.
import type { Context } from "aws-lambda";
import { expect } from "chai";
import { handsOverAt, invocationOf } from "../../../../shared/run/invocation.ts";

describe("an invocation", () => {
  it("is what Lambda's context says of it", () => {
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 1_234 } as Context;
    const { requestId, remainingMilliseconds } = invocationOf(context);
    expect([requestId, remainingMilliseconds()]).to.deep.equal(["request-1", 1_234]);
  });

  it("asks Lambda each time how much is left", () => {
    let left = 90_000;
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => left } as Context;
    const { remainingMilliseconds } = invocationOf(context);
    left = 1_000;
    expect(remainingMilliseconds()).to.equal(1_000);
  });

  it("hands over long enough before Lambda ends it for a call that hangs, and for handing over", () => {
    expect(handsOverAt(10_000, { requestId: "", remainingMilliseconds: () => 90_000 })).to.equal(76_000);
  });
});
