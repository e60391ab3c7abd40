import { randomInt } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { endUsage } from "../../cli/usage.ts";
import { soak } from "./soak.ts";
import { dayText, verdictOf } from "./verdict.ts";

allowClosedPipes();

const HOURS_A_DAY = 24;
/** Seeds lie below this. */
const SEED_LIMIT = 1_000_000_000;
/** The stories of more violations than these are not told. */
const STORIES = 3;

const { gc } = globalThis;
if (!gc) throw new Error("expected node --expose-gc: the memory is measured after forced collections");
const collect = gc;

const options = new Command("npm run soak --")
  .description(
    "Lets one simulated world live for weeks, with faults, and the functions themselves in it. Fails for violations, for memory that grows, for too few terminations, and for faults that never fired.",
  )
  .option("--days <number>", "how many simulated days", wholeNumber, 30)
  .option("--terminations <number>", "how many terminations must end in them", wholeNumber, 5000)
  .option("--seed <number>", "what all comes from; drawn when not given", wholeNumber)
  .option("--forget-nothing", "lets the simulator remember everything, to see the memory check fail")
  .exitOverride(endUsage)
  .parse()
  .opts<{ days: number; terminations: number; seed?: number; forgetNothing?: true }>();

const { days, terminations, seed = randomInt(1, SEED_LIMIT) } = options;
const print = (text: string) => process.stdout.write(text);
print(`seed ${seed}\n`);
let stories = 0;
const began = process.hrtime.bigint();
const soaked = await soak({
  seed,
  hours: days * HOURS_A_DAY,
  terminations,
  forgets: options.forgetNothing !== true,
  heap: () => {
    collect();
    return process.memoryUsage().heapUsed;
  },
  day: (day) => print(dayText(day)),
  violated: (violation, story) => {
    stories += 1;
    print(stories <= STORIES ? `VIOLATION ${violation}\n${story}` : `VIOLATION ${violation}\n`);
  },
});
const { text, failures } = verdictOf(soaked, terminations);
const seconds = Number((process.hrtime.bigint() - began) / 1_000_000_000n);
const { user, system } = process.cpuUsage();
print(`${text}seed ${seed}, ${seconds} s, ${Math.round((user + system) / 1e6)} s of CPU\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found "${text}"`);
  return Number(text);
}
