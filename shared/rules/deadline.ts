// Rule 6: a drain has an end.

import { timeText } from "../base/time-text.ts";
import { type Blocker, isLeftover } from "../model/blocker.ts";
import type { CutOff } from "../model/cut-off.ts";
import type { Decision, Warning } from "../model/decision.ts";
import { type Hook, hookOf } from "../model/hooks.ts";
import type { AutoScalingView, Observation } from "../model/observation.ts";
import type { HookEndedFirst } from "../model/reason.ts";
import type { Termination } from "../model/termination.ts";
import { complete } from "./decision.ts";
import { stillThere } from "./still-there.ts";
import { BEFORE_GLOBAL_LIMIT_MS, CLOCKS_APART_MS, CUT_OFF_TOLD_MS, SECOND } from "./timings.ts";
import { isHeldByOurs } from "./whose-hook.ts";

/** When a drain ends at the latest, in milliseconds since 1970, and whether the hook's global limit cuts it short. */
export type Deadline = { readonly at: number; readonly cut: boolean };

/**
 * The deadline of a drain. Its own time counts from when it was begun, and the hook's global limit from when the lifecycle action
 * began. On a dry run nothing begins, so the time is told as if it had begun with the action. The function that ends a drain may have
 * a clock that is ahead of that of the one that began it.
 */
export function deadlineOf(termination: Termination, hook: Hook | undefined): Deadline {
  const wanted =
    beginningOf(termination) + termination.settings.drainTimeoutSeconds * SECOND + CLOCKS_APART_MS;
  const limit = limitOf(termination, hook);
  return { at: Math.min(wanted, limit), cut: limit < wanted };
}

/**
 * Whether a drain's time is over. That of a drain that was not begun is not, since nobody could work on it: only the hook's global
 * limit ends it.
 *
 * @param now in milliseconds since 1970
 */
export function isTimeOver(termination: Termination, hook: Hook | undefined, now: number): boolean {
  const hasBegun = termination.memory.begunAt !== undefined;
  return now >= (hasBegun ? deadlineOf(termination, hook).at : limitOf(termination, hook));
}

/**
 * Rule 6. The termination, no older than the activity that terminates its instance. A message may say anything about when it
 * began, and so may a memory.
 */
export function noOlderThanActivity(
  { since, memory, ...termination }: Termination,
  { activity }: Pick<AutoScalingView, "activity">,
): Termination {
  if (activity === undefined || activity === "none") return { ...termination, since, memory };
  const { startedAt } = activity;
  const begunAt = memory.begunAt === undefined ? undefined : Math.max(memory.begunAt, startedAt);
  return { ...termination, since: Math.max(since, startedAt), memory: { ...memory, begunAt } };
}

/**
 * Rule 6. Whether the end of a drain's time may be acted upon: Auto Scaling shows that the termination is that old. A drain that
 * was not begun is on a dry run, in which nothing is done.
 *
 * @param now in milliseconds since 1970
 */
export function isEndDue(termination: Termination, observed: Observation, now: number): boolean {
  if (now < deadlineOf(termination, hookOf(termination, observed)).at) return false;
  return termination.memory.begunAt === undefined || isProven(observed);
}

/**
 * Rule 6. By when there must be another pass for the deadline, in milliseconds since 1970. A deadline may come after the pass asked
 * Auto Scaling. Then nothing tells yet how old the termination is.
 */
export function nextEndAt(deadline: Deadline, { activity, unread }: Observation, now: number): number {
  const isAsked = activity !== undefined || unread["scaling activity"] !== undefined;
  return now < deadline.at || isAsked ? deadline.at : now + SECOND;
}

/** Rule 6. Whether a later pass may well show how old the termination is. Until then, the hook is kept alive. */
export function isProofAwaited({ unread }: Pick<AutoScalingView, "unread">): boolean {
  const why = unread["scaling activity"]?.why;
  return why === "throttled" || why === "unavailable" || why === "out of time";
}

function isProven({ activity }: Pick<AutoScalingView, "activity">): boolean {
  return activity !== undefined && activity !== "none";
}

/** When half of a drain's time is over, in milliseconds since 1970. The log then names the blockers. */
export function halfTimeOf(termination: Termination, { at }: Deadline): number {
  const from = beginningOf(termination);
  return from + (at - from) / 2;
}

/**
 * Rule 6. The termination with the time at which its drain was begun. That is the first pass that could work on it: one of a run
 * that is not dry, and that shows that the hook holds the instance. It happens once. A later outage extends nothing.
 *
 * @param now in milliseconds since 1970
 */
export function begin(termination: Termination, view: AutoScalingView, now: number): Termination {
  const { memory } = termination;
  // A time in the future is wrong: clocks differ, and messages can be forged.
  const hasBegun = memory.begunAt !== undefined && memory.begunAt <= now;
  if (hasBegun || !isHeldByOurs(termination, view)) return termination;
  return { ...termination, memory: { ...memory, begunAt: now } };
}

function beginningOf({ since, memory }: Termination): number {
  // No drain is older than its lifecycle action.
  return Math.max(memory.begunAt ?? since, since);
}

function limitOf({ since }: Termination, hook: Hook | undefined): number {
  return hook === undefined ? Number.POSITIVE_INFINITY : since + hook.globalTimeout - BEFORE_GLOBAL_LIMIT_MS;
}

/** Rule 6. The decision when the drain's time is over. Undefined if the hook's own timeout decides. */
export function atDeadline(termination: Termination, observed: Observation): Decision | undefined {
  const { memory, settings } = termination;
  const left = stillThere(observed);
  const isCut = deadlineOf(termination, hookOf(termination, observed)).cut;
  const cutOff = { left, setting: isCut ? "heartbeat_timeout_seconds" : "drain_timeout_seconds" } as const;
  if (left.length === 0 && settings.onTimeout !== "leave") {
    return complete(memory, "CONTINUE", { why: "drained at the deadline" });
  }
  switch (settings.onTimeout) {
    case "continue":
      return complete(memory, "CONTINUE", { why: "deadline", left }, cutOff);
    case "abandon":
      // With a retention policy, ABANDON need not be the end of an instance (AWS: InstanceLifecyclePolicy).
      return complete(
        memory,
        "ABANDON",
        { why: "deadline with ABANDON", left, retains: observed.retains },
        cutOff,
      );
    case "leave":
      return undefined;
    default:
      return settings.onTimeout satisfies never;
  }
}

/**
 * Rule 6. That the hook's own timeout has ended a drain with something left, or undefined: nobody had a pass before it, or the settings
 * left the end to it.
 *
 * @param now when the hook no longer held the instance, at the latest, in milliseconds since 1970
 */
export function cutOffByHook(
  termination: Termination,
  observed: Observation,
  { endedFirst, now }: { readonly endedFirst: HookEndedFirst | undefined; readonly now: number },
): CutOff | undefined {
  const { settings, memory, since } = termination;
  if (endedFirst && now - since < endedFirst.heartbeatTimeout + CUT_OFF_TOLD_MS)
    return { left: undefined, setting: "heartbeat_timeout_seconds" };
  const left = memory.blockers.filter(isLeftover);
  const isLeft = settings.onTimeout === "leave" && left.length > 0;
  return isLeft && isTimeOver(termination, hookOf(termination, observed), now)
    ? { left, setting: "on_timeout" }
    : undefined;
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

/** The line for when a drain's time seems to be over, and nothing proves it. The hook's own timeout then ends the drain. */
export function unprovenWarnings(
  termination: Termination,
  observed: Observation,
  deadline: Deadline,
  now: number,
): Warning[] {
  const denied = observed.unread["scaling activity"];
  const isKnown = denied !== undefined || observed.activity === "none";
  if (!isKnown || isProofAwaited(observed) || now < deadline.at) return [];
  if (termination.settings.onTimeout === "leave") return [];
  return [
    {
      level: "warn",
      kind: "deadline not proven",
      fields: { drain_deadline: timeText(deadline.at) },
      reason: { why: denied === undefined ? "no activity" : "activity unread" },
    },
  ];
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
