import { Command, InvalidArgumentError } from "commander";
import { serve } from "../simulator/front/server.ts";
import { readScenario } from "../simulator/scenario/read.ts";
import { allowClosedPipes } from "./closed-pipes.ts";
import { endUsage, endWith, endWithWhatNobodyCatches, isPackaged } from "./usage.ts";

allowClosedPipes();
endWithWhatNobodyCatches();

const command = new Command(isPackaged() ? "asg-drain simulator" : "npm run simulator --")
  .description("Serves the simulated AWS on 127.0.0.1: point any SDK at it with AWS_ENDPOINT_URL.")
  .requiredOption("--port <number>", "the port; 0 takes a free one", portNumber)
  .requiredOption("--scenario <file>", "the scenario file with the world and its timeline")
  .option(
    "--speed <number>",
    "simulated seconds in a real second; 0 stands still but for /_simulator/advance",
    speedNumber,
    1,
  )
  .addHelpText("after", "\nExit status 2 means that an option or the scenario is wrong, or the port taken.")
  .exitOverride(endUsage)
  .parse();
const { port, scenario: file, speed } = command.opts<{ port: number; scenario: string; speed: number }>();

try {
  const server = await serve({ scenario: readScenario(file), port, speed });
  process.stdout.write(`listening ${server.url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
} catch (error) {
  endWith(error);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError(`expected a port from 0 to 65535, found "${text}"`);
  return port;
}

function speedNumber(text: string): number {
  const speed = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new InvalidArgumentError(`expected a number of at least 0, found "${text}"`);
  return speed;
}
