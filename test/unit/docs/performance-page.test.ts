// Protects the page on what a drain costs: a figure that the bench writes and the page leaves out is one that nobody reads.
import { expect } from "chai";
import { readResults } from "../../../bench/results.ts";
import { performancePage } from "../../../docs/generate/performance-page.ts";

/** `npm run bench -- --only peers` says by how much a model differs, and why. The page does not. */
const LEFT_OUT = /^model's difference/;

describe("the page on what a drain costs", () => {
  it("has each figure of the bench's results", () => {
    // Those of its part `costs` are on the page that has them in dollars.
    const { costs: _, ...parts } = readResults();
    const figures = Object.values(parts).flat();
    const cells = new Map<string, number>();
    for (const [cell] of performancePage().matchAll(/(?<=\| )[\d.,]+(?=( (s|KB|MB))?( \([^)]*\))? \|)/g)) {
      const number = cell.replaceAll(",", "");
      cells.set(number, (cells.get(number) ?? 0) + 1);
    }
    const missing: string[] = [];
    for (const { of, what, value } of figures.filter((each) => !LEFT_OUT.test(each.what))) {
      const left = cells.get(String(value)) ?? 0;
      if (left === 0) missing.push(`${of}, ${what}: ${value}`);
      else cells.set(String(value), left - 1);
    }
    expect(missing).to.deep.equal([]);
  });
});
