// Protects the checklist: each fact that is needed has its test, docs/dev/facts.md says so, and the tests learn of the
// simulator through its port alone. A fact that is only believed to be tested is worse than one that is known not to be.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Fact } from "./checklist.ts";
import { cover, type FoundTest, problemsOf, render } from "./coverage.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const fact = (change: Partial<Fact> = {}): Fact => ({
  id: "ports",
  section: 4,
  words: "ports matter",
  ...change,
});
const test = (change: Partial<FoundTest> = {}): FoundTest => ({
  file: "test/facts/some.test.ts",
  title: "facts 4: ports matter",
  skipped: false,
  ...change,
});

const rules: { why: string; facts: Fact[]; tests: FoundTest[]; problems: string[] }[] = [
  { why: "a fact with its test is in order", facts: [fact()], tests: [test()], problems: [] },
  {
    why: "a fact without a test is a problem",
    facts: [fact()],
    tests: [],
    problems: ['"facts 4: ports matter" has no test'],
  },
  {
    why: "a skipped test is none",
    facts: [fact()],
    tests: [test({ skipped: true })],
    problems: ['"facts 4: ports matter" has no test'],
  },
  {
    why: "a fact of another section is another fact",
    facts: [fact()],
    tests: [test({ title: "facts 3: ports matter" })],
    problems: [
      '"facts 4: ports matter" has no test',
      'test/facts/some.test.ts: "facts 3: ports matter" names no fact of the checklist',
    ],
  },
  {
    why: "a title that names no fact is a problem, a misspelt one too",
    facts: [],
    tests: [test({ title: "Fact 4: ports matter" })],
    problems: ['test/facts/some.test.ts: "Fact 4: ports matter" names no fact of the checklist'],
  },
  {
    why: "a test of something else is none of its business",
    facts: [],
    tests: [test({ title: "x" })],
    problems: [],
  },
  {
    why: "two tests of one name are a problem",
    facts: [fact()],
    tests: [test(), test()],
    problems: ['"facts 4: ports matter" has 2 tests, and one must be what shows it'],
  },
];

describe("The list of facts", () => {
  for (const { why, facts, tests, problems } of rules) {
    it(why, () => expect(problemsOf(cover(facts, tests))).to.deep.equal(problems));
  }

  it("shows each fact with its test", () => {
    const page = render(cover([fact()], [test()]));
    expect(page).to.contain(
      "| `ports` | facts 4: ports matter | [some.test.ts](../../test/facts/some.test.ts) |",
    );
  });

  it("is complete, and docs/dev/facts.md is up to date", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "test/facts/list.ts", "--check"],
      { cwd: PROJECT, encoding: "utf8" },
    );
    expect(stderr).to.equal("");
    expect(status, stdout).to.equal(0);
  });

  it("is shown by tests that import nothing of the project but each other", () => {
    const imports = readdirSync(FOLDER)
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => importsOf(readFileSync(join(FOLDER, name), "utf8")).map((from) => ({ name, from })));
    expect(imports.length).to.be.above(20);
    const local = imports.filter(({ from }) => /^[./]/.test(from));
    const strangers = local.filter(({ from }) => !/^\.\/[\w-]+\.ts$/.test(from));
    expect(strangers).to.deep.equal([]);
  });
});

/** What a source file imports, statically or not. */
function importsOf(source: string): string[] {
  const specifier = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'`]([^"'`]+)["'`]/g;
  return [...source.matchAll(specifier)].map((match) => match[1] as string);
}
