import { timeText } from "../base/log.ts";
import type { Hook, Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { complete, type Decision, type Warning } from "./decision.ts";
import { leftBehind } from "./still-there.ts";

/** The hook's global limit ends it whatever we do; the drain ends two ticks before, so that the end is ours. */
const BEFORE_GLOBAL_LIMIT_MS = 120_000;

/** When a drain is to end at the latest, in milliseconds since 1970, and whether the hook's global limit says so. */
export type Deadline = { readonly at: number; readonly cut: boolean };

/** The deadline of a drain, counted from when its lifecycle action began. */
export function deadlineOf({ settings, since }: Termination, hook: Hook | undefined): Deadline {
  const shouldRun = settings.drainTimeoutSeconds * 1_000;
  const limit = hook === undefined ? Number.POSITIVE_INFINITY : hook.globalTimeout - BEFORE_GLOBAL_LIMIT_MS;
  return { at: since + Math.min(shouldRun, limit), cut: limit < shouldRun };
}

/** When half of a drain's time is over, in milliseconds since 1970: then the log names what is in the way. */
export function halfTimeOf({ since }: Termination, { at }: Deadline): number {
  return since + (at - since) / 2;
}

/** What is decided when the drain's time is over; undefined where the hook's own timeout is left to decide. */
export function atDeadline({ memory, settings }: Termination, observed: Observation): Decision | undefined {
  const left = leftBehind(observed);
  if (left === undefined && settings.onTimeout !== "leave") {
    return complete(memory, "CONTINUE", "drained, as the drain's time was over");
  }
  switch (settings.onTimeout) {
    case "continue":
      return complete(memory, "CONTINUE", `the drain's time is over; still there: ${left}`);
    case "abandon":
      return complete(
        memory,
        "ABANDON",
        `the drain's time is over; ${fateOf(observed)}; still there: ${left}`,
      );
    case "leave":
      return undefined;
    default:
      return settings.onTimeout satisfies never;
  }
}

/** What the log says of the hook's timeouts and of the drain's deadline, when they are first known. */
export function timeoutWarning(termination: Termination, hook: Hook): Warning {
  const { at, cut } = deadlineOf(termination, hook);
  return {
    level: cut ? "warn" : "info",
    phrase: "held by the lifecycle hook",
    fields: {
      life_cycle_hook_name: hook.name,
      heartbeat_timeout_seconds: hook.heartbeatTimeout / 1_000,
      global_limit_seconds: hook.globalTimeout / 1_000,
      drain_deadline: timeText(at),
      ...(cut ? { reason: "the hook's global limit comes before drain_timeout_seconds" } : {}),
    },
  };
}

/** What the log says when half of a drain's time is over. */
export function halfTimeWarning(
  termination: Termination,
  observed: Observation,
  deadline: Deadline,
  left: string,
): Warning {
  const ends = {
    continue: "the lifecycle action is completed with CONTINUE",
    abandon: `the lifecycle action is completed with ABANDON: ${fateOf(observed)}`,
    leave: "no more heartbeats are sent, and the hook's own timeout decides",
  }[termination.settings.onTimeout];
  return {
    level: "warn",
    phrase: "half of the drain's time is over",
    fields: { waiting_for: left, drain_deadline: timeText(deadline.at), ends_with: ends },
  };
}

// Since its retention policy, ABANDON need not be the end of an instance (AWS: InstanceLifecyclePolicy).
function fateOf({ retains }: Observation): string {
  if (retains === undefined) return "whether the group then keeps the instance could not be read";
  return retains
    ? "by the group's retention policy the instance is kept, as Terminating:Retained"
    : "the instance is terminated";
}
