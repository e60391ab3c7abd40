// Protects the pages of the simulated AWS: a client that follows the tokens gets all there is, however few a page has.
import { expect } from "chai";
import { momentOf, type PageRequest, page } from "../../../../simulator/wire/paging.ts";

const ALL = ["a", "b", "c", "d", "e"];

/** The pages that a client gets, and how many of them were shorter than asked. */
function read(atMost: number, request: Partial<PageRequest> = {}): { pages: string[]; cut: number } {
  const pages: string[] = [];
  let cut = 0;
  let token: string | undefined;
  do {
    const { items, next } = page(
      ALL,
      { size: undefined, most: 100, token, ...request },
      { atMost, asOf: 7, shortened: () => cut++ },
    );
    pages.push(items.join(""));
    token = next;
  } while (token !== undefined);
  return { pages, cut };
}

describe("a page", () => {
  /** [what, the most that a page has, the size that is asked for, the pages, how many are shorter than asked] */
  const table: [string, number, number | undefined, string[], number][] = [
    ["has all, where there is no limit", Number.POSITIVE_INFINITY, undefined, ["abcde"], 0],
    ["has as many as are asked for", Number.POSITIVE_INFINITY, 2, ["ab", "cd", "e"], 0],
    ["has fewer than asked, where AWS gives fewer", 2, 100, ["ab", "cd", "e"], 2],
    ["has fewer than its default", 3, undefined, ["abc", "de"], 1],
    ["is not cut where fewer are asked for", 3, 2, ["ab", "cd", "e"], 0],
    ["is not cut where all fit", 5, undefined, ["abcde"], 0],
  ];
  for (const [what, atMost, size, pages, cut] of table)
    it(what, () => expect(read(atMost, { size })).to.deep.equal({ pages, cut }));

  it("tells the next one which moment it shows", () => {
    const { next } = page(
      ALL,
      { size: 2, most: 100, token: undefined },
      { atMost: 9, asOf: 1_234, shortened() {} },
    );
    for (const key of ["NextToken", "nextToken", "Marker"]) expect(momentOf({ [key]: next })).to.equal(1_234);
    for (const input of [{}, { NextToken: "abc" }, { Other: next }, { NextToken: "" }])
      expect(momentOf(input)).to.equal(undefined);
  });

  it("is refused with a size that the API does not take, and with a token of nobody's", () => {
    expect(() => read(2, { size: 101 })).to.throw("between 1 and 100");
    expect(() => read(2, { token: "abc" })).to.throw("Invalid token");
  });
});
