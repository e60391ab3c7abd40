// Rule 6: a drain has an end.

import { timeText } from "../base/time-text.ts";
import type { Blocker } from "../model/blocker.ts";
import type { Decision, Warning } from "../model/decision.ts";
import type { Hook } from "../model/hooks.ts";
import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { complete } from "./decision.ts";
import { stillThere } from "./still-there.ts";
import { BEFORE_GLOBAL_LIMIT_MS, SECOND } from "./timings.ts";

/** When a drain ends at the latest, in milliseconds since 1970, and whether the hook's global limit cuts it short. */
export type Deadline = { readonly at: number; readonly cut: boolean };

/** The deadline of a drain, counted from when its lifecycle action began. */
export function deadlineOf({ settings, since }: Termination, hook: Hook | undefined): Deadline {
  const wanted = settings.drainTimeoutSeconds * SECOND;
  const limit = hook === undefined ? Number.POSITIVE_INFINITY : hook.globalTimeout - BEFORE_GLOBAL_LIMIT_MS;
  return { at: since + Math.min(wanted, limit), cut: limit < wanted };
}

/** When half of a drain's time is over, in milliseconds since 1970. The log then names the blockers. */
export function halfTimeOf({ since }: Termination, { at }: Deadline): number {
  return since + (at - since) / 2;
}

/** Rule 6. The decision when the drain's time is over. Undefined if the hook's own timeout decides. */
export function atDeadline({ memory, settings }: Termination, observed: Observation): Decision | undefined {
  const left = stillThere(observed);
  if (left.length === 0 && settings.onTimeout !== "leave") {
    return complete(memory, "CONTINUE", { why: "drained at the deadline" });
  }
  switch (settings.onTimeout) {
    case "continue":
      return complete(memory, "CONTINUE", { why: "deadline", left });
    case "abandon":
      // With a retention policy, ABANDON need not be the end of an instance (AWS: InstanceLifecyclePolicy).
      return complete(memory, "ABANDON", { why: "deadline with ABANDON", left, retains: observed.retains });
    case "leave":
      return undefined;
    default:
      return settings.onTimeout satisfies never;
  }
}

/** The line about the hook's timeouts and the drain's deadline, logged when they are first known. */
export function timeoutWarning(termination: Termination, hook: Hook): Warning {
  const { at, cut } = deadlineOf(termination, hook);
  return {
    level: cut ? "warn" : "info",
    kind: "held by the lifecycle hook",
    fields: {
      heartbeat_timeout_seconds: hook.heartbeatTimeout / SECOND,
      global_limit_seconds: hook.globalTimeout / SECOND,
      drain_deadline: timeText(at),
    },
    ...(cut ? { reason: { why: "global limit first" } } : {}),
  };
}

/** The line for when half of a drain's time is over. */
export function halfTimeWarning(
  { settings }: Termination,
  { retains }: Observation,
  deadline: Deadline,
  left: readonly Blocker[],
): Warning {
  return {
    level: "warn",
    kind: "half of the drain's time is over",
    fields: { drain_deadline: timeText(deadline.at) },
    blockers: left,
    ending: { onTimeout: settings.onTimeout, retains },
  };
}
