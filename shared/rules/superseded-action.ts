import { isHeldForTermination, returnOf } from "../model/lifecycle-state.ts";
import type { AutoScalingView } from "../model/observation.ts";
import { type Memory, SETTLE_MS, type Termination } from "../model/termination.ts";
import { REFUSED_MS } from "./draining.ts";
import { otherHooks } from "./heartbeat.ts";

/** What of a presence tells which lifecycle action holds an instance. */
type HookView = Pick<AutoScalingView, "groupInstance" | "hooks">;

/** What is remembered of how an action has ended, where another one has taken its place. */
export const NO_ENDED_ACTION = { completedAt: undefined, refusedAt: undefined, returningSince: undefined };

/** Whether the lifecycle action of an instance on its way back was seen to end, or was completed. */
export function hasActionEnded({ returningSince, completedAt }: Memory): boolean {
  return (returningSince ?? completedAt) !== undefined;
}

/** Whether a hook holds an instance on its way to its death that was held on its way back at the look before. */
export function terminatesAfterAll(
  { returns }: Memory,
  autoScalingView: Pick<AutoScalingView, "groupInstance">,
): boolean {
  return returns !== undefined && isHeldForTermination(autoScalingView);
}

/**
 * A termination as it goes on where another lifecycle action has taken the place of its own. What was taken from the
 * instance, and not given back, is remembered.
 *
 * - It is held on its way back once more, after its own action has ended: the time begins now, and the token is of no use.
 * - It was held on its way back, and is held on its way to its death: another action, or the read before lagged. A token
 *   tells which: a heartbeat is due at once. Without one nothing tells, and the drain's time begins now.
 *
 * @param now in milliseconds since 1970
 */
export function supersede(termination: Termination, holding: HookView, now: number): Termination {
  const { token, since, memory } = termination;
  if (isHeldAgain(termination, holding, now)) {
    return {
      ...termination,
      token: undefined,
      since: now,
      memory: { ...memory, ...NO_ENDED_ACTION, goneAt: undefined, lastHeartbeatAt: undefined },
    };
  }
  if (hasActionEnded(memory) || !terminatesAfterAll(memory, holding)) return termination;
  return {
    ...termination,
    since: token === undefined ? now : since,
    memory: { ...memory, ...NO_ENDED_ACTION, lastHeartbeatAt: undefined },
  };
}

// Where it was never seen on its way, only time tells: a completed action lets go of its instance within seconds.
function isHeldAgain(termination: Termination, holding: HookView, now: number): boolean {
  const { groupInstance, hooks } = holding;
  const { returns, returningSince, completedAt } = termination.memory;
  if (returns === undefined || groupInstance === undefined) return false;
  if (returnOf(groupInstance.state) === undefined) return false;
  if (returningSince !== undefined) return now - returningSince >= SETTLE_MS;
  const isAlone = hooks !== undefined && otherHooks(termination, holding).length === 0;
  return completedAt !== undefined && now - completedAt >= REFUSED_MS && isAlone;
}
