import { z } from "zod";
import { timeText } from "../../shared/base/time-text.ts";
import { blockersText } from "../../shared/log-lines/blocker-text.ts";
import { stepText } from "../../shared/log-lines/step-text.ts";
import { warningFields } from "../../shared/log-lines/warning-text.ts";
import type { Account } from "../aws/account.ts";
import { readDeployed, type SettingsOptions, type SettingsSource, settingsInForce } from "./deployed.ts";
import { DryPass, type Held } from "./dry-pass.ts";
import { UnansweredCalls } from "./not-read.ts";
import { stallsOf } from "./stalls.ts";

/** What `status` is asked. */
export type StatusOptions = SettingsOptions & {
  readonly group?: readonly string[];
  readonly deployment: string;
};

const time = z.iso.datetime();

/** What `status --json` prints; docs/status.schema.json is made from here. */
export const statusSchema = z.strictObject({
  regions: z.array(
    z.strictObject({
      region: z.string(),
      at: time.describe("When it was read, by AWS's clock."),
      settings_from: z
        .enum(["options", "logs", "defaults"])
        .describe("Where the drain settings come from: options, the functions' logs, or defaults."),
      groups: z.int().describe("How many groups were looked at."),
      terminations: z.array(
        z.strictObject({
          instance_id: z.string(),
          auto_scaling_group: z.string(),
          lifecycle_hook_name: z.string(),
          lifecycle_state: z.string().nullable(),
          state: z
            .enum(["draining", "ready", "stuck"])
            .describe(
              "`ready`: the next run completes or drops it. `stuck`: a known reason keeps it from ending by itself.",
            ),
          started_at: time
            .nullable()
            .describe("When its lifecycle action began; null where that could not be read."),
          age_seconds: z.int().nullable(),
          deadline: time.nullable().describe("When its time is over; null where nobody knows when it began."),
          left_seconds: z.int().nullable().describe("How long that is; 0 when it is over."),
          waiting_for: z
            .array(z.string())
            .describe("What is still there, or is awaited, in the words of the log."),
          stalled_by: z.array(z.string()).describe("Why it does not end by itself, in the words of the log."),
          next: z.strictObject({
            what: z.string().describe("The next thing that can happen."),
            at: time
              .nullable()
              .describe("When at the soonest; null where that is the next run of the functions."),
          }),
        }),
      ),
      unknown_groups: z.array(z.string()).describe("Groups that were asked for, and that there are not."),
      not_read: z
        .array(z.strictObject({ call: z.string(), why: z.string() }))
        .describe("Calls that did not answer."),
    }),
  ),
});

export type StatusReport = z.infer<typeof statusSchema>;
export type RegionStatus = StatusReport["regions"][number];
export type TerminationStatus = RegionStatus["terminations"][number];

/** Reads the status of one Region. Writes nothing. Throws an OptionsError for a wrong option, and what is no failure of AWS. */
export async function statusOf(account: Account, options: StatusOptions): Promise<RegionStatus> {
  const unanswered = new UnansweredCalls();
  const { deployment, group = [] } = options;
  // First, since each answer tells AWS's time, and the logs are asked by that.
  const { groups, unknown } = await new DryPass({ account, settings: {}, unanswered }).groups(group);
  const deployed = await unanswered.reading(() => readDeployed(account.logs, deployment, account.now()));
  const settings = settingsInForce(deployed?.settings ?? {}, options);
  const pass = new DryPass({ account, settings, unanswered });
  const held = await pass.held(groups);
  return {
    region: account.region,
    at: timeText(pass.run.now()),
    settings_from: sourceOf(options, deployed?.source),
    groups: groups.length,
    terminations: held
      .map((each) => terminationOf(each, pass.run.now()))
      .sort((a, b) => (b.age_seconds ?? 0) - (a.age_seconds ?? 0)),
    unknown_groups: [...unknown],
    not_read: unanswered.all,
  };
}

function sourceOf(
  { input, hook, cluster }: StatusOptions,
  read: SettingsSource = "defaults",
): SettingsSource {
  return input === undefined && hook === undefined && cluster === undefined ? read : "options";
}

function terminationOf(held: Held, now: number): TerminationStatus {
  const { termination, decision, observation, startedAt, deadline } = held;
  const { outcome } = decision;
  const stalled = stallsOf(held);
  const blockers = outcome.kind === "wait" ? outcome.blockers : [];
  return {
    instance_id: termination.instanceId,
    auto_scaling_group: termination.group,
    lifecycle_hook_name: termination.hook ?? "",
    lifecycle_state: observation.groupInstance?.state ?? null,
    state: stalled.length > 0 ? "stuck" : outcome.kind === "wait" ? "draining" : "ready",
    started_at: startedAt === undefined ? null : timeText(startedAt),
    age_seconds: startedAt === undefined ? null : Math.max(0, Math.round((now - startedAt) / 1000)),
    deadline: startedAt === undefined ? null : timeText(deadline.at),
    left_seconds: startedAt === undefined ? null : Math.max(0, Math.round((deadline.at - now) / 1000)),
    waiting_for: blockers.map((each) => blockersText([each]) ?? ""),
    stalled_by: stalled.map((each) => String(warningFields(each).reason ?? "")),
    next: nextOf(held, stalled.length > 0, now),
  };
}

/** The next thing that can happen to a termination, and when at the soonest. */
function nextOf(
  { decision, observation, deadline, startedAt }: Held,
  isStuck: boolean,
  now: number,
): TerminationStatus["next"] {
  const { outcome, steps } = decision;
  if (outcome.kind === "complete")
    return { what: `the lifecycle action is completed with ${outcome.result}`, at: null };
  if (outcome.kind === "drop")
    return { what: "the functions drop it: there is nothing to complete", at: null };
  if (steps.length > 0) return { what: [...new Set(steps.map(stepText))].join(", "), at: null };
  if (isStuck && startedAt !== undefined && deadline.at > now)
    return { what: "its time is over", at: timeText(deadline.at) };
  const drains = observation.registrations.some(({ state }) => state === "draining");
  return {
    what: drains ? "its targets can be gone" : "the next pass of the functions",
    at: timeText(outcome.until),
  };
}
