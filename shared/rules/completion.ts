// Rule 8: done twice is done once.

import { event } from "../model/blocker.ts";
import type { Decision } from "../model/decision.ts";
import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { drop, wait } from "./decision.ts";
import { otherHooks } from "./heartbeat.ts";
import { decideReturning } from "./returning.ts";
import { unreadAbout } from "./still-there.ts";
import { REFUSED_MS } from "./timings.ts";

/**
 * Rule 8. The end that was decided, or what is done instead where Auto Scaling has refused the completion before. The completion
 * is then tried again for a while. Where another hook explains the wait, it is not tried at all.
 */
export function tryCompletion(
  termination: Termination,
  observed: Observation,
  now: number,
  end: Decision,
): Decision {
  const { refusedAt, returns } = end.memory;
  if (end.outcome.kind !== "complete" || refusedAt === undefined) return end;
  const refused = { ...termination, memory: end.memory };
  // A returning instance gets back what was taken from it, whoever ended its action.
  if (returns !== undefined) return decideReturning(refused, observed, now, returns);
  if (otherHooks(termination, observed).length > 0) {
    const memory = { ...end.memory, completedAt: refusedAt };
    return decideCompleted({ ...termination, memory }, observed, now, refusedAt);
  }
  if (now - refusedAt < REFUSED_MS) return end;
  const unread = unreadAbout("hooks", observed.unread);
  if (unread.length > 0) return wait(refused, now, unread);
  return drop(end.memory, { why: "unknown action" }, "error");
}

/**
 * Rule 8. Our action is completed, and other hooks still hold the instance. The message is kept until they are done too, or a
 * sweep would take the instance for one that nobody drains.
 */
export function decideCompleted(
  termination: Termination,
  observed: Observation,
  now: number,
  completedAt: number,
): Decision {
  const { memory } = termination;
  const unread = unreadAbout("hooks", observed.unread);
  if (unread.length > 0) return wait(termination, now, unread);
  const hooks = otherHooks(termination, observed);
  if (hooks.length > 0) return wait(termination, now, [{ kind: "other hooks", hooks }]);
  if (memory.returns !== undefined || now - completedAt < REFUSED_MS) {
    return wait(termination, now, [event("released")]);
  }
  return drop(memory, { why: "unknown action" }, "error");
}
