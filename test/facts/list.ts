import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import Mocha from "mocha";
import { CHECKLIST } from "./checklist.ts";
import { cover, type FoundTest, problemsOf, render } from "./coverage.ts";

// Importing the tests' SDK clients warns of the Node that it runs on; in Lambda that is 24.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = join(PROJECT, "test/facts");
const PAGE = join(PROJECT, "docs/dev/facts.md");

const { check } = new Command("npm run facts --")
  .description("Writes docs/dev/facts.md: which test shows which fact about AWS.")
  .option("--check", "write nothing; fail when the page is stale, or tests and checklist do not agree", false)
  .parse()
  .opts<{ check: boolean }>();

const coverage = cover(CHECKLIST, await collectTests());
const page = render(coverage);
const problems = problemsOf(coverage);
if (!check) writeFileSync(PAGE, page);
else if (readPage() !== page) problems.push("docs/dev/facts.md is stale: run `npm run facts`");

process.stdout.write(`${CHECKLIST.length} facts, ${problems.length} problems.\n`);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

// Mocha itself says what the titles are, so that a test which is generated or skipped counts for what it is.
async function collectTests(): Promise<FoundTest[]> {
  const mocha = new Mocha();
  for (const name of readdirSync(FOLDER).sort()) {
    if (name.endsWith(".test.ts")) mocha.addFile(join(FOLDER, name));
  }
  await mocha.loadFilesAsync();
  const found: FoundTest[] = [];
  mocha.suite.eachTest((test: Mocha.Test) => {
    const file = relative(PROJECT, test.file ?? "");
    found.push({ file, title: test.title, skipped: test.isPending() });
  });
  return found;
}

function readPage(): string | undefined {
  try {
    return readFileSync(PAGE, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
