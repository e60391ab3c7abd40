import { styleText } from "node:util";
import { Command } from "commander";
import { AwsCallError } from "../../shared/base/errors.ts";
import { allowClosedPipes } from "../closed-pipes.ts";
import { OptionsError } from "../options-error.ts";
import { endUsage, endWith, endWithWhatNobodyCatches, isPackaged } from "../usage.ts";
import type { Style } from "./status-text.ts";

/** The exit statuses of the commands that look at an account. */
export const STATUS = { fine: 0, unread: 1, wrong: 2, stuck: 3 } as const;

/** The options of all commands that look at an account. */
export type AccountOptions = {
  readonly profile?: string;
  readonly region?: string;
  readonly deployment: string;
  readonly hook?: readonly string[];
  readonly cluster?: readonly string[];
  readonly input?: string;
  readonly json?: true;
};

/** What a command's own exit statuses mean. */
type Statuses = Readonly<Record<0 | 1, string>> & { readonly 3?: string };

/** How wide text is where nobody tells, as in a pipe. */
const WIDTH = 100;

/** A command that looks at an account, with the options of `status` and `explain`: they decide by the functions' settings. */
export function settingsCommand(name: string, description: string, statuses: Statuses): Command {
  return accountCommand(name, description, statuses)
    .option("--hook <name...>", "your lifecycle hook, where the functions' logs cannot be read")
    .option("--cluster <name...>", "a cluster that may be changed, likewise")
    .option("--input <json>", "more keys of terminate's input, likewise");
}

/** A command that looks at an account, with the options that all of them have. */
export function accountCommand(name: string, description: string, statuses: Statuses): Command {
  allowClosedPipes();
  endWithWhatNobodyCatches();
  const all = { ...statuses, 2: "an option is wrong", 70: "the command failed" };
  const told = Object.entries(all).map(([status, meaning]) => `  ${status.padEnd(2)} ${meaning}`);
  return new Command(isPackaged() ? `asg-drain ${name}` : `npm run asg-drain -- ${name}`)
    .description(`${description} It only reads.`)
    .option("--profile <name>", "the profile of the AWS CLI")
    .option("--region <name>", "the Region")
    .option("--deployment <name>", "the functions' names without what tells them apart", "asg-drain-live")
    .option("--json", "print one line of JSON")
    .addHelpText("after", ["", "Exit status:", ...told].join("\n"))
    .exitOverride(endUsage);
}

/** How text is written to standard output: as wide as the terminal, and with colours only there. */
export function styleOfOutput(): Style {
  const { isTTY, columns } = process.stdout;
  return {
    width: isTTY ? columns : WIDTH,
    paint: (format, text) => styleText(format, text, { stream: process.stdout }),
  };
}

/** Runs a command, and sets the exit status that it returns. A wrong option and a failure of AWS end it with one line. */
export async function runCommand(name: string, run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    if (!(error instanceof OptionsError || error instanceof AwsCallError)) return endWith(error);
    process.stderr.write(`asg-drain ${name}: ${error.message}\n`);
    process.exitCode = error instanceof OptionsError ? STATUS.wrong : STATUS.unread;
  }
}
