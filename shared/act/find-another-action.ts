import { timeText } from "../base/log.ts";
import { keysOf, settingsUnder } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { observeHooks } from "../observe/auto-scaling.ts";
import { NO_ENDED_ACTION } from "../rules/superseded-action.ts";
import { contentOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * What a termination is whose token Auto Scaling has refused, where its hook does hold the instance, by another lifecycle
 * action: the message was forged, or is of an action before, and the right one may be lost. A heartbeat that names the
 * instance instead of the token tells. When that action began nobody knows but that it had at the first look that showed the
 * instance dying. So the drain's time begins then, or else now: a message of long ago must not end a new drain at once, and
 * one of the action before must not let it last longer. What the hook says of its drains holds, which the right message
 * would have brought. Undefined where the hook does not hold it, and with `on_timeout: leave`, where nobody may ask; and
 * where its hooks could not be read, which the run notes. Throws an AwsCallError.
 */
export async function findAnotherAction(
  run: Run,
  termination: Termination,
): Promise<Termination | undefined> {
  const { instanceId, group, hook, token, memory } = termination;
  if (hook === undefined || token === undefined) return undefined;
  const hooks = contentOf(await observeHooks(run, group));
  // To be asked again: what the hook says cannot be made up for later.
  if (hooks === undefined) return undefined;
  const metadata = hooks.find(({ name }) => name === hook)?.metadata;
  const settings = settingsUnder(metadata, keysOf(termination.settings));
  // Where the hook's own timeout is to decide, no heartbeat may begin that anew.
  if ([termination.settings, settings].some(({ onTimeout }) => onTimeout === "leave")) return undefined;
  const answer = await run.ports.autoScaling.heartbeat({ ...termination, hook, token: undefined });
  if (answer === "no such action") return undefined;
  const now = run.now();
  const since = memory.terminatingSince ?? now;
  run.log.warn("held by another lifecycle action", {
    instance_id: instanceId,
    life_cycle_hook_name: hook,
    reason:
      "the message's token is not that of the action that holds the instance; the drain's time begins anew",
    since: timeText(since),
  });
  return {
    ...termination,
    settings,
    token: undefined,
    since,
    memory: { ...memory, ...NO_ENDED_ACTION, lastHeartbeatAt: now },
  };
}
