// Protects how times and durations are written.
import { expect } from "chai";
import { secondsBetween, timeText } from "../../../../shared/base/time-text.ts";

describe("a log line", () => {
  it("has times as ISO texts, and durations as whole seconds", () => {
    expect(timeText(0)).to.equal("1970-01-01T00:00:00.000Z");
    expect([secondsBetween(1_000, 2_499), secondsBetween(1_000, 2_500)]).to.deep.equal([1, 2]);
  });
});
