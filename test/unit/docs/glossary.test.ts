// Protects the glossary: a name that it gives as the code's own must be there, or a reader searches for nothing.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const PROJECT = new URL("../../../", import.meta.url);
const FOLDERS = ["shared/", "functions/", "simulator/"];

const textOf = (path: string) => readFileSync(new URL(path, PROJECT), "utf8");

function sourceIn(folder: string): string {
  return readdirSync(fileURLToPath(new URL(folder, PROJECT)), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => textOf(`${folder}${path}`))
    .join("\n");
}

// [word, a name in backticks in the column "in code"]
const names = [...textOf("docs/glossary.md").matchAll(/^\| (.+?) \| .+ \| (.*) \|$/gm)].flatMap(
  ([, word = "", code = ""]) =>
    [...code.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => [word, name] as const),
);

/** Whether a text has a name as a whole word, or a piece of code as it is. */
function has(text: string, name: string): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<!\\w)${literal}(?!\\w)`).test(text);
}

describe("the glossary", () => {
  const source = FOLDERS.map(sourceIn).join("\n");

  it("has words whose names in code are looked for", () => {
    expect(names.length).to.be.greaterThan(40);
    expect(has("const tracked = 1;", "track")).to.equal(false);
    expect(has('{ why: "orphaned" }', 'why: "orphaned"')).to.equal(true);
  });

  for (const [word, name] of names)
    it(`${word}: ${name} is in the code`, () => {
      expect(has(source, name)).to.equal(true);
    });
});
