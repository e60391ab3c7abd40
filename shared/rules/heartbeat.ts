// Rule 5: the hook is kept alive.

import { type Hook, hookOf, shorterTimeout } from "../model/hooks.ts";
import { isHeld } from "../model/lifecycle-state.ts";
import type { AutoScalingView } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { isProofAwaited, isTimeOver } from "./deadline.ts";
import {
  ASSUMED_TIMEOUT_MS,
  DEREGISTER_MARGIN_MS,
  HEARTBEAT_MARGIN_MS,
  QUEUED_MARGIN_MS,
  SHORT_HOOK_MS,
} from "./timings.ts";

/**
 * Rule 5. Whether a heartbeat is due. Heartbeats are sent while the drain may go on, before the hook's timeout, and never twice
 * within a third of it. If nobody knows when the timer began, one is due at once.
 *
 * @param first whether this is deregister's pass
 */
export function isHeartbeatDue(
  termination: Termination,
  view: AutoScalingView,
  now: number,
  first: boolean,
): boolean {
  if (!mayBeHeld(termination, view) || !mayBeOurs(termination, view)) return false;
  const at = isProofAwaited(view)
    ? nextHeartbeatAt(termination, view, first)
    : heartbeatBeforeDeadlineAt(termination, view, now, first);
  return at !== undefined && now >= at;
}

/**
 * When the next heartbeat is due, in milliseconds since 1970. Undefined if none is, or if the drain's time is over. While the hooks
 * cannot be read, nobody knows the drain's time, since a hook may set its own.
 */
export function heartbeatBeforeDeadlineAt(
  termination: Termination,
  view: Pick<AutoScalingView, "hooks">,
  now: number,
  first = false,
): number | undefined {
  if (view.hooks !== undefined && isTimeOver(termination, hookOf(termination, view), now)) return undefined;
  return nextHeartbeatAt(termination, view, first);
}

// The timer runs on while Auto Scaling cannot be read. A heartbeat does no harm then: if the action is over, it is refused.
function mayBeHeld(termination: Termination, view: AutoScalingView): boolean {
  return view.unread["group instance"] !== undefined || isHeld(termination, view);
}

// While the hooks cannot be read, a drain that was begun is taken for ours still: a pass had found that its hook is.
function mayBeOurs({ memory }: Termination, { owner }: AutoScalingView): boolean {
  return owner === "ours" || (owner === undefined && memory.begunAt !== undefined);
}

/** When the next heartbeat is due, in milliseconds since 1970. Undefined if none is. */
export function nextHeartbeatAt(
  { hook, memory }: Termination,
  { hooks }: Pick<AutoScalingView, "hooks">,
  first = false,
): number | undefined {
  if (hook === undefined || memory.completedAt !== undefined) return undefined;
  const shown = timeoutOf(hook, hooks);
  if (shown === undefined) return undefined;
  if (memory.lastHeartbeatAt === undefined) return 0;
  const timeout = shorterTimeout(shown, memory.shortestTimeout);
  const third = timeout / 3;
  const share =
    memory.queuedUntil === undefined ? third : Math.min(third, Math.max(third / 2, QUEUED_MARGIN_MS));
  const remaining = first ? DEREGISTER_MARGIN_MS : Math.max(HEARTBEAT_MARGIN_MS, share);
  // In whole milliseconds, like the clock. A sleep of less than one would be no sleep.
  return memory.lastHeartbeatAt + Math.ceil(Math.max(third, timeout - remaining));
}

/**
 * Rule 5. The termination, with the shortest timeout that its hook has been seen with. AWS's documents do not say whether an edit
 * of the hook changes a timer that runs, nor whether a heartbeat begins it with the new timeout.
 */
export function withShortestTimeout(
  termination: Termination,
  view: Pick<AutoScalingView, "hooks">,
): Termination {
  const { memory } = termination;
  const shown = hookOf(termination, view)?.heartbeatTimeout ?? 0;
  const shortestTimeout = shorterTimeout(memory.shortestTimeout, shown);
  if (shortestTimeout === memory.shortestTimeout) return termination;
  return { ...termination, memory: { ...memory, shortestTimeout } };
}

/** The names of the group's other terminating hooks, as far as they could be read. */
export function otherHooks({ hook }: Termination, { hooks = [] }: Pick<AutoScalingView, "hooks">): string[] {
  return hooks.map(({ name }) => name).filter((name) => name !== hook);
}

// A hook that is gone from its group no longer holds instances, or not for long.
function timeoutOf(hook: string, hooks: readonly Hook[] | undefined): number | undefined {
  if (!hooks) return ASSUMED_TIMEOUT_MS;
  return hookOf({ hook }, { hooks })?.heartbeatTimeout;
}

/** Rule 5. Whether a hook can end between two passes. */
export function isShort({ heartbeatTimeout }: Hook): boolean {
  return heartbeatTimeout < SHORT_HOOK_MS;
}
