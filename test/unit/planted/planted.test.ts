// Protects the planted bugs from growing stale while the sources change: the export that each stands in for is there, once, and
// a small use of it gives something else with the bug than without.
import { expect } from "chai";
import { BUGS } from "../../planted/bugs.ts";
import { fileOf } from "../../planted/file-of.ts";

describe("planted bugs", () => {
  for (const { what, seam, compare } of BUGS) {
    it(what, async () => {
      expect(fileOf(seam)).to.match(/^(shared|functions)\//);
      const [sound, planted] = await compare();
      expect(planted).to.not.deep.equal(sound);
    });
  }

  it("each is another one", () => {
    expect(new Set(BUGS.map(({ what }) => what)).size).to.equal(BUGS.length);
  });

  it("an export that is not there, or there twice, is refused", () => {
    expect(() => fileOf("nothingOfThisName")).to.throw(
      "nothing in shared, functions exports nothingOfThisName",
    );
    expect(() => fileOf("handler")).to.throw(/handler is exported by .* and /);
  });
});
