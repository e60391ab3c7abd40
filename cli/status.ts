import { withAccount } from "./aws/account.ts";
import {
  type AccountOptions,
  runCommand,
  STATUS,
  settingsCommand,
  styleOfOutput,
} from "./operator/command.ts";
import { type RegionStatus, type StatusReport, statusOf } from "./operator/status.ts";
import { statusText } from "./operator/status-text.ts";

const STATUSES = {
  0: "all that is held is on its way",
  1: "nothing could be read",
  3: "something is stuck",
} as const;

const command = settingsCommand("status", "Shows each termination that a hook of yours holds.", STATUSES)
  .option("--group <name...>", "an Auto Scaling group; all of the Region where none is named")
  .option("--all-regions", "all Regions of the account")
  .parse();
const options = command.opts<AccountOptions & { group?: string[]; allRegions?: true }>();

await runCommand("status", async () => {
  const { profile, region: own } = options;
  const regions = options.allRegions
    ? await withAccount({ profile, region: own }, (account) => account.regions())
    : [own];
  const report: StatusReport = { regions: [] };
  for (const region of regions)
    report.regions.push(await withAccount({ profile, region }, (account) => statusOf(account, options)));
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(report.regions.map((each) => statusText(each, styleOfOutput())).join("\n"));
  return exitStatusOf(report.regions);
});

function exitStatusOf(regions: readonly RegionStatus[]): number {
  if (regions.some(({ terminations }) => terminations.some(({ state }) => state === "stuck")))
    return STATUS.stuck;
  const isUnread = regions.some(
    ({ groups, not_read, unknown_groups }) => groups === 0 && not_read.length + unknown_groups.length > 0,
  );
  return isUnread ? STATUS.unread : STATUS.fine;
}
