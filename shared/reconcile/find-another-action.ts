import { holdsByInstance } from "../act/heartbeat.ts";
import { timeText } from "../base/time-text.ts";
import type { Termination } from "../model/termination.ts";
import { mayAskForAction, underOtherAction } from "../rules/superseded-action.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * Finds out whether the hook of a termination, whose token Auto Scaling refused, holds the instance by another lifecycle action.
 * Then the message was forged, or is of an earlier action, and the right message may be lost. Returns the termination as it goes
 * on under that action.
 *
 * Undefined if the hook does not hold the instance, if nobody may ask, or if the hooks could not be read, which the run notes.
 * Throws an AwsCallError.
 */
export async function findAnotherAction(
  run: Run,
  termination: Termination,
): Promise<Termination | undefined> {
  const { group, hook, token } = termination;
  if (hook === undefined || token === undefined) return undefined;
  // Without the hook's metadata, nobody knows whether a heartbeat may be sent. The next pass asks again.
  if (contentOf(await readHooks(run, group)) === undefined || !mayAskForAction(termination)) return undefined;
  if (!(await holdsByInstance(run, { ...termination, hook }))) return undefined;
  const found = underOtherAction(termination, run.now());
  run.logAbout(termination).warn("held by another lifecycle action", {
    reason:
      "the message's token is not that of the action that holds the instance; the drain's time begins again",
    since: timeText(found.since),
  });
  return found;
}
