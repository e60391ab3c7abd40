import { basename } from "node:path";
import { type Fact, SECTIONS, titleOf } from "./checklist.ts";

/** A test as mocha found it; `file` is relative to the project. */
export type FoundTest = { readonly file: string; readonly title: string; readonly skipped: boolean };

/** The checklist, fact by fact, with the tests that name it. */
export type Coverage = {
  readonly facts: readonly { readonly fact: Fact; readonly tests: readonly FoundTest[] }[];
  /** Tests that name no fact of the checklist. */
  readonly strangers: readonly FoundTest[];
};

const FACT_TITLE = /^facts? \d/i;

/** Matches tests to the facts that they name. A skipped test shows nothing, so it counts for none. */
export function cover(checklist: readonly Fact[], tests: readonly FoundTest[]): Coverage {
  const titles = new Set(checklist.map(titleOf));
  return {
    facts: checklist.map((fact) => ({
      fact,
      tests: tests.filter(({ title, skipped }) => !skipped && title === titleOf(fact)),
    })),
    strangers: tests.filter(({ title }) => FACT_TITLE.test(title) && !titles.has(title)),
  };
}

/** What is wrong, a line each: with it, the checklist and the tests do not say the same. */
export function problemsOf({ facts, strangers }: Coverage): string[] {
  return [
    ...facts.flatMap(({ fact, tests }) => problemsOfFact(fact, tests)),
    ...strangers.map(({ file, title }) => `${file}: "${title}" names no fact of the checklist`),
  ];
}

function problemsOfFact(fact: Fact, tests: readonly FoundTest[]): string[] {
  const title = titleOf(fact);
  if (tests.length > 1) return [`"${title}" has ${tests.length} tests, and one must be what shows it`];
  return tests.length === 0 ? [`"${title}" has no test`] : [];
}

/** docs/dev/facts.md: each fact with its test. */
export function render(coverage: Coverage): string {
  const lines = [
    "# Facts about AWS, and the tests that hold the simulated AWS to them",
    "",
    "`npm run facts` writes this page from the checklist in `test/facts/checklist.ts` and the titles of the tests in",
    "`test/facts/`. These tests call the simulator over HTTP with the AWS SDK, and know nothing of its code. To run the test",
    "of one fact:",
    "",
    '    npm test -- --fgrep "facts 4: deregistering without the port does nothing"',
    "",
    `There are ${coverage.facts.length} facts. One without a test fails \`npm run check\`.`,
    ...SECTIONS.flatMap(({ number, title }) => [
      "",
      `## ${number}. ${title}`,
      "",
      "| Fact | Test | File |",
      "|---|---|---|",
      ...coverage.facts
        .filter(({ fact }) => fact.section === number)
        .flatMap(({ fact, tests }) => tests.map((test) => row(fact, test))),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function row(fact: Fact, { file, title }: FoundTest): string {
  return `| \`${fact.id}\` | ${cell(title)} | [${basename(file)}](../../${file}) |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
