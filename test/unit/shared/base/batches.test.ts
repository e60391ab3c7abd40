// Protects how many things are done at once, and that results stay in the order of what was asked.
import { expect } from "chai";
import { forEachOf, groupBy, pieces } from "../../../../shared/base/batches.ts";
import { thrownBy } from "../../thrown.ts";

describe("pieces of a list", () => {
  it("have the size that is allowed at the most, and lose nothing", () => {
    expect(pieces([1, 2, 3, 4, 5], 2)).to.deep.equal([[1, 2], [3, 4], [5]]);
    expect(pieces([1, 2], 2)).to.deep.equal([[1, 2]]);
    expect(pieces([], 2)).to.deep.equal([]);
  });
});

describe("groups", () => {
  it("come in the order in which their keys first came up, and so do their items", () => {
    const groups = groupBy(["b1", "a1", "b2"], (each) => each.charAt(0));
    expect([...groups]).to.deep.equal([
      ["b", ["b1", "b2"]],
      ["a", ["a1"]],
    ]);
  });
});

describe("what is done for every item", () => {
  /** Works on items that end in the order in which they are let end; `most` is how many were under way together. */
  async function play(count: number, atOnce?: number) {
    const underWay = { now: 0, most: 0 };
    const work = async (item: number) => {
      underWay.now += 1;
      underWay.most = Math.max(underWay.most, underWay.now);
      // The later ones end first.
      for (let i = item; i < count; i += 1) await Promise.resolve();
      underWay.now -= 1;
      return item * 10;
    };
    const items = Array.from({ length: count }, (_, i) => i);
    return {
      results: await forEachOf(items, work, ...(atOnce === undefined ? [] : [atOnce])),
      most: underWay.most,
    };
  }

  it("has its results in the items' order, whichever ends first", async () => {
    expect((await play(6)).results).to.deep.equal([0, 10, 20, 30, 40, 50]);
    expect((await play(0)).results).to.deep.equal([]);
  });

  it("is under way for four at once, or for as many as were asked for", async () => {
    expect((await play(9)).most).to.equal(4);
    expect((await play(9, 2)).most).to.equal(2);
  });

  it("fails as soon as one does", async () => {
    const failing = async (item: number) => {
      if (item === 2) throw new Error("the second");
    };
    expect(await thrownBy(() => forEachOf([1, 2, 3], failing))).to.equal("Error: the second");
  });
});
