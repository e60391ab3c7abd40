// Protects that each rule is found by its number: `grep -rn "^// Rule 8:"` leads to one source file and to one file of rows.
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";

const ROOT = new URL("../../../../", import.meta.url);
const SOURCES = "shared/rules/";
const ROWS = "test/unit/shared/rules/";
const MARKER = /^\/\/ Rule (\d+): (.+)\.$/;
/** Numbers alone: the rules that go by them have the rows. */
const WITHOUT_ROWS = ["timings"];

const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const names = (folder: string, ending: string) =>
  readdirSync(new URL(folder, ROOT))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
const sources = names(SOURCES, ".ts");
const tests = names(ROWS, ".test.ts").filter((name) => name !== "rule-numbers");

/** The files whose first line is a rule's marker, by the rule's number, each with the title that it gives. */
function homesIn(folder: string, ending: string): Map<number, { name: string; title: string }[]> {
  const homes = new Map<number, { name: string; title: string }[]>();
  for (const name of names(folder, ending)) {
    const [, number, title] = MARKER.exec(read(`${folder}${name}${ending}`).split("\n")[0] ?? "") ?? [];
    if (number === undefined || title === undefined) continue;
    homes.set(Number(number), [...(homes.get(Number(number)) ?? []), { name, title }]);
  }
  return homes;
}

const rules = [...read("docs/rules.md").matchAll(/^## (\d+)\. (.+)$/gm)].map(([, number, title]) => ({
  number: Number(number),
  title: title ?? "",
}));

describe("the rules' numbers", () => {
  const inSources = homesIn(SOURCES, ".ts");
  const inTests = homesIn(ROWS, ".test.ts");

  it("are those of the page on the rules, one after the other", () => {
    expect(rules.map(({ number }) => number)).to.deep.equal(Array.from({ length: 18 }, (_, i) => i + 1));
    const known = rules.map(({ number }) => number);
    expect(known).to.include.members([...inSources.keys(), ...inTests.keys()]);
  });

  for (const { number, title } of rules) {
    it(`rule ${number}, "${title}", has one source file, and its rows are in one test file of that name`, () => {
      const homes = inSources.get(number) ?? [];
      expect(homes.map((each) => each.title.toLowerCase())).to.deep.equal([title.toLowerCase()]);
      expect(inTests.get(number)).to.deep.equal(homes);
    });
  }
});

describe("the rows of the rules", () => {
  it("are in files that are named after the rule's own", () => {
    const isNamedAfter = (test: string, source: string) => test === source || test.startsWith(`${source}-`);
    const nameless = tests.filter((test) => !sources.some((source) => isNamedAfter(test, source)));
    expect(nameless).to.deep.equal([]);
    const withoutRows = sources.filter((source) => !tests.some((test) => isNamedAfter(test, source)));
    expect(withoutRows).to.deep.equal(WITHOUT_ROWS);
  });

  it("compare no words of a log line: what is decided is data", () => {
    const files = readdirSync(new URL(ROWS, ROOT)).filter((file) => file.endsWith(".ts"));
    const readWords = files.filter((file) => /from "[^"]*\/log.lines\//.test(read(`${ROWS}${file}`)));
    expect(readWords).to.deep.equal([]);
  });
});
