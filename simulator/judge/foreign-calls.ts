import type { Damage } from "./damage.ts";
import type { DamageFacts, MadeCall } from "./damage-ledger.ts";

const COMPLETION = "autoscaling:CompleteLifecycleAction";
const HEARTBEAT = "autoscaling:RecordLifecycleActionHeartbeat";
const READ_HOOKS = "autoscaling:DescribeLifecycleHooks";

type ActionInput = {
  readonly AutoScalingGroupName?: string;
  readonly LifecycleHookName?: string;
  readonly InstanceId?: string;
};

/**
 * Heartbeats for hooks that are not ours, and completions of these that were refused: nothing but a refusal saved them. A
 * completion that took effect is in the story. A fault that hides from a function whose the hook is by now allows its heartbeats, if
 * the scenario injects one in that time.
 *
 * @param foreign takes a group and a hook, with a space between. It gives since when the hook is not ours, in milliseconds since
 *   1970, and whether it was before. Undefined for one that is ours
 * @param faultyUntil until when what the scenario injects could hide it, of all that could in a time, in milliseconds since 1970
 */
export function foreignCalls(
  calls: readonly MadeCall[],
  foreign: (hook: string) => { readonly since: number; readonly wasOurs: boolean } | undefined,
  faultyUntil: DamageFacts["faultyUntil"],
): Damage[] {
  const found = new Map<string, { -readonly [Key in keyof Damage]: Damage[Key] }>();
  const readAt = new Map<string, number>();
  for (const { at, action, caller, error, unanswered, input } of calls) {
    if (action === READ_HOOKS && error === undefined && unanswered === undefined) {
      readAt.set(`${caller} ${(input as ActionInput).AutoScalingGroupName}`, at);
      continue;
    }
    if (action !== HEARTBEAT && (action !== COMPLETION || error === undefined)) continue;
    const {
      AutoScalingGroupName: group,
      LifecycleHookName: hook,
      InstanceId: instanceId = "",
    } = input as ActionInput;
    const whose = foreign(`${group} ${hook}`);
    if (whose === undefined || at < whose.since) continue;
    const hasRead = (readAt.get(`${caller} ${group}`) ?? Number.NEGATIVE_INFINITY) >= whose.since;
    const mayBeMistaken = action === HEARTBEAT && whose.wasOurs && !hasRead;
    const isHidden = mayBeMistaken && faultyUntil(whose.since, at) !== undefined;
    const allowedBy = isHidden ? "an injected fault" : undefined;
    const what = `${caller} ${action === HEARTBEAT ? "kept alive" : "tried to complete"} the hook ${hook}, which is not ours`;
    const key = `${instanceId} ${what} ${allowedBy}`;
    const known = found.get(key);
    if (known) known.to = at;
    else found.set(key, { kind: "others", instanceId, what, from: at, to: at, allowedBy });
  }
  return [...found.values()];
}
