import type { Ports } from "./ports.ts";
import type { Termination } from "./termination.ts";

/**
 * What a termination is whose token Auto Scaling has refused, where its hook does hold the instance, by another lifecycle
 * action: the message was forged, or is of an action before, and the right one may be lost. A heartbeat that names the
 * instance instead of the token tells. When that action began nobody knows, so the drain's time begins now: a message of
 * long ago must not end a new drain at once. Undefined where the hook does not hold it, and with `on_timeout: leave`,
 * where nobody may ask. Throws an AwsCallError.
 */
export async function findAnotherAction(
  ports: Ports,
  termination: Termination,
): Promise<Termination | undefined> {
  const { instanceId, hook, token, settings, memory } = termination;
  // Where the hook's own timeout is to decide, no heartbeat may begin that anew.
  if (hook === undefined || token === undefined || settings.onTimeout === "leave") return undefined;
  const answer = await ports.autoScaling.heartbeat({ ...termination, hook, token: undefined });
  if (answer === "no such action") return undefined;
  ports.log.warn("held by another lifecycle action", {
    instance_id: instanceId,
    life_cycle_hook_name: hook,
    reason:
      "the message's token is not that of the action that holds the instance; the drain's time begins anew",
  });
  const now = ports.now();
  return { ...termination, token: undefined, since: now, memory: { ...memory, lastBeatAt: now } };
}
