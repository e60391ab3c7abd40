// Protects that a lifecycle action is completed only while the pass that decided it is fresh, and while its run completes.
import { expect } from "chai";
import { isFresh } from "../../../../shared/rules/freshness.ts";
import { MINUTE, SECOND, SINCE } from "./builders.ts";

describe("whether a pass is fresh enough to complete on", () => {
  const FAR = SINCE + 10 * MINUTE;
  /** [why, when this run stops completing, how long ago the pass decided, whether it is fresh] */
  const table: [string, number, number, boolean][] = [
    ["it has just decided", FAR, 0, true],
    ["a millisecond under 20 s ago", FAR, 20 * SECOND - 1, true],
    ["20 s ago", FAR, 20 * SECOND, false],
    ["a millisecond before its run stops completing", SINCE + 5 * SECOND, 5 * SECOND - 1, true],
    ["its run completes no more, however fresh it is", SINCE + 5 * SECOND, 5 * SECOND, false],
    ["its run has stopped completing before it decided", SINCE - 1, 0, false],
    ["20 s are over, however long its run completes", Number.POSITIVE_INFINITY, 20 * SECOND, false],
  ];
  for (const [why, until, ago, expected] of table) {
    it(`${expected ? "fresh" : "not fresh"}: ${why}`, () =>
      expect(isFresh(SINCE, until, SINCE + ago)).to.equal(expected));
  }
});
