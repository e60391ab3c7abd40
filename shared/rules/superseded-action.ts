import { isHeldForTermination, returnOf } from "../model/lifecycle-state.ts";
import type { Memory } from "../model/memory.ts";
import type { AutoScalingView } from "../model/observation.ts";
import { type DrainSettings, keysOf, settingsUnder } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { otherHooks } from "./heartbeat.ts";
import { REFUSED_MS, SETTLE_MS } from "./timings.ts";

/** What Auto Scaling shows that tells which lifecycle action holds an instance. */
type HookView = Pick<AutoScalingView, "groupInstance" | "hooks">;

/** What is remembered of how an action has ended, where another one has taken its place. */
const NO_ENDED_ACTION = { completedAt: undefined, refusedAt: undefined, returningSince: undefined };

/** Whether the lifecycle action of a returning instance was seen to end, or was completed. */
export function hasActionEnded({ returningSince, completedAt }: Memory): boolean {
  return (returningSince ?? completedAt) !== undefined;
}

/** Whether a hook holds an instance on its way to its end that was on its way back at the pass before. */
export function terminatesAfterAll(
  { returns }: Memory,
  view: Pick<AutoScalingView, "groupInstance">,
): boolean {
  return returns !== undefined && isHeldForTermination(view);
}

/**
 * Rule 8. A termination as it goes on where another lifecycle action has taken the place of its own. What was taken from the
 * instance, and not given back, is remembered.
 *
 * - The instance is held on its way back once more, after its own action has ended: the time begins now, and the token is of
 *   no use.
 * - It was held on its way back, and is held on its way to its end: another action, or the read before lagged. A token
 *   tells which, so a heartbeat is due at once. Without one nothing tells, and the drain's time begins now.
 *
 * @param now in milliseconds since 1970
 */
export function supersede(termination: Termination, view: HookView, now: number): Termination {
  const { token, since, memory } = termination;
  if (isHeldAgain(termination, view, now)) {
    return {
      ...termination,
      token: undefined,
      since: now,
      memory: { ...memory, ...NO_ENDED_ACTION, goneAt: undefined, lastHeartbeatAt: undefined },
    };
  }
  if (hasActionEnded(memory) || !terminatesAfterAll(memory, view)) return termination;
  return {
    ...termination,
    since: token === undefined ? now : since,
    memory: { ...memory, ...NO_ENDED_ACTION, lastHeartbeatAt: undefined },
  };
}

// Where it was never seen on its way, only time tells: a completed action releases its instance within seconds.
function isHeldAgain(termination: Termination, view: HookView, now: number): boolean {
  const { groupInstance, hooks } = view;
  const { returns, returningSince, completedAt } = termination.memory;
  if (returns === undefined || groupInstance === undefined) return false;
  if (returnOf(groupInstance.state) === undefined) return false;
  if (returningSince !== undefined) return now - returningSince >= SETTLE_MS;
  const isAlone = hooks !== undefined && otherHooks(termination, view).length === 0;
  return completedAt !== undefined && now - completedAt >= REFUSED_MS && isAlone;
}

/** The settings that another action of the same hook is drained by, under the hook's own metadata. */
export function settingsOfAction({ settings }: Termination, metadata: string | undefined): DrainSettings {
  return settingsUnder(metadata, keysOf(settings));
}

/**
 * Rule 8. Whether a heartbeat may ask if our hook holds the instance by another action. Where the hook's own timeout decides,
 * no heartbeat may start its timer again.
 */
export function mayAskForAction(termination: Termination, settings: DrainSettings): boolean {
  return termination.settings.onTimeout !== "leave" && settings.onTimeout !== "leave";
}

/**
 * Rule 8. A termination that goes on under another action: the token in its message is not the one that holds the instance.
 *
 * Nobody knows when that action began. We only know that it had begun by the first pass that showed the instance terminating.
 * So the drain's time begins there, or else now. An old message must not end a new drain at once, and the action before must
 * not prolong it.
 *
 * @param now when Auto Scaling answered the heartbeat, in milliseconds since 1970
 */
export function underOtherAction(
  { memory, ...termination }: Termination,
  settings: DrainSettings,
  now: number,
): Termination {
  return {
    ...termination,
    settings,
    token: undefined,
    since: memory.terminatingSince ?? now,
    memory: { ...memory, ...NO_ENDED_ACTION, lastHeartbeatAt: now },
  };
}
