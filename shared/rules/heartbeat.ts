import { situationOf } from "../model/lifecycle-state.ts";
import type { AutoScalingView, Hook } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { deadlineOf } from "./deadline.ts";

const SECOND = 1_000;

/**
 * Terminate beats when less than this of the timeout remains, or a third of it where that is more. Where nothing is left but its
 * turn to be completed, a heartbeat would take the place of a completion: a sixth is enough then, and five minutes at the least.
 */
const HEARTBEAT_MARGIN_MS = 130 * SECOND;
const QUEUED_MARGIN_MS = 300 * SECOND;
/** Deregister, which comes by a minute earlier, beats when less than this remains. */
const DEREGISTER_MARGIN_MS = 180 * SECOND;
/** What is assumed of a hook whose timeouts cannot be read: it is then beaten every minute. */
const ASSUMED_TIMEOUT_MS = 180 * SECOND;

/**
 * Whether the lifecycle action's timer is to begin anew: while the drain may go on, before the hook's timeout, and never
 * twice within a third of it. A timer of unknown beginning is begun at once.
 *
 * @param first whether this is deregister's look
 */
export function isHeartbeatDue(
  termination: Termination,
  autoScalingView: AutoScalingView,
  now: number,
  first: boolean,
): boolean {
  if (!isHeld(termination, autoScalingView)) return false;
  const at = heartbeatBeforeDeadlineAt(termination, autoScalingView, now, first);
  return at !== undefined && now >= at;
}

/** When the timer is to begin anew, in milliseconds since 1970; undefined when it is not to, and once the drain's time is over. */
export function heartbeatBeforeDeadlineAt(
  termination: Termination,
  autoScalingView: Pick<AutoScalingView, "hooks">,
  now: number,
  first = false,
): number | undefined {
  if (now >= deadlineOf(termination, hookOf(termination, autoScalingView)).at) return undefined;
  return nextHeartbeatAt(termination, autoScalingView, first);
}

// The timer runs on while Auto Scaling cannot be read; a heartbeat for an action that is over is only refused.
function isHeld({ group }: Termination, { groupInstance, unread }: AutoScalingView): boolean {
  if (unread.groupInstance !== undefined) return true;
  return (
    groupInstance !== undefined &&
    groupInstance.group === group &&
    situationOf(groupInstance.state) === "held"
  );
}

/** When the timer is to begin anew, in milliseconds since 1970; undefined when it is not to. */
export function nextHeartbeatAt(
  { hook, memory }: Termination,
  { hooks }: Pick<AutoScalingView, "hooks">,
  first = false,
): number | undefined {
  if (hook === undefined || memory.completedAt !== undefined) return undefined;
  const timeout = timeoutOf(hook, hooks);
  if (timeout === undefined) return undefined;
  if (memory.lastHeartbeatAt === undefined) return 0;
  const third = timeout / 3;
  const share =
    memory.queuedUntil === undefined ? third : Math.min(third, Math.max(third / 2, QUEUED_MARGIN_MS));
  const remaining = first ? DEREGISTER_MARGIN_MS : Math.max(HEARTBEAT_MARGIN_MS, share);
  // In whole milliseconds, like the clock: to sleep for less than one would be not to sleep.
  return memory.lastHeartbeatAt + Math.ceil(Math.max(third, timeout - remaining));
}

/** The names of the group's other terminating hooks, as far as they could be read. */
export function otherHooks({ hook }: Termination, { hooks = [] }: Pick<AutoScalingView, "hooks">): string[] {
  return hooks.map(({ name }) => name).filter((name) => name !== hook);
}

/** The termination's own hook; undefined where it could not be read, or is gone from the group. */
export function hookOf({ hook }: Termination, { hooks }: Pick<AutoScalingView, "hooks">): Hook | undefined {
  return hooks?.find((each) => each.name === hook);
}

// A hook that is gone from its group holds nobody any more, or not for long.
function timeoutOf(hook: string, hooks: readonly Hook[] | undefined): number | undefined {
  if (!hooks) return ASSUMED_TIMEOUT_MS;
  return hooks.find((each) => each.name === hook)?.heartbeatTimeout;
}
