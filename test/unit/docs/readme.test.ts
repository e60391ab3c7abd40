// Protects the README's first screen, by which a team decides: what it is, for whom, why not managed draining, what it costs, and two commands.
import { readFileSync } from "node:fs";
import { expect } from "chai";

/** What a browser shows of it before anybody scrolls. */
const FIRST_SCREEN = 30;
/** It has a page for everything that takes longer. */
const MOST_LINES = 210;
const lines = readFileSync("README.md", "utf8").split("\n");

describe("the README", () => {
  const screen = lines.slice(0, FIRST_SCREEN).join("\n");
  for (const part of [
    "**What it is**",
    "**For whom**",
    "**Why not ECS's managed draining?**",
    "(docs/comparison.md#when-not-to-use-this)",
    "**What it costs.**",
    "(docs/costs.md)",
    "    npm ci && npm start",
    "    npm ci && npm test",
  ])
    it(`has on its first screen: ${part.trim()}`, () => expect(screen).to.include(part));

  it("is short", () => expect(lines.length).to.be.at.most(MOST_LINES));
});
