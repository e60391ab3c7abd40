import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Command } from "commander";
import { InputError } from "../shared/base/errors.ts";
import { createEnvironment, createPorts } from "../shared/run/ports.ts";
import { allowClosedPipes } from "./closed-pipes.ts";
import { OptionsError } from "./options-error.ts";
import { type DrainOptions, inputOf } from "./run/input.ts";
import { type LoopEnd, loop } from "./run/loop.ts";
import { askMetadata, METADATA_VARIABLE, OwnTaskError, readOwnTask } from "./run/own-task.ts";
import { Task } from "./run/task.ts";
import { endUsage, endWith, endWithWhatNobodyCatches } from "./usage.ts";

/** Exit statuses. A fault of the command itself ends as in the other commands. */
const STATUS = { "nothing left": 0, stopped: 0, failed: 1, wrong: 2 } as const;
const HELP = `
Region, credentials and endpoint are those of the AWS SDK: the role of the task, or the environment.

Exit status:
  0  with --once: nothing is left. Otherwise: ended by SIGTERM or SIGINT
  1  with --once: five runs in a row failed. Or ECS does not tell in which task it runs
  2  an option is wrong
  70 the command failed`;

allowClosedPipes();
endWithWhatNobodyCatches();
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
  if (error instanceof OwnTaskError) endWithLine(error, STATUS.failed);
  else if (error instanceof OptionsError || error instanceof InputError) endWithLine(error, STATUS.wrong);
  else endWith(error);
}

function endWithLine({ message }: Error, status: number): void {
  process.stderr.write(`asg-drain run: ${message}\n`);
  process.exitCode = status;
}

async function drain(): Promise<LoopEnd> {
  const stop = new AbortController();
  // A second signal ends the process at once.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  const environment = createEnvironment();
  const task = new Task({
    input: inputOf(options),
    own: await readOwnTask(process.env[METADATA_VARIABLE], askMetadata),
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
