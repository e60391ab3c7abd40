import { z } from "zod";
import { DAMAGE_KINDS, PERMITS } from "../simulator/judge/damage.ts";
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
  violations: z
    .array(
      z.strictObject({ at: z.iso.datetime(), instance_id: z.string(), rule: z.string(), what: z.string() }),
    )
    .describe("Promises that were broken, and damage that nothing allows."),
  damage: z
    .array(
      z.strictObject({
        kind: z.enum(DAMAGE_KINDS).describe("What kind of loss; docs/scenarios.md says what each means."),
        instance_id: z.string().describe("The instance that it came from; empty where there is none."),
        what: z.string(),
        from: z.iso.datetime(),
        to: z.iso.datetime().describe("When it was over; where it would have needed more time, until when."),
        seconds: z.number().describe("How long that is."),
        allowed_by: z
          .enum(PERMITS)
          .nullable()
          .describe("The setting or happening of the scenario that allows it; null where nothing does."),
      }),
    )
    .describe(
      "What was lost, judged from the simulated world alone, up to 15 minutes after the last termination.",
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
    damage: played.damage.map(({ kind, instanceId, what, from, to, allowedBy }) => ({
      kind,
      instance_id: instanceId,
      what,
      from: iso(from),
      to: iso(to),
      seconds: (to - from) / 1000,
      allowed_by: allowedBy ?? null,
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
