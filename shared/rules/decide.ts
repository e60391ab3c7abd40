// Rule 1: only in a wait state.

import { event } from "../model/blocker.ts";
import type { CutOff } from "../model/cut-off.ts";
import type { Decision } from "../model/decision.ts";
import { type GroupInstance, hookOf } from "../model/hooks.ts";
import { isHeldForTermination, situationOf } from "../model/lifecycle-state.ts";
import type { Memory } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import type { DropReason, HookEndedFirst } from "../model/reason.ts";
import type { Termination } from "../model/termination.ts";
import { cutOffByHook } from "./deadline.ts";
import { drop, dropCutOff, wait } from "./decision.ts";
import { decideDraining } from "./draining.ts";
import { remember } from "./remember.ts";
import { comesBack } from "./restore-plan.ts";
import { decideReturning } from "./returning.ts";
import { decideInterrupted, decideUnproven } from "./spot-interruption.ts";
import { unreadAbout } from "./still-there.ts";
import { hasActionEnded, terminatesAfterAll } from "./superseded-action.ts";
import { ABSENT_MS, AHEAD_MS, NOTICE_MS, STALE_MS } from "./timings.ts";
import { dropOthers, isAnothers, isHeldByOurs } from "./whose-hook.ts";

/**
 * Decides what to do about one instance, by all the rules of a drain. Data goes in, and data comes out. This pass's observation
 * decides. The memory only tells since when things are so, and what was seen and done.
 *
 * @param now in milliseconds since 1970
 */
export function decide(before: Termination, observed: Observation, now: number): Decision {
  // The blocker of the last pass may be gone by now.
  const termination = remembering(before, { recheck: undefined, queuedUntil: undefined });
  const { owner } = observed;
  if (isAnothers(owner) && !isToBeGivenBack(termination, observed)) {
    return dropOthers(termination, observed, owner);
  }
  const unread = unreadAbout("group instance", observed.unread);
  if (unread.length > 0) return wait(termination, now, unread);
  return observed.groupInstance
    ? decidePresent(
        remembering(termination, { absentSince: undefined }),
        observed,
        observed.groupInstance,
        now,
      )
    : decideAbsent(termination, observed, now);
}

// Rule 1. What the lifecycle state means.
function decidePresent(
  termination: Termination,
  observed: Observation,
  { state, group: shownGroup }: GroupInstance,
  now: number,
): Decision {
  const { memory, group, noticedAt, interruptedAt, hook } = termination;
  const isOurGroup = shownGroup === group;
  const situation = isOurGroup ? situationOf(state) : "untouchable";
  if (terminatesAfterAll(memory, observed) && hasActionEnded(memory)) {
    return drop(memory, { why: "superseded", state });
  }
  if (isOurGroup && isHeldByOurs(termination, observed)) {
    return decideDraining(remembered(termination, observed, now), observed, now);
  }
  if (memory.returns !== undefined && isOurGroup && comesBack(termination, observed)) {
    return decideReturning(termination, observed, now, memory.returns);
  }
  // A returning instance passes through such states before a hook holds it again.
  if (situation === "over" && now - termination.since >= AHEAD_MS) {
    const hookEndedFirst = endedFirst(termination, observed, now);
    const cutOff = cutOffByHook(termination, observed, { endedFirst: hookEndedFirst, now });
    return dropOver(memory, { why: "nothing to complete", state, hookEndedFirst }, cutOff);
  }
  // If a hook's drain has joined the notice's, the message is kept beyond the interruption.
  const isDue = hook !== undefined && now >= (interruptedAt ?? 0) + NOTICE_MS;
  if (interruptedAt !== undefined && isOurGroup && !isDue) {
    return decideInterrupted(remembered(termination, observed, now), observed, now, interruptedAt);
  }
  if (noticedAt !== undefined && isOurGroup && hook === undefined)
    return decideUnproven(termination, observed, now, noticedAt);
  if (situation === "held" && hook !== undefined) return decideWithoutHook(termination, observed, now);
  if (situation === "soon" || situation === "held") {
    return wait(termination, now, [{ kind: "lifecycle state", state, awaited: "end of wait" }]);
  }
  if (now - termination.since >= STALE_MS) {
    const other = isOurGroup ? undefined : shownGroup;
    return drop(memory, { why: "not terminating", state, group: other }, "warn");
  }
  // The message may be ahead of what Auto Scaling shows.
  return wait(termination, now, [{ kind: "lifecycle state", state, awaited: "termination" }]);
}

// Another hook holds the instance, and ours is gone from its group; or the hooks could not be read. A hook that was just put may
// not show yet.
function decideWithoutHook(termination: Termination, observed: Observation, now: number): Decision {
  const unread = unreadAbout("hooks", observed.unread);
  if (unread.length > 0) return wait(termination, now, unread);
  if (now - termination.since >= STALE_MS) return dropOthers(termination, observed, "gone");
  return wait(termination, now, [event("hook known")]);
}

// Whoever holds it now, an instance that comes back gets what was taken from it.
function isToBeGivenBack(termination: Termination, observed: Observation): boolean {
  return comesBack(termination, observed) && !isHeldForTermination(observed);
}

function decideAbsent(termination: Termination, observed: Observation, now: number): Decision {
  const absentSince = termination.memory.absentSince ?? now;
  const absent = remembering(termination, { absentSince });
  if (now - absentSince >= ABSENT_MS) {
    const hookEndedFirst = endedFirst(termination, observed, absentSince);
    const cutOff = cutOffByHook(termination, observed, { endedFirst: hookEndedFirst, now: absentSince });
    return dropOver(absent.memory, { why: "absent", hookEndedFirst }, cutOff);
  }
  return wait(absent, now, [event("second absence")], { known: absentSince + ABSENT_MS });
}

function dropOver(memory: Memory, reason: DropReason, cutOff: CutOff | undefined): Decision {
  return cutOff ? dropCutOff(memory, reason, cutOff) : drop(memory, reason);
}

function remembering(termination: Termination, change: Partial<Termination["memory"]>): Termination {
  return { ...termination, memory: { ...termination.memory, ...change } };
}

function remembered(termination: Termination, observed: Observation, now: number): Termination {
  return { ...termination, memory: remember(termination, observed, now) };
}

// A hook that is shorter than the schedule can end before the first pass.
function endedFirst(
  termination: Termination,
  observed: Observation,
  now: number,
): HookEndedFirst | undefined {
  const hook = hookOf(termination, observed);
  const { containerInstances, registrations, noContainerInstanceSince, noRegistrationSince } =
    termination.memory;
  const hadPass =
    noContainerInstanceSince !== undefined ||
    noRegistrationSince !== undefined ||
    containerInstances.length + registrations.length > 0;
  if (!hook || hadPass || now - termination.since < hook.heartbeatTimeout) return undefined;
  return { heartbeatTimeout: hook.heartbeatTimeout };
}
