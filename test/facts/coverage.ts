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
  if (fact.due === "now") return tests.length === 0 ? [`"${title}" has no test`] : [];
  return tests.length === 1 ? [`"${title}" has a test, so the checklist must not leave it for later`] : [];
}

/** The facts without a test, a line each. */
export function untested({ facts }: Coverage): string[] {
  return facts
    .filter(({ tests }) => tests.length === 0)
    .map(({ fact }) => `${titleOf(fact)} (${fact.due}${fact.why ? `: ${fact.why}` : ""})`);
}

/** docs/facts.md: each fact with its test, then those that have none. */
export function render(coverage: Coverage): string {
  const tested = coverage.facts.filter(({ tests }) => tests.length > 0);
  const bare = coverage.facts.filter(({ tests }) => tests.length === 0).map(({ fact }) => fact);
  const lines = [
    "# Facts about AWS, and the tests that hold the simulated AWS to them",
    "",
    "`npm run facts` writes this page from the checklist in `test/facts/checklist.ts` and the titles of the tests in",
    "`test/facts/`, which talk to the simulator over HTTP with the AWS SDK and know nothing of its code. To run the test",
    'of one fact: `npm test -- --fgrep "facts 4: deregistering without the port does nothing"`.',
    "",
    `${tested.length} facts have a test, ${bare.length} have none yet.`,
    ...SECTIONS.flatMap(({ number, title }) => [
      "",
      `## ${number}. ${title}`,
      "",
      "| Fact | Test | File |",
      "|---|---|---|",
      ...tested
        .filter(({ fact }) => fact.section === number)
        .flatMap(({ fact, tests }) => tests.map((test) => row(fact, test))),
    ]),
    "",
    "## Facts without a test",
    "",
    ...(bare.length === 0
      ? ["None."]
      : [
          "| Fact | What its test will be called | When | Why |",
          "|---|---|---|---|",
          ...bare.map(
            (fact) => `| \`${fact.id}\` | ${cell(titleOf(fact))} | ${fact.due} | ${cell(fact.why ?? "")} |`,
          ),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

function row(fact: Fact, { file, title }: FoundTest): string {
  return `| \`${fact.id}\` | ${cell(title)} | [${basename(file)}](../${file}) |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
