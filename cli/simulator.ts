import { Command, InvalidArgumentError } from "commander";
import type { FunctionsOptions } from "../simulator/front/served-functions.ts";
import { serve } from "../simulator/front/server.ts";
import { allowClosedPipes } from "./closed-pipes.ts";
import { fromPackage } from "./from-package.ts";
import { readScenarioFile } from "./scenario-file.ts";
import { fromSource } from "./served-functions.ts";
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
  .option("--with-functions", "the functions run in it too, on their schedules")
  .option("--from-package <folder>", "the functions of this folder's zips, and not those of the source")
  .addHelpText("after", "\nExit status 2 means that an option or the scenario is wrong, or the port taken.")
  .exitOverride(endUsage)
  .parse();
const options = command.opts<{
  port: number;
  scenario: string;
  speed: number;
  withFunctions?: true;
  fromPackage?: string;
}>();

try {
  const { port, scenario, speed } = options;
  const functions = functionsOf(options);
  const server = await serve({
    scenario: readScenarioFile(scenario),
    port,
    speed,
    ...(functions && { functions }),
  });
  process.stdout.write(`listening ${server.url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, async () => {
      await server.close();
      // Invocations that still run, and their timers, end with it. What was printed is written by then.
      process.exit();
    });
} catch (error) {
  endWith(error);
}

function functionsOf({
  withFunctions,
  fromPackage: folder,
  speed,
}: typeof options): FunctionsOptions | undefined {
  if (withFunctions === undefined && folder === undefined) return undefined;
  return folder === undefined ? fromSource() : fromPackage(folder, speed);
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
