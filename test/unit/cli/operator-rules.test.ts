// Protects the links that explanations give: each rule has its heading in docs/rules.md.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { linkTo, type RuleNumber } from "../../../cli/operator/rules.ts";

const headings = new Map(
  [...readFileSync("docs/rules.md", "utf8").matchAll(/^## (\d+)\. (.*)$/gm)].map(([, number, title = ""]) => [
    Number(number),
    `${number}-${title
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-")}`,
  ]),
);

describe("the links of an explanation", () => {
  for (const rule of [1, 2, 3, 6, 7, 8, 10, 13, 16, 17, 18] satisfies RuleNumber[])
    it(`rule ${rule} stands where it says`, () => {
      expect(linkTo(rule)).to.equal(`docs/rules.md#${headings.get(rule)}`);
    });
});
