import { secondsBetween } from "../base/time-text.ts";
import { cutOffFields } from "../log-lines/cut-off-fields.ts";
import { completionText } from "../log-lines/reason-text.ts";
import type { Complete } from "../model/decision.ts";
import { outcomeOf } from "../model/outcome.ts";
import type { Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";

/**
 * Completes a lifecycle action. "no such action" means that Auto Scaling does not know it: it was completed before, has timed
 * out, or is too new for this call to see. Throws an AwsCallError.
 */
export async function completeAction(
  run: Run,
  termination: Termination,
  end: Complete,
): Promise<"completed" | "no such action"> {
  const { hook = "", since, memory } = termination;
  const { result, reason, cutOff } = end;
  const answer = await run.ports.autoScaling.complete({ ...termination, hook }, result);
  const log = run.logAbout(termination);
  if (answer === "no such action") {
    log.warn("completion refused", {
      reason: "Auto Scaling has no active lifecycle action of this hook for the instance",
    });
    return answer;
  }
  log[cutOff ? "warn" : "info"]("lifecycle action completed", {
    result,
    ...(cutOff ? cutOffFields(cutOff) : { outcome: outcomeOf(end) }),
    reason: completionText(reason),
    held_seconds: secondsBetween(since, run.now()),
  });
  if (memory.returns !== undefined) log.info("comes back", { with: memory.returns });
  return answer;
}
