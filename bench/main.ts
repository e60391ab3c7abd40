import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import { allowClosedPipes } from "../cli/closed-pipes.ts";
import { endUsage, endWith } from "../cli/usage.ts";
import { bundle } from "./bundle.ts";
import { calls } from "./calls.ts";
import { discovery } from "./discovery.ts";
import { type Figure, figureTable, isOver, type Part, tableText } from "./figure.ts";
import { lag } from "./lag.ts";
import { idle, stalled } from "./long.ts";
import type { BenchOptions } from "./options.ts";
import { peers } from "./peers.ts";
import { picture } from "./picture.ts";
import { throttled } from "./throttled.ts";

allowClosedPipes();

/** The parts of the bench, in the order in which they are run. */
const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<Part>>> = {
  calls,
  discovery,
  stalled,
  idle,
  lag,
  throttled,
  bundle,
  peers,
  picture,
};

const command = new Command("npm run bench --")
  .description(
    "Measures what drains cost, over the simulated AWS in virtual time, beside models of other drainers.",
  )
  .addOption(new Option("--only <part>", "one part alone").choices(Object.keys(PARTS)))
  .option("--quick", "fewer fleets and timings, none above a hundred terminations", false)
  .option(
    "--auto-scaling-rate <number>",
    "calls a second that Auto Scaling's bucket is assumed to refill by",
    positive,
    10,
  )
  .option("--auto-scaling-burst <number>", "calls that it is assumed to hold", positive, 100)
  .addHelpText("after", "\nExit status 1 means that a figure is over its limit.")
  .exitOverride(endUsage)
  .parse();
const given = command.opts<{
  only?: string;
  quick: boolean;
  autoScalingRate: number;
  autoScalingBurst: number;
}>();

try {
  const options: BenchOptions = {
    quick: given.quick,
    autoScaling: { perSecond: given.autoScalingRate, burst: given.autoScalingBurst },
  };
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(PARTS)) {
    if (given.only !== undefined && given.only !== name) continue;
    const part = await run(options);
    figures.push(...part.figures);
    for (const table of part.tables ?? []) process.stdout.write(`${tableText(table)}\n`);
  }
  process.stdout.write(tableText(figureTable(figures)));
  // A part of the figures would stand there as if it were all.
  if (given.only === undefined && !given.quick) {
    writeFileSync(
      fileURLToPath(new URL("results.json", import.meta.url)),
      `${JSON.stringify({ figures }, null, 2)}\n`,
    );
  }
  process.exitCode = figures.some(isOver) ? 1 : 0;
} catch (error) {
  endWith(error);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError(`expected a number above 0, found "${text}"`);
  return value;
}
