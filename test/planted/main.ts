// Plants one bug after another in a copy of the sources, and tells which of them its test finds.
import { Command, InvalidArgumentError } from "commander";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { endUsage } from "../../cli/usage.ts";
import type { Bug } from "./bug.ts";
import { BUGS } from "./bugs.ts";
import { Garden } from "./garden.ts";

allowClosedPipes();

const { only } = new Command("npm run planted --")
  .description("Plants bugs, one at a time, and runs the scenario that is to find each.")
  .option("--only <number>", "plants this one alone, by its number on docs/dev/planted-bugs.md", bugNumber)
  .addHelpText("after", "\nExit status 1 means that a bug was not found, or could not be planted.")
  .exitOverride(endUsage)
  .parse()
  .opts<{ only?: number }>();

const chosen = [...BUGS.entries()].filter(([index]) => only === undefined || index + 1 === only);
const garden = new Garden();
try {
  await expectSound(chosen.map(([, bug]) => bug));
  let found = 0;
  for (const [index, { what, seam, foundBy }] of chosen) {
    const failure = await failureBy(index);
    if (failure !== undefined) found += 1;
    const number = String(index + 1).padStart(2);
    const scenario = `${foundBy.scenarios}: ${foundBy.test}`;
    process.stdout.write(`${number} in ${seam}: ${what}\n`);
    process.stdout.write(
      failure === undefined ? `   NOT FOUND by ${scenario}\n` : `   found by ${scenario}\n   ${failure}\n`,
    );
  }
  process.stdout.write(`${chosen.length} bugs, ${found} found\n`);
  process.exitCode = found === chosen.length ? 0 : 1;
} finally {
  garden.clear();
}

// A test that fails anyway finds nothing, and one whose name matches none, or several, was misspelt.
async function expectSound(bugs: readonly Bug[]): Promise<void> {
  const { passed, failed } = await garden.run(bugs.map(({ foundBy }) => foundBy));
  if (failed.size > 0) throw new Error(`these fail with no bug planted:\n${[...failed.keys()].join("\n")}`);
  const names = new Set(bugs.map(({ foundBy }) => foundBy.test));
  for (const name of names) {
    const count = passed.filter((title) => title.endsWith(` ${name}`)).length;
    if (count !== 1) throw new Error(`expected one scenario of this name, found ${count}: ${name}`);
  }
  process.stdout.write(`without a bug, ${passed.length} scenarios pass\n`);
}

// What its test says of a bug; undefined where the test passes all the same, or the bug cannot be planted.
async function failureBy(index: number): Promise<string | undefined> {
  try {
    const { failed } = await garden.runWith(index);
    const [failure] = failed.values();
    return failure;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return undefined;
  }
}

function bugNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > BUGS.length)
    throw new InvalidArgumentError(`expected a number from 1 to ${BUGS.length}, found "${text}"`);
  return number;
}
