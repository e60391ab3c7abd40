// Protects the judge's limit of a drain's end: two ticks after its deadline, and a third where a run may have no time for its last pass.
import { expect } from "chai";
import { begins, ends, MINUTE, SECOND, violations } from "./judged-story.ts";

describe("judge", () => {
  describe("a drain that ends after its deadline of ten minutes", () => {
    const late = (at: number, isSlow: boolean) =>
      violations([...begins, [at, ends("call", "terminate", "CONTINUE")]], { isSlow }).filter((each) =>
        each.startsWith("every drain ends in time"),
      );
    const limit = 12 * MINUTE;
    it("is in time within two ticks", () => expect(late(limit, false)).to.deep.equal([]));
    it("is late after them", () =>
      expect(late(limit + 30 * SECOND, false)).to.deep.equal([
        "every drain ends in time: it ended 30 s too late",
      ]));
    it("has a third tick where all calls are slow", () => {
      expect(late(limit + 30 * SECOND, true)).to.deep.equal([]);
      expect(late(limit + 90 * SECOND, true)).to.deep.equal([
        "every drain ends in time: it ended 30 s too late",
      ]);
    });
  });
});
