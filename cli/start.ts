import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import { verdictOf } from "../simulator/judge/damage.ts";
import { playScenario } from "../simulator/scenario/play.ts";
import { allowClosedPipes } from "./closed-pipes.ts";
import { inProcess } from "./in-process.ts";
import { reportOf } from "./report.ts";
import { readScenarioFile } from "./scenario-file.ts";
import { progressText, storyText, summaryText } from "./story-text.ts";
import { endUsage, endWith, endWithWhatNobodyCatches, isPackaged } from "./usage.ts";

allowClosedPipes();
endWithWhatNobodyCatches();

const DEFAULT_SCENARIO = "examples/fleet.yaml";
const BANNER = `
npm writes a banner to stdout. For the JSON alone:
  npm start --silent -- --scenario FILE --json
`;
const HELP = `${isPackaged() ? "" : BANNER}
Exit status:
  0  nothing was lost
  1  a violation
  2  an option or the scenario is wrong
  3  a setting allows what was lost
  70 the command failed`;

const STATUS = { none: 0, violation: 1, allowed: 3 } as const;

const command = new Command(isPackaged() ? "asg-drain start" : "npm start --")
  .description("Plays a scenario: the functions themselves, over a simulated AWS, in virtual time.")
  .addOption(
    new Option("--scenario <file>", "the scenario file").default(
      fileURLToPath(new URL(`../${DEFAULT_SCENARIO}`, import.meta.url)),
      DEFAULT_SCENARIO,
    ),
  )
  .option("--seed <number>", "another seed than the scenario's", wholeNumber)
  .option("--json", "print the report as one line of JSON, and the functions' log on stderr")
  .addHelpText("after", HELP)
  .exitOverride(endUsage)
  .parse();
const options = command.opts<{ scenario: string; seed?: number; json?: true }>();

try {
  const scenario = readScenarioFile(options.scenario);
  const startedAt = Date.parse(scenario.starts_at);
  const played = await playScenario(scenario, {
    invoke: inProcess((line) => {
      if (options.json) process.stderr.write(`${line}\n`);
      else process.stdout.write(progressText(line, startedAt));
    }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  if (options.json) process.stdout.write(`${JSON.stringify(reportOf(played))}\n`);
  else process.stdout.write(`${storyText(played)}${summaryText(played)}`);
  process.exitCode = STATUS[verdictOf(played.damage, played.violations.length)];
} catch (error) {
  endWith(error);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found "${text}"`);
  return Number(text);
}
