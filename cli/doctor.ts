import { Option } from "commander";
import { withAccount } from "./aws/account.ts";
import {
  type AccountOptions,
  accountCommand,
  runCommand,
  STATUS,
  styleOfOutput,
} from "./operator/command.ts";
import { doctorJunit } from "./operator/doctor/junit.ts";
import { type DoctorReport, diagnose } from "./operator/doctor/report.ts";
import { doctorSarif } from "./operator/doctor/sarif.ts";
import { doctorText } from "./operator/doctor/text.ts";

const STATUSES = {
  0: "no check has found an error; there may be warnings",
  1: "a check has found an error, or the functions could not be read",
} as const;

const FORMATS = ["text", "json", "junit", "sarif"] as const;

const command = accountCommand(
  "doctor",
  "Checks how everything is deployed, and says how to mend what is wrong.",
  STATUSES,
)
  .option("--stack <name>", "the CloudFormation stack, where it is not called as the deployment")
  .option("--group <name...>", "an Auto Scaling group; those of terminate's input where none is named")
  .addOption(
    new Option("--format <format>", "how it is printed; --json is --format json")
      .choices(FORMATS)
      .default("text"),
  )
  .option("--verbose", "show the checks too that have found nothing")
  .parse();
const options = command.opts<
  AccountOptions & { group?: string[]; stack?: string; format: (typeof FORMATS)[number]; verbose?: true }
>();

await runCommand("doctor", async () => {
  const report = await withAccount(options, (account) => diagnose(account, options));
  process.stdout.write(printed(report));
  return exitStatusOf(report);
});

function printed(report: DoctorReport): string {
  const format = options.json ? "json" : options.format;
  switch (format) {
    case "text":
      return doctorText(report, styleOfOutput(), options.verbose ?? false);
    case "json":
      return `${JSON.stringify(report)}\n`;
    case "junit":
      return doctorJunit(report);
    case "sarif":
      return `${JSON.stringify(doctorSarif(report), null, 2)}\n`;
    default:
      return format satisfies never;
  }
}

function exitStatusOf({ checks, counts: { error } }: DoctorReport): number {
  const isUnread = checks.some(({ id, state }) => id === "function-there" && state === "not checked");
  return error > 0 || isUnread ? STATUS.unread : STATUS.fine;
}
