// Protects the list of planted bugs from growing stale while the sources change: each can still be planted.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type Bug, plant } from "../../planted/bug.ts";
import { BUGS } from "../../planted/bugs.ts";

describe("planted bugs", () => {
  for (const bug of BUGS) {
    it(bug.what, () => {
      const source = readFileSync(bug.file, "utf8");
      expect(plant(source, bug)).to.not.equal(source);
    });
  }

  const bug: Bug = {
    what: "",
    file: "sum.ts",
    text: "a + b",
    instead: "a - b",
    foundBy: { scenarios: "", test: "" },
  };

  it("a text is replaced where it is there once", () => {
    expect(plant("return a + b;", bug)).to.equal("return a - b;");
  });

  for (const [source, times] of [
    ["return a;", "not at all"],
    ["return a + b + (a + b);", "2 times"],
  ] as const) {
    it(`a text that is there ${times} is refused`, () => {
      expect(() => plant(source, bug)).to.throw(
        `sum.ts: expected this text exactly once, found it ${times}:\na + b`,
      );
    });
  }
});
