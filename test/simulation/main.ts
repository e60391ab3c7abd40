import { randomInt } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { endUsage } from "../../cli/usage.ts";
import { planOf } from "./deployments.ts";
import { scenarioOf } from "./generate.ts";
import { failuresOf, run } from "./run.ts";
import { failsBy, shrink } from "./shrink.ts";
import { sweep } from "./sweep.ts";
import { commandOf, fileOf, fullStory, summaryOf } from "./tell.ts";

allowClosedPipes();

/** Seeds lie below this, so that a base and a number of seeds stay whole numbers of nine digits. */
const SEED_LIMIT = 1_000_000_000;
/** The stories of more than these failures are not told. */
const STORIES = 3;

const command = new Command("npm run simulate --")
  .description(
    "Plays worlds, happenings and faults from seeds, with the functions themselves, and judges what became of them.",
  )
  .option("--seeds <number>", "how many seeds to play", wholeNumber, 100)
  .option("--base <number>", "the first seed; drawn when not given", wholeNumber)
  .option("--seed <number>", "plays one seed, and tells its story", wholeNumber)
  .option(
    "--shrink",
    "with --seed: leaves out of it all that it fails without, and prints what is left as a scenario file",
  )
  .option("--scenario", "with --seed: prints its scenario file, and plays nothing")
  .option("--quiet", "tells which seeds fail, without their stories")
  .option("--workers <number>", "how many threads play", wholeNumber, 2)
  .exitOverride(endUsage)
  .parse();
const options = command.opts<{
  seeds: number;
  base?: number;
  seed?: number;
  shrink?: true;
  scenario?: true;
  quiet?: true;
  workers: number;
}>();

if (options.seed === undefined) await playMany();
else if (options.scenario) process.stdout.write(fileOf(scenarioOf(options.seed)));
else await playOne(options.seed);

async function playOne(seed: number): Promise<void> {
  const detailed = await run(scenarioOf(seed), planOf(seed));
  process.stdout.write(fullStory(detailed));
  if (options.shrink && detailed.violations.length > 0) await printSmallest(seed);
  const count = detailed.violations.length;
  process.stdout.write(`1 seed, ${count} ${count === 1 ? "violation" : "violations"}\n`);
  process.exitCode = count === 0 ? 0 : 1;
}

async function playMany(): Promise<void> {
  const base = options.base ?? randomInt(1, SEED_LIMIT - options.seeds);
  process.stdout.write(`base ${base}\n`);
  const seeds = Array.from({ length: options.seeds }, (_, i) => base + i);
  const results = await sweep(seeds, options.workers, ({ seed, violations }) => {
    if (violations.length > 0) process.stdout.write(`seed ${seed}: ${violations[0]}\n  ${commandOf(seed)}\n`);
  });
  const failed = results.filter(({ violations }) => violations.length > 0);
  for (const { seed } of options.quiet ? [] : failed.slice(0, STORIES)) {
    process.stdout.write(
      `\nseed ${seed}\n${fullStory(await run(scenarioOf(seed), planOf(seed)))}${commandOf(seed)}\n`,
    );
  }
  const [first] = failed;
  if (first && !options.quiet) await printSmallest(first.seed);
  const { text, tooLittle } = summaryOf(results);
  process.stdout.write(text);
  const violations = results.reduce((sum, each) => sum + each.violations.length, 0);
  process.stdout.write(
    `${results.length} seeds, ${violations} ${violations === 1 ? "violation" : "violations"}\n`,
  );
  process.exitCode = violations > 0 || tooLittle ? 1 : 0;
}

async function printSmallest(seed: number): Promise<void> {
  const scenario = scenarioOf(seed);
  const plan = planOf(seed);
  const smallest = await shrink(scenario, failsBy(failuresOf(await run(scenario, plan)), plan));
  process.stdout.write(
    `\nthe smallest of seed ${seed} that still fails:\n${fileOf(smallest)}\n${fullStory(await run(smallest, plan))}\n`,
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found "${text}"`);
  return Number(text);
}
