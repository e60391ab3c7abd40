import type { CommanderError } from "commander";
import { ScenarioError } from "../simulator/scenario/read.ts";

/** What both commands end with where nothing can be played or served: a wrong option, or a wrong scenario. */
const WRONG_USAGE = 2;
/** A fault of the command's own. Node would end with 1, which is said of what was played. */
const OWN_FAULT = 3;

/** For commander's `exitOverride`: help is no error, and all others are wrong usage; it has already told which. */
export function endUsage({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : WRONG_USAGE);
}

/** Tells what ended a command, and sets its exit status. */
export function endWith(error: unknown): void {
  const isWrongUsage =
    error instanceof ScenarioError || (error as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
  const { message, stack } = error as Error;
  process.stderr.write(`${isWrongUsage ? message : stack}\n`);
  process.exitCode = isWrongUsage ? WRONG_USAGE : OWN_FAULT;
}
