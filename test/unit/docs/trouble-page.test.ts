// Protects the pages that people read in trouble: each line, metric, alarm, setting and query that they name is there.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";
import { parse } from "yaml";
import { blockSchema, groupSchema } from "../../../deploy/block/schema.ts";
import { LOG_LINES } from "../../../docs/generate/log-lines.ts";
import { deregisterInput } from "../../../functions/deregister/input.ts";
import { scaleTasksInput } from "../../../functions/scale-tasks/input.ts";
import { terminateInput } from "../../../functions/terminate/input.ts";
import { METRICS } from "../../../shared/base/metrics.ts";

const { queries } = createRequire(import.meta.url)("../../../deploy/queries.cjs") as {
  readonly queries: Readonly<Record<string, { readonly name: string; readonly query: string }>>;
};
const PAGES = ["docs/trouble.md", "docs/faq.md"];
const textOf = (page: string) => readFileSync(page, "utf8");
const template = parse(textOf("serverless.yml"), { merge: true, logLevel: "error" });
const sources = textOf("docs/log-lines.md");

/** Keys of the log's lines, as its page has them, and the dimensions of metrics. */
const isLogKey = (name: string) => new RegExp(`\`${name}\``).test(sources);
const alarms = Object.keys(template.resources.Resources).filter((id) => id.endsWith("Alarm"));
const settings = [blockSchema, groupSchema, deregisterInput, terminateInput, scaleTasksInput].flatMap(
  (schema) => Object.keys((schema as { shape?: object }).shape ?? {}),
);
/** What a setting may be, and words of AWS's and of the shell. */
const VALUES = ["all", "named", "warn", "ignore", "continue", "abandon", "leave", "instance", "ip"];
const OTHERS = [
  "SENDER_ROLE_IDS",
  "service",
  "stage",
  "serverless.yml:",
  "serverless remove",
  "npx serverless deploy",
  "aws autoscaling describe-lifecycle-hooks",
  "drained",
  "maximumPercent",
  "min_task_count",
  "n_count",
];
const known = new Set([
  ...Object.keys(LOG_LINES),
  ...Object.keys(METRICS),
  ...alarms,
  ...settings,
  ...VALUES,
  ...OTHERS,
]);

/** What a page has in backticks. */
const named = (page: string) => [...textOf(page).matchAll(/`([^`\n]+)`/g)].map(([, name = ""]) => name);

for (const page of PAGES) {
  describe(`${page}`, () => {
    it("names only what is there", () => {
      const unknown = named(page).filter((name) => !known.has(name) && !isLogKey(name));
      expect(unknown).to.deep.equal([]);
    });

    it("names saved queries by their names", () => {
      const found = [...textOf(page).matchAll(/\[\*([^*]+)\*\]\(queries\.md#([\w-]+)\)/g)];
      expect(found).to.not.have.lengthOf(0);
      for (const [, name = "", heading] of found) {
        expect(Object.values(queries).map((each) => each.name)).to.include(name);
        expect(heading).to.equal(name.replaceAll(" ", "-"));
      }
    });
  });
}

describe("the page on trouble", () => {
  it("has a line, a number or a command for each cause that is in a table", () => {
    const rows = [...textOf("docs/trouble.md").matchAll(/^\| (?!what shows|---)(.*?) \|/gm)].map(
      ([, first = ""]) => first,
    );
    expect(rows.length).to.be.above(40);
    const bare = rows.filter((row) => !row.includes("`"));
    // These are what is not there, or what another program says.
    expect(bare).to.deep.equal([
      "No line at all",
      "No line; the group's activity says that a user or a health check took it out by EC2",
      "Each drain begins up to a minute late",
      "No metrics for hours",
      "CloudFormation says that the stack's policy denies an update",
    ]);
  });

  it("names each alarm of the template, or links to where all are", () => {
    const text = textOf("docs/trouble.md");
    expect(text).to.include("operations.md#alarms");
    const missing = alarms.filter((each) => !textOf("docs/operations.md").includes(each));
    expect(missing).to.deep.equal([]);
  });

  it("says of no line more than it says: each level that it calls a warning can be one", () => {
    const rows = [...textOf("docs/trouble.md").matchAll(/^\| `([^`]+)` as a warning/gm)];
    expect(rows.length).to.be.above(2);
    for (const [, phrase = ""] of rows)
      expect(LOG_LINES[phrase as keyof typeof LOG_LINES].level, phrase).to.include("WARN");
  });
});

describe("the pages about a drain that was cut off", () => {
  for (const page of ["docs/trouble.md", "docs/operations.md"])
    it(`${page} promises no more of the setting than the log's page, and tells what more time does not help`, () => {
      const text = textOf(page).replace(/\s+/g, " ");
      expect(sources).to.include("`setting` what would have given it more time");
      expect(text).to.match(/`setting` (is what )?would have given it more time/);
      expect(text).to.not.match(/`setting` (is what )?would have saved/);
      const [, unhelped = ""] = text.match(/not help (a stuck service.*?stop_tasks.*?all)`/) ?? [];
      expect(unhelped).to.include("maximumPercent");
    });
});
