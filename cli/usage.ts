import { basename } from "node:path";
import type { CommanderError } from "commander";
import { ScenarioError } from "../simulator/scenario/read.ts";

/** The exit status for a wrong option or a wrong scenario: nothing can be played or served. */
const WRONG_USAGE = 2;
/** The exit status for a bug in the command itself (EX_SOFTWARE). Node's own is 1, which here means that something was violated. */
const OWN_FAULT = 70;

/** Whether the package's own program was called, and not one of npm's scripts in the project. */
export function isPackaged(): boolean {
  return basename(process.argv[1] ?? "").startsWith("asg-drain");
}

/** For commander's `exitOverride`: help is no error, all else is wrong usage. Commander has already printed the message. */
export function endUsage({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : WRONG_USAGE);
}

/** Ends the command as `endWith` does with what nobody has caught: a promise that nobody waits for, an event's listener. Call it once. */
export function endWithWhatNobodyCatches(): void {
  const end = (error: unknown) => {
    endWith(error);
    process.exit();
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}

/** Prints the error that ended a command, and sets the exit status. */
export function endWith(error: unknown): void {
  const isWrongUsage =
    error instanceof ScenarioError || (error as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
  const { message, stack } = error as Error;
  process.stderr.write(`${isWrongUsage ? message : stack}\n`);
  process.exitCode = isWrongUsage ? WRONG_USAGE : OWN_FAULT;
}
