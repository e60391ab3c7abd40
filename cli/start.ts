import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { playScenario } from "../simulator/scenario/play.ts";
import { readScenario, ScenarioError } from "../simulator/scenario/read.ts";
import { inProcess } from "./in-process.ts";
import { reportOf } from "./report.ts";
import { progressText, storyText, summaryText } from "./story-text.ts";

const DEFAULT_SCENARIO = fileURLToPath(new URL("../examples/fleet.yaml", import.meta.url));

const command = new Command("npm start --")
  .description("Plays a scenario: the functions themselves, over a simulated AWS, in virtual time.")
  .option("--scenario <file>", "the scenario file", DEFAULT_SCENARIO)
  .option("--seed <number>", "another seed than the scenario's", wholeNumber)
  .option("--json", "print the report as one line of JSON, and the functions' log on stderr")
  .parse();
const options = command.opts<{ scenario: string; seed?: number; json?: true }>();

try {
  const scenario = readScenario(options.scenario);
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
  process.exitCode = played.violations.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof ScenarioError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found "${text}"`);
  return Number(text);
}
