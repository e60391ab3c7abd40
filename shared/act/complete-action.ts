import { secondsBetween } from "../base/log.ts";
import type { Termination } from "../model/termination.ts";
import type { Outcome } from "../rules/decision.ts";
import type { Run } from "../run/run.ts";
import { findAnotherAction } from "./find-another-action.ts";

/** What became of a completion. */
export type Completion = {
  /**
   * `completed`: the lifecycle action is over, and with it the drain. `watch`: there is more to wait for, because the call
   * failed, is to be tried again, or the instance comes back. `refused`: Auto Scaling knew no such lifecycle action, for
   * the first time.
   */
  readonly kind: "completed" | "waiting" | "refused";
  readonly termination: Termination;
};

/**
 * Completes a lifecycle action. The message of an instance that comes back is kept, because what was taken from it is to
 * be restored; so is that of one that other hooks still hold, or a sweep would take it for one that nobody drains. A
 * failure of AWS is noted in the run; throws only what is a fault of ours.
 */
export async function completeAction(
  run: Run,
  termination: Termination,
  { result, reason }: Extract<Outcome, { kind: "complete" }>,
  others: readonly string[],
): Promise<Completion> {
  const { instanceId, group, hook = "", since, memory } = termination;
  const again = (waitingFor: string, change = {}, of = termination): Completion => ({
    kind: "waiting",
    termination: { ...of, memory: { ...of.memory, waitingFor, ...change } },
  });
  if (run.isOutOfTime) return again(run.ranOutOfTime());
  const failed = (error: unknown) => again(run.callFailed(error), { failures: memory.failures + 1 });
  let answer: "completed" | "no such action";
  try {
    answer = await run.ports.autoScaling.complete({ ...termination, hook }, result);
  } catch (error) {
    return failed(error);
  }
  const now = run.now();
  if (answer === "completed") {
    run.log.info("lifecycle action completed", {
      instance_id: instanceId,
      auto_scaling_group: group,
      life_cycle_hook_name: hook,
      result,
      reason,
      held_seconds: secondsBetween(since, now),
    });
    if (memory.returns !== undefined) {
      run.log.info("comes back", { instance_id: instanceId, with: memory.returns });
    }
    if (others.length > 0) {
      return again(`the other hooks to let it go: ${others.join(", ")}`, { completedAt: now });
    }
    if (memory.returns === undefined) return { kind: "completed", termination };
    return again("the instance to come back", { completedAt: now });
  }
  run.log.warn("completion refused", {
    instance_id: instanceId,
    life_cycle_hook_name: hook,
    reason: "Auto Scaling has no active lifecycle action of this hook for the instance",
  });
  try {
    const another = await findAnotherAction(run, termination);
    if (another) return again("the lifecycle action that holds the instance", {}, another);
  } catch (error) {
    return failed(error);
  }
  if (memory.refusedAt !== undefined) return again("Auto Scaling to know the lifecycle action");
  return { kind: "refused", termination: { ...termination, memory: { ...memory, refusedAt: now } } };
}
