import { z } from "zod";
import type { Played } from "../simulator/scenario/play.ts";

const time = z.iso.datetime().nullable();

/** The report of `npm start -- --json`; its JSON schema in docs/report.schema.json is made from here. */
export const reportSchema = z.strictObject({
  terminations: z.array(
    z.strictObject({
      instance_id: z.string(),
      group: z.string(),
      asked_at: z.iso.datetime().describe("When the lifecycle action began."),
      targets_gone_at: time.describe(
        "When the last registration was gone; null where there was none, or still is one.",
      ),
      tasks_gone_at: time.describe(
        "When the last task was STOPPED; null where there was none, or still is one.",
      ),
      ready_at: time.describe("When nothing was left any more; null where something still is."),
      completed_at: time.describe(
        "When the functions completed the lifecycle action; null where they did not.",
      ),
      result: z.enum(["CONTINUE", "ABANDON"]).nullable().describe("What they completed it with."),
      reason: z.string().describe("How the lifecycle action ended, as seen from the simulated Auto Scaling."),
    }),
  ),
  calls: z
    .record(z.string(), z.int())
    .describe("The functions' calls to AWS by action, the SDK's retries included."),
  lambda_seconds: z.number().describe("How long the functions ran, all invocations together, in seconds."),
  violations: z.array(
    z.strictObject({ at: z.iso.datetime(), instance_id: z.string(), rule: z.string(), what: z.string() }),
  ),
});

export type Report = z.infer<typeof reportSchema>;

/** The report of a played scenario. */
export function reportOf(played: Played): Report {
  return {
    terminations: played.terminations.map((each) => ({
      instance_id: each.instanceId,
      group: each.group,
      asked_at: iso(each.askedAt),
      targets_gone_at: isoOrNull(each.targetsGoneAt),
      tasks_gone_at: isoOrNull(each.tasksGoneAt),
      ready_at: isoOrNull(each.readyAt),
      completed_at: isoOrNull(each.completedAt),
      result: each.result ?? null,
      reason: each.reason || "still pending when the scenario ended",
    })),
    calls: Object.fromEntries([...played.calls].sort(([a], [b]) => (a < b ? -1 : 1))),
    lambda_seconds: lambdaSeconds(played),
    violations: played.violations.map(({ at, instanceId, rule, what }) => ({
      at: iso(at),
      instance_id: instanceId,
      rule,
      what,
    })),
  };
}

/** How long the functions ran, in seconds. */
export function lambdaSeconds({ invocations }: Played): number {
  return invocations.reduce((sum, { startedAt, endedAt }) => sum + (endedAt - startedAt), 0) / 1000;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function isoOrNull(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : iso(milliseconds);
}
