// Runs the whole suite several times, its files in random order and two busy loops beside it: no test may need another
// one, nor an idle machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { endUsage } from "../../cli/usage.ts";
import { Random } from "../../simulator/kernel/random.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const SEED_LIMIT = 2 ** 31;

allowClosedPipes();

const { times, seed, busy } = new Command("npm run test:shuffled --")
  .description("Runs all tests several times, their files in random order, with busy loops beside them.")
  .option("--times <number>", "how often", wholeNumber, 3)
  .option("--busy <number>", "how many loops take a core's time meanwhile", wholeNumber, cpus().length)
  .option("--seed <number>", "decides the orders; drawn if it is left out", wholeNumber)
  .addHelpText("after", "\nExit status 1 means that a run had failures.")
  .exitOverride(endUsage)
  .parse()
  .opts<{ times: number; seed?: number; busy: number }>();

const first = seed ?? Math.floor(Math.random() * SEED_LIMIT);
const loops = Array.from({ length: busy }, () => new Worker("for (;;);", { eval: true }));
const failed: number[] = [];
for (let run = first; run < first + times; run++) {
  process.stdout.write(`files in the order of --seed ${run} --times 1, beside ${busy} busy loops\n`);
  if ((await runAll(new Random(run))) !== 0) failed.push(run);
}
await Promise.all(loops.map((each) => each.terminate()));
process.stdout.write(
  `${times} runs, ${failed.length} with failures${failed.map((each) => `, ${each}`).join("")}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

// Returns mocha's exit status.
async function runAll(random: Random): Promise<number> {
  const files = readdirSync(`${PROJECT}/test`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => ({ file: `test/${name}`, at: random.whole(0, SEED_LIMIT) }))
    .sort((a, b) => a.at - b.at)
    .map(({ file }) => file);
  const child = spawn("npx", ["mocha", "--reporter", "dot", ...files], { cwd: PROJECT, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("expected a whole number");
  return Number(text);
}
