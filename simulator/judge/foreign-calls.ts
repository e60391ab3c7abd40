import type { Damage } from "./damage.ts";
import type { MadeCall } from "./damage-ledger.ts";

const COMPLETION = "autoscaling:CompleteLifecycleAction";
const HEARTBEAT = "autoscaling:RecordLifecycleActionHeartbeat";

type ActionInput = {
  readonly AutoScalingGroupName?: string;
  readonly LifecycleHookName?: string;
  readonly InstanceId?: string;
};

/**
 * Heartbeats for hooks that are not ours, and completions of these that were refused: nothing but a refusal saved them. A
 * completion that took effect is in the story.
 *
 * @param foreignSince takes a group and a hook, with a space between; gives since when the hook is not ours, in milliseconds
 *   since 1970, and undefined for one that is ours
 */
export function foreignCalls(
  calls: readonly MadeCall[],
  foreignSince: (hook: string) => number | undefined,
): Damage[] {
  const found = new Map<string, { -readonly [Key in keyof Damage]: Damage[Key] }>();
  for (const { at, action, caller, error, input } of calls) {
    if (action !== HEARTBEAT && (action !== COMPLETION || error === undefined)) continue;
    const {
      AutoScalingGroupName: group,
      LifecycleHookName: hook,
      InstanceId: instanceId = "",
    } = input as ActionInput;
    if (at < (foreignSince(`${group} ${hook}`) ?? Number.POSITIVE_INFINITY)) continue;
    const what = `${caller} ${action === HEARTBEAT ? "kept alive" : "tried to complete"} the hook ${hook}, which is not ours`;
    const key = `${instanceId} ${what}`;
    const known = found.get(key);
    if (known) known.to = at;
    else found.set(key, { kind: "others", instanceId, what, from: at, to: at, allowedBy: undefined });
  }
  return [...found.values()];
}
