import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { ScenarioError } from "../simulator/scenario/read.ts";
import { allowClosedPipes } from "./closed-pipes.ts";
import { pageOf } from "./page/html.ts";
import { readSource } from "./page/read-source.ts";
import { endUsage, endWith, endWithWhatNobodyCatches, isPackaged } from "./usage.ts";

allowClosedPipes();
endWithWhatNobodyCatches();

const HELP = `
A file is a scenario, which is played, the report of \`asg-drain start --json\`, or log lines of the functions:
what \`aws logs filter-log-events\` or \`aws logs tail\` prints. The page loads nothing, and opens from disk.

Exit status:
  0  the page is written
  2  an option or a file is wrong
  70 the command failed`;

const command = new Command(isPackaged() ? "asg-drain report" : "npm run report --")
  .description("Makes one HTML page of a simulation, of a judged report, or of the functions' logs.")
  .argument("<file>", "what to show")
  .argument("[other]", "what to show beside it")
  .requiredOption("--output <file>", "where to write the page")
  .addHelpText("after", HELP)
  .exitOverride(endUsage)
  .parse();

try {
  const [file = "", other] = command.args;
  const runs = [await readSource(file), ...(other === undefined ? [] : [await readSource(other)])];
  const { output } = command.opts<{ output: string }>();
  write(
    output,
    pageOf(runs, (name) => readFileSync(new URL(`../cli/page/${name}`, import.meta.url), "utf8")),
  );
  process.stdout.write(
    `${output}: ${runs.map(({ title, rows }) => `${title}, ${rows.length} rows`).join("; ")}\n`,
  );
} catch (error) {
  endWith(error);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ScenarioError(`--output: expected a file that can be written, found ${path} (${code})`, {
      cause,
    });
  }
}
