// Plants one bug after another in a copy of the sources, and tells which of them are found: by their tests, or by the simulation.
import { Command, InvalidArgumentError } from "commander";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { endUsage } from "../../cli/usage.ts";
import { type Bug, finderText } from "./bug.ts";
import { BUGS } from "./bugs.ts";
import { Garden } from "./garden.ts";
import { readMeasured, SEEDS, simulate } from "./simulated.ts";

allowClosedPipes();

const options = new Command("npm run planted --")
  .description(
    "Plants bugs, one at a time, and runs the test that is to find each. Or plays seeds of the simulation until one finds it.",
  )
  .option("--only <numbers>", "plants these alone, by their numbers on docs/dev/planted-bugs.md", bugNumbers)
  .option("--in <files...>", "prints each test of these files that finds them, in place of their own tests")
  .option("--simulation", "looks for them by the simulation alone, and keeps the result", false)
  .option(
    "--seeds <number>",
    "with --simulation: how many seeds to play with each at the most",
    wholeNumber,
    SEEDS,
  )
  .option("--workers <number>", "with --simulation: how many processes play", wholeNumber, 2)
  .option(
    "--missed",
    "with --simulation: those alone that were not found the last time, or not measured",
    false,
  )
  .addHelpText(
    "after",
    "\nExit status 1 means that a bug was not found by its test, or could not be planted.",
  )
  .exitOverride(endUsage)
  .parse()
  .opts<{
    only?: readonly number[];
    in?: readonly string[];
    simulation: boolean;
    seeds: number;
    workers: number;
    missed: boolean;
  }>();

const chosen = [...BUGS.keys()].filter((index) => options.only?.includes(index + 1) ?? true);
const garden = new Garden();
try {
  if (options.simulation) await findBySimulation();
  else if (options.in !== undefined) await findIn(options.in);
  else await findByTests();
} finally {
  garden.clear();
}

async function findBySimulation(): Promise<void> {
  const { seeds, workers } = options;
  const tell = (line: string) => process.stdout.write(`${line}\n`);
  const before = readMeasured();
  const isFound = (index: number) => before.get((BUGS[index] as Bug).what)?.says !== undefined;
  const those = options.missed ? chosen.filter((index) => !isFound(index)) : chosen;
  const measured = await simulate(garden, { chosen: those, seeds, workers, tell });
  const found = measured.filter(({ says }) => says !== undefined).length;
  tell(`${those.length} bugs, ${found} found by the simulation alone, in up to ${seeds} seeds`);
}

async function findByTests(): Promise<void> {
  const bugs = chosen.map((index) => BUGS[index] as Bug);
  await expectSound(bugs);
  let found = 0;
  for (const [place, { what, seam, foundBy }] of bugs.entries()) {
    const index = chosen[place] as number;
    const failure = await failureBy(index);
    if (failure !== undefined) found += 1;
    const number = String(index + 1).padStart(2);
    process.stdout.write(`${number} in ${seam}: ${what}\n`);
    const finder = finderText(foundBy);
    process.stdout.write(
      failure === undefined ? `   NOT FOUND by ${finder}\n` : `   found by ${finder}\n   ${failure}\n`,
    );
  }
  process.stdout.write(`${bugs.length} bugs, ${found} found\n`);
  process.exitCode = found === bugs.length ? 0 : 1;
}

// Says of a new bug which tests find it.
async function findIn(files: readonly string[]): Promise<void> {
  const without = await garden.runAll(files);
  for (const index of chosen) {
    const { failed } = await garden.with(index, () => garden.runAll(files));
    process.stdout.write(`${index + 1} ${(BUGS[index] as Bug).what}\n`);
    for (const [test, says] of failed)
      if (!without.failed.has(test)) process.stdout.write(`   found by ${test}\n      ${says}\n`);
  }
}

// A test that fails anyway finds nothing, and one whose name matches none, or several, was misspelt.
async function expectSound(bugs: readonly Bug[]): Promise<void> {
  const { passed, failed } = await garden.run(bugs.map(({ foundBy }) => foundBy));
  if (failed.size > 0) throw new Error(`these fail with no bug planted:\n${[...failed.keys()].join("\n")}`);
  const names = new Set(bugs.map(({ foundBy }) => foundBy.test));
  for (const name of names) {
    const count = passed.filter((title) => title.endsWith(` ${name}`)).length;
    if (count !== 1) throw new Error(`expected one test of this name, found ${count}: ${name}`);
  }
  process.stdout.write(`without a bug, ${passed.length} tests pass\n`);
}

// What its test says of a bug; undefined where the test passes all the same, or the bug cannot be planted.
async function failureBy(index: number): Promise<string | undefined> {
  const { foundBy } = BUGS[index] as Bug;
  try {
    const { failed } = await garden.with(index, () => garden.run([foundBy]));
    const [failure] = failed.values();
    return failure;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return undefined;
  }
}

function bugNumbers(text: string): readonly number[] {
  const numbers = text.split(",").map(Number);
  if (numbers.some((each) => !Number.isInteger(each) || each < 1 || each > BUGS.length))
    throw new InvalidArgumentError(`expected numbers from 1 to ${BUGS.length}, found "${text}"`);
  return numbers;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError(`expected a number above 0, found "${text}"`);
  return Number(text);
}
