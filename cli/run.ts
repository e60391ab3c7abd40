import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Command } from "commander";
import { InputError } from "../shared/base/errors.ts";
import { createEnvironment, createPorts } from "../shared/run/ports.ts";
import { allowClosedPipes } from "./closed-pipes.ts";
import { type DrainOptions, inputOf, OptionsError } from "./run/input.ts";
import { type LoopEnd, loop } from "./run/loop.ts";
import { METADATA_VARIABLE, OwnTaskError, readOwnTask } from "./run/own-task.ts";
import { Task } from "./run/task.ts";
import { endUsage } from "./usage.ts";

/** Exit statuses. Node's own for an error that nobody catches is 1. */
const STATUS = { "nothing left": 0, stopped: 0, failed: 1, wrong: 2 } as const;
/** ECS answers from the same instance. */
const METADATA_MS = 5_000;
const HELP = `
Region, credentials and endpoint are those of the AWS SDK: the role of the task, or the environment.

Exit status:
  0  with --once: nothing is left. Otherwise: ended by SIGTERM or SIGINT
  1  with --once: five runs in a row failed. Or ECS does not tell in which task it runs
  2  an option is wrong`;

allowClosedPipes();
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const command = new Command("asg-drain run")
  .description("Sweeps Auto Scaling groups, and drains what their hooks hold, as terminate does in Lambda.")
  .option("--group <name...>", "an Auto Scaling group; more names or options for more")
  .option("--group-tag <tag>", "the groups that carry this tag, key or key=value")
  .option("--hook <name...>", "your lifecycle hook; asg-drain-live if none is named")
  .option("--cluster <name...>", "an ECS cluster whose instances may be changed")
  .option("--queue <name>", "the SQS queue that keeps what a drain remembers; else it is in memory")
  .option("--input <json>", "more keys of terminate's input, as JSON")
  .option("--name <name>", "what its metrics have as their service", "asg-drain")
  .option("--dry-run", "only say in the log what would be done")
  .option("--once", "end when nothing is left to drain")
  .addHelpText("after", HELP)
  .exitOverride(endUsage)
  .parse();
const options = command.opts<DrainOptions & { once?: true; name: string }>();

try {
  process.exitCode = STATUS[await drain()];
} catch (error) {
  const isOfTask = error instanceof OwnTaskError;
  if (!isOfTask && !(error instanceof OptionsError) && !(error instanceof InputError)) throw error;
  process.stderr.write(`asg-drain run: ${error.message}\n`);
  process.exitCode = isOfTask ? STATUS.failed : STATUS.wrong;
}

async function drain(): Promise<LoopEnd> {
  const stop = new AbortController();
  // A second signal ends the process at once.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  const environment = createEnvironment();
  const task = new Task({
    input: inputOf(options),
    own: await readOwnTask(process.env[METADATA_VARIABLE], getJson),
    portsOf: (invocation) => ({
      ...createPorts("terminate", environment, invocation),
      deployment: options.name,
    }),
    now: Date.now,
    sleep: (milliseconds) => wait(milliseconds),
    newId: randomUUID,
  });
  return loop({
    once: options.once === true,
    run: task.run,
    now: Date.now,
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => {}),
    signal: stop.signal,
  });
}

async function getJson(url: string): Promise<unknown> {
  const expected = `${METADATA_VARIABLE}: expected an answer of ${url}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(METADATA_MS) }).catch((cause: unknown) => {
    throw new OwnTaskError(`${expected}, found none: ${cause}`, { cause });
  });
  if (!answer.ok) throw new OwnTaskError(`${expected}, found status ${answer.status}`);
  return answer.json();
}
