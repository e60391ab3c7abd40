import { holdsByInstance } from "../act/heartbeat.ts";
import { timeText } from "../base/time-text.ts";
import { hookOf } from "../model/hooks.ts";
import type { Termination } from "../model/termination.ts";
import { mayAskForAction, settingsOfAction, underOtherAction } from "../rules/superseded-action.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * Finds out whether the hook of a termination, whose token Auto Scaling refused, holds the instance by another lifecycle action.
 * Then the message was forged, or is of an earlier action, and the right message may be lost. Returns the termination as it goes
 * on under that action, with the settings in the hook's metadata, which the right message would have brought.
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
  const hooks = contentOf(await readHooks(run, group));
  // The next pass asks again: without the hook's metadata, the drain would have wrong settings to its end.
  if (hooks === undefined) return undefined;
  const settings = settingsOfAction(termination, hookOf({ hook }, { hooks })?.metadata);
  if (!mayAskForAction(termination, settings)) return undefined;
  if (!(await holdsByInstance(run, { ...termination, hook }))) return undefined;
  const found = underOtherAction(termination, settings, run.now());
  run.logAbout(termination).warn("held by another lifecycle action", {
    reason:
      "the message's token is not that of the action that holds the instance; the drain's time begins again",
    since: timeText(found.since),
  });
  return found;
}
