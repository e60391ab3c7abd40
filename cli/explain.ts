import { InvalidArgumentError } from "commander";
import { withAccount } from "./aws/account.ts";
import {
  type AccountOptions,
  runCommand,
  STATUS,
  settingsCommand,
  styleOfOutput,
} from "./operator/command.ts";
import { explain } from "./operator/explain.ts";
import { explanationText } from "./operator/explain-text.ts";

const STATUSES = {
  0: "it is on its way, or nobody drains it",
  1: "where it is could not be read",
  3: "it is stuck",
} as const;

const command = settingsCommand(
  "explain",
  "Explains what an instance waits for, or why nobody drains it.",
  STATUSES,
)
  .argument("<instance>", "the instance's id", instanceId)
  .parse();
const options = command.opts<AccountOptions>();

await runCommand("explain", async () => {
  const explained = await withAccount(options, (account) => explain(account, command.args[0] ?? "", options));
  if (options.json) process.stdout.write(`${JSON.stringify(explained)}\n`);
  else process.stdout.write(explanationText(explained, styleOfOutput()));
  if (explained.state === "stuck") return STATUS.stuck;
  const isUnread = explained.lifecycle_state === null && explained.not_read.length > 0;
  return isUnread ? STATUS.unread : STATUS.fine;
});

function instanceId(text: string): string {
  if (!/^i-[0-9a-f]{8,17}$/.test(text))
    throw new InvalidArgumentError(`expected an instance id such as i-0123456789abcdef0, found "${text}"`);
  return text;
}
