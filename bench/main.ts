import { Command, InvalidArgumentError, Option } from "commander";
import { allowClosedPipes } from "../cli/closed-pipes.ts";
import { endUsage, endWith } from "../cli/usage.ts";
import { atOnce, tenThousand } from "./at-once.ts";
import { bundle } from "./bundle.ts";
import { costs } from "./costs.ts";
import { delays } from "./delays.ts";
import { deployed } from "./deployed.ts";
import { discovery } from "./discovery.ts";
import { type Figure, figureTable, isOver, type Part, tableText } from "./figure.ts";
import { hours } from "./long.ts";
import { mapping } from "./mapping.ts";
import { measureCpu } from "./measure-cpu.ts";
import { named } from "./named.ts";
import type { BenchOptions } from "./options.ts";
import { peers } from "./peers.ts";
import { picture } from "./picture.ts";
import { keepResults, readResults } from "./results.ts";

allowClosedPipes();

/** The parts of the bench, in the order in which they are run. */
const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<Part>>> = {
  deployed,
  delays,
  mapping,
  named,
  hours,
  costs,
  discovery,
  "at-once": atOnce,
  bundle,
  peers,
  picture,
  "ten-thousand": tenThousand,
};
/** Those that take too long to be run with all the others. */
const ALONE = ["ten-thousand"];

const command = new Command("npm run bench --")
  .description(
    "Measures what drains cost, over the simulated AWS in virtual time, beside models of other drainers.",
  )
  .addOption(new Option("--only <part>", "one part alone").choices(Object.keys(PARTS)))
  .option("--quick", "fewer fleets and timings, none above a hundred terminations; no limit holds", false)
  .option("--judge <file>", "measures nothing, and judges the figures in a file as bench/results.json is")
  .option(
    "--measure-cpu",
    "measures what bench/cpu.ts charges for the functions' work, on this machine",
    false,
  )
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
  judge?: string;
  measureCpu: boolean;
  autoScalingRate: number;
  autoScalingBurst: number;
}>();

try {
  if (given.measureCpu) process.stdout.write(tableText(await measureCpu()));
  else if (given.judge !== undefined) judge(Object.entries(readResults(given.judge)));
  else await run();
} catch (error) {
  endWith(error);
}

async function run(): Promise<void> {
  const options: BenchOptions = {
    quick: given.quick,
    autoScaling: { perSecond: given.autoScalingRate, burst: given.autoScalingBurst },
  };
  const isWanted = (name: string) => (given.only === undefined ? !ALONE.includes(name) : given.only === name);
  const measured: [string, readonly Figure[]][] = [];
  for (const [name, part] of Object.entries(PARTS).filter(([each]) => isWanted(each))) {
    const { figures, tables = [] } = await part(options);
    for (const table of tables) process.stdout.write(`${tableText(table)}\n`);
    measured.push([name, given.quick ? figures.map(({ limit: _, ...figure }) => figure) : figures]);
    // A part of the figures would stand there as if it were all.
    if (!given.quick) keepResults(name, figures);
  }
  judge(measured);
}

function judge(measured: readonly (readonly [string, readonly Figure[]])[]): void {
  for (const [name, figures] of measured) process.stdout.write(`${tableText(figureTable(name, figures))}\n`);
  process.exitCode = measured.some(([, figures]) => figures.some(isOver)) ? 1 : 0;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError(`expected a number above 0, found "${text}"`);
  return value;
}
