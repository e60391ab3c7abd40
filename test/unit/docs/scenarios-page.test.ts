// Protects the page on scenario files: a key without a meaning is one that a user has to guess.
import { expect } from "chai";
import { scenariosPage } from "../../../docs/generate/scenarios-page.ts";

describe("the page on scenario files", () => {
  it("gives each key a meaning", () => {
    let heading = "";
    const bare: string[] = [];
    for (const line of scenariosPage().split("\n")) {
      if (line.startsWith("## ")) heading = line.slice(3);
      if (/^\| `.*\|\s*\|$/.test(line)) bare.push(`${heading}: ${line}`);
    }
    expect(bare).to.deep.equal([]);
  });
});
