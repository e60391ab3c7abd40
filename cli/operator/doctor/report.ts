import { z } from "zod";
import { timeText } from "../../../shared/base/time-text.ts";
import type { Account } from "../../aws/account.ts";
import { UnansweredCalls } from "../not-read.ts";
import { examine, TOPICS } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { type DoctorOptions, gather } from "./gather.ts";

const count = z.int().min(0);

/** What `doctor --format json` prints; docs/doctor.schema.json is made from here. */
export const doctorSchema = z.strictObject({
  deployment: z.string().describe("The functions' names without what tells them apart."),
  region: z.string(),
  at: z.iso.datetime().describe("When it was read, by AWS's clock."),
  version: z.string().describe("The version of the program that looked."),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      topic: z.enum(TOPICS),
      title: z.string().describe("What it looks at, as a statement that is true where all is fine."),
      state: z.enum(["fine", "error", "warning", "not checked"]),
      why: z.string().describe("What happens where the statement is not true."),
      findings: z.array(
        z.strictObject({
          what: z.string().describe("What is wrong."),
          mend: z.string().describe("The command or the change that mends it."),
        }),
      ),
      because: z.string().nullable().describe("Why it could not be checked; null where it was."),
    }),
  ),
  counts: z.strictObject({ fine: count, error: count, warning: count, not_checked: count }),
  not_read: z
    .array(z.strictObject({ call: z.string(), why: z.string() }))
    .describe("Calls that did not answer."),
  calls: count.describe("How many calls to AWS it took."),
});

export type DoctorReport = z.infer<typeof doctorSchema>;
export type CheckReport = DoctorReport["checks"][number];

/** Reads a deployment once, and makes all checks. It writes nothing. */
export async function diagnose(account: Account, options: DoctorOptions): Promise<DoctorReport> {
  const unanswered = new UnansweredCalls();
  const facts = await gather(account, options, unanswered);
  const checks = examine(CHECKS, facts).map(
    ({ check: { id, topic, title, why }, state, findings, because = null }): CheckReport => ({
      id,
      topic,
      title,
      state,
      why,
      findings: [...findings],
      because,
    }),
  );
  const of = (state: CheckReport["state"]) => checks.filter((each) => each.state === state).length;
  return {
    deployment: facts.deployment,
    region: account.region,
    at: timeText(account.now()),
    version: facts.program,
    checks,
    counts: {
      fine: of("fine"),
      error: of("error"),
      warning: of("warning"),
      not_checked: of("not checked"),
    },
    not_read: unanswered.all,
    calls: account.calls(),
  };
}
