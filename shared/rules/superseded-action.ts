import { isHeldForTermination, returnOf } from "../model/lifecycle-state.ts";
import type { Memory } from "../model/memory.ts";
import type { AutoScalingView } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { otherHooks } from "./heartbeat.ts";
import { REFUSED_MS, SETTLE_MS } from "./timings.ts";

/** The part of Auto Scaling's view that tells which lifecycle action holds an instance. */
type HookView = Pick<AutoScalingView, "groupInstance" | "hooks" | "areSendersKnown">;

/** What replaces the end of an action in a memory, once another one has taken its place. */
const NO_ENDED_ACTION = {
  completedAt: undefined,
  refusedAt: undefined,
  returningSince: undefined,
  shortestTimeout: 0,
} satisfies Partial<Memory>;

/** Whether the lifecycle action of a returning instance has ended, by a pass or by our completion. */
export function hasActionEnded({ returningSince, completedAt }: Memory): boolean {
  return (returningSince ?? completedAt) !== undefined;
}

/** Whether a hook now holds an instance to terminate it, that was returning at the pass before. */
export function terminatesAfterAll(
  { returns }: Memory,
  view: Pick<AutoScalingView, "groupInstance">,
): boolean {
  return returns !== undefined && isHeldForTermination(view);
}

/**
 * Rule 8. The termination as it goes on if its action is superseded. What was taken from the instance, and not given back, stays
 * in its memory.
 *
 * - A hook holds the returning instance once more, after its own action has ended. The drain's time begins now, and the token is
 *   of no use.
 * - The instance was returning, and a hook now holds it to terminate it, or on another way back. It is another action, or the read
 *   before lagged. With a token, a heartbeat tells which, so one is due at once. Without a token nothing tells, and the drain's time
 *   begins now.
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
      memory: {
        ...memory,
        ...NO_ENDED_ACTION,
        begunAt: undefined,
        goneAt: undefined,
        // What was gone in the action before tells nothing of this one.
        lastSeenAt: now,
        lastHeartbeatAt: undefined,
      },
    };
  }
  const isOther = terminatesAfterAll(memory, view) || returnsElsewhere(memory, view);
  // If anybody may have written that it returns, its drain would begin again with each such message.
  if (hasActionEnded(memory) || !isOther || !view.areSendersKnown) return termination;
  const begunAt = token === undefined ? undefined : memory.begunAt;
  return {
    ...termination,
    since: token === undefined ? now : since,
    memory: { ...memory, ...NO_ENDED_ACTION, begunAt, lastHeartbeatAt: undefined },
  };
}

// Whether a hook holds an instance on another way back than at the pass before. No lifecycle action has two.
function returnsElsewhere(
  { returns }: Memory,
  { groupInstance }: Pick<AutoScalingView, "groupInstance">,
): boolean {
  const shown = returnOf(groupInstance?.state ?? "");
  return returns !== undefined && shown !== undefined && shown !== returns;
}

// If no pass saw it on its way, only time tells: a completed action releases its instance within seconds.
function isHeldAgain(termination: Termination, view: HookView, now: number): boolean {
  const { groupInstance, hooks } = view;
  const { returns, returningSince, completedAt } = termination.memory;
  if (returns === undefined || groupInstance === undefined) return false;
  if (returnOf(groupInstance.state) === undefined) return false;
  // A read that lags shows no later action.
  if (returnsElsewhere(termination.memory, view)) return hasActionEnded(termination.memory);
  if (returningSince !== undefined) return now - returningSince >= SETTLE_MS;
  const isAlone = hooks !== undefined && otherHooks(termination, view).length === 0;
  return completedAt !== undefined && now - completedAt >= REFUSED_MS && isAlone;
}

/**
 * Rule 8. Whether a heartbeat may ask if our hook holds the instance by another action. If the hook's own timeout decides, no
 * heartbeat may start its timer again.
 */
export function mayAskForAction({ settings }: Termination): boolean {
  return settings.onTimeout !== "leave";
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
export function underOtherAction({ memory, ...termination }: Termination, now: number): Termination {
  const since = memory.terminatingSince ?? now;
  // A drain that was begun for the action before, or by no run that could work on it, does not count as begun for this one.
  const begunAt = Math.max(memory.begunAt ?? now, since);
  return {
    ...termination,
    token: undefined,
    since,
    memory: { ...memory, ...NO_ENDED_ACTION, begunAt, lastHeartbeatAt: now },
  };
}
