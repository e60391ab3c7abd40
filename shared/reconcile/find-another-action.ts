import { holdsByInstance } from "../act/heartbeat.ts";
import { timeText } from "../base/time-text.ts";
import type { Termination } from "../model/termination.ts";
import { mayAskForAction, settingsOfAction, underOtherAction } from "../rules/superseded-action.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * A termination whose token Auto Scaling has refused, as it is where its hook holds the instance by another lifecycle action.
 * Its message was forged, or is of an action before, and the right one may be lost. What the hook says of its drains holds, as the
 * right message would have brought it. Undefined where the hook does not hold it, where nobody may ask, and where its hooks
 * could not be read, which the run notes. Throws an AwsCallError.
 */
export async function findAnotherAction(
  run: Run,
  termination: Termination,
): Promise<Termination | undefined> {
  const { group, hook, token } = termination;
  if (hook === undefined || token === undefined) return undefined;
  const hooks = contentOf(await readHooks(run, group));
  // It is asked again: what the hook says cannot be made up for later.
  if (hooks === undefined) return undefined;
  const settings = settingsOfAction(termination, hooks.find(({ name }) => name === hook)?.metadata);
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
