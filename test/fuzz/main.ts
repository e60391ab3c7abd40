import { randomInt } from "node:crypto";
import { Worker } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { endUsage } from "../../cli/usage.ts";
import { type CaseName, caseOf, give, nameAt, type Plan, type Problem, type Report } from "./fuzz.ts";

allowClosedPipes();

/** A call that takes so long is taken to hang: the longest that may be takes four seconds. */
const HANG_MS = 120_000;
const CHECK_MS = 1_000;
/** So many problems are told; the others are counted. */
const TOLD = 20;
const MIB = 1_048_576;
// A thread of Node 20 does not take over what --import gave to the main one.
const [loader, worker] = ["tsx/esm/api", "./worker.ts"].map((path) =>
  JSON.stringify(import.meta.resolve(path)),
);
const TYPESCRIPT_WORKER = `import(${loader}).then(({ register }) => { register(); return import(${worker}); })`;

const command = new Command("npm run fuzz --")
  .description(
    "Gives bodies and inputs that are odd, broken, deep or large to all that reads what others write: nothing may throw what is not its own, hang, or keep memory.",
  )
  .option("--cases <number>", "how many cases of up to 4 KiB", wholeNumber, 1_000_000)
  .option("--large <number>", "how many cases of about 1 MiB", wholeNumber, 500)
  .option("--seed <number>", "what they come from; drawn when not given", wholeNumber)
  .option("--case <name>", "gives one case of the seed, such as small/17, and prints it", caseName)
  .exitOverride(endUsage)
  .parse();
const options = command.opts<{ cases: number; large: number; seed?: number; case?: CaseName }>();
const seed = options.seed ?? randomInt(1, 1_000_000_000);

if (options.case === undefined) await fuzzAll({ seed, cases: options.cases, large: options.large });
else fuzzOne(options.case);

async function fuzzAll(plan: Plan): Promise<void> {
  process.stdout.write(`seed ${seed}\n`);
  const startedAt = Date.now();
  const { outcomes, problems, heap, slowest } = await watched(plan);
  for (const [outcome, count] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1)))
    process.stdout.write(`${String(count).padStart(9)}  ${outcome}\n`);
  for (const { name, what } of problems.slice(0, TOLD)) {
    process.stdout.write(
      `PROBLEM ${what}\n${name ? `  npm run fuzz -- --seed ${seed} --case ${name}\n` : ""}`,
    );
  }
  process.stdout.write(
    `heap in MiB: ${heap.map((bytes) => (bytes / MIB).toFixed(1)).join(" ")}\n` +
      (slowest
        ? `the longest call took ${slowest.milliseconds.toFixed(0)} ms of CPU: ${slowest.name}\n`
        : "") +
      `${((Date.now() - startedAt) / 1000).toFixed(0)} s\n`,
  );
  end(plan.cases + plan.large, problems);
}

function fuzzOne(name: CaseName): void {
  const { target, text } = caseOf(seed, name);
  process.stdout.write(`${text}\n${target.name}, ${text.length} characters\n`);
  const { outcome, what, milliseconds } = give(target, text);
  process.stdout.write(`${what ?? outcome}, ${milliseconds.toFixed(1)} ms of CPU\n`);
  end(1, what === undefined ? [] : [{ name, what }]);
}

function end(cases: number, problems: readonly Problem[]): void {
  const { length } = problems;
  process.stdout.write(
    `${cases} ${cases === 1 ? "case" : "cases"}, ${length} ${length === 1 ? "problem" : "problems"}\n`,
  );
  process.exitCode = length === 0 ? 0 : 1;
}

// Only another thread can see that one hangs.
async function watched(plan: Plan): Promise<Report> {
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(TYPESCRIPT_WORKER, { eval: true, workerData: { plan, begun } });
  let last = { count: 0, at: Date.now() };
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const count = Atomics.load(begun, 0);
      if (count !== last.count) last = { count, at: Date.now() };
      if (count === 0 || Date.now() - last.at < HANG_MS) return;
      const name = nameAt(plan, count - 1);
      finish();
      resolve({
        outcomes: new Map(),
        heap: [],
        problems: [{ name, what: "it hangs" }],
      });
      void worker.terminate();
    }, CHECK_MS);
    const finish = () => clearInterval(timer);
    worker.once("message", (report: Report) => {
      finish();
      resolve(report);
    });
    worker.once("error", (error) => {
      finish();
      reject(error);
    });
  });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found "${text}"`);
  return Number(text);
}

function caseName(text: string): CaseName {
  if (!/^(small|large)\/\d{1,9}$/.test(text))
    throw new InvalidArgumentError(`expected a case such as small/17, found "${text}"`);
  return text as CaseName;
}
