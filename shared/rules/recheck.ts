// Rule 11: patience is not failure.

import type { Memory, RecheckableBlocker } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import type { Rechecked, RecheckRequest } from "../model/recheck.ts";
import { isOurs, isSame, type Registration, seenOf } from "../model/registration.ts";
import { type ClusterInstance, inTheirClusters, liveTasks } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { ahead, pace } from "./decision.ts";
import { nextHeartbeatAt } from "./heartbeat.ts";
import { noTasksToRunSince } from "./remember.ts";
import { isSearching } from "./rounds.ts";
import { orphanTimeOf, pointingAt } from "./steps.ts";
import { mayBeStopped, mustGoFirst } from "./stop-tasks.ts";
import { NOTICE_MS, RECHECKS_MS } from "./timings.ts";

/**
 * Rule 11. The one blocker to recheck after this pass, and until when rechecks are enough. While it is there, only rules that go
 * by time can have anything to do. Undefined if that is not certain: then a pass follows.
 *
 * @param times when something is due even if the blocker stays, in milliseconds since 1970; those that have passed do not count
 */
export function blockerToRecheck(
  termination: Termination,
  observed: Observation,
  now: number,
  times: readonly (number | undefined)[],
): Termination["memory"]["recheck"] {
  const { noticedAt, memory } = termination;
  const isUnread = Object.keys(observed.unread).length > 0;
  if (isSearching(observed)) return undefined;
  const isNoticed = noticedAt !== undefined && now < noticedAt + NOTICE_MS;
  if (isUnread || isNoticed || memory.unknownSince !== undefined) return undefined;
  // A heartbeat may have failed, or must tell which lifecycle action it is. Only a pass sends it.
  const heartbeatAt = nextHeartbeatAt(termination, observed);
  if (heartbeatAt !== undefined && heartbeatAt <= now) return undefined;
  const { registrations } = observed;
  if (registrations.some((each) => each.invalid || (each.state === "registered" && isOurs(each)))) {
    return undefined;
  }
  const blocker = inTheWay(termination, observed);
  if (blocker === undefined) return undefined;
  const orphans = registrations
    .filter((each) => each.state === "registered")
    .map((each) => orphanTimeOf(each, termination, observed));
  return { blocker, until: Math.min(now + RECHECKS_MS, ...ahead([...times, ...orphans], now)) };
}

/**
 * Rule 11. What to recheck about a termination instead of a pass. Undefined if that is not enough. A message may have any time
 * for its end, so none is believed that is later than we would have written.
 */
export function recheckOf(before: Termination, index: number, now: number): RecheckRequest | undefined {
  const { recheck } = before.memory;
  if (recheck === undefined || now >= recheck.until || recheck.until > now + RECHECKS_MS) return undefined;
  return { index, before, blocker: recheck.blocker, drainsSince: drainsSince(recheck.blocker, before) };
}

// A target that we took out drains for all of its group's deregistration delay, whether or not a connection is left. If somebody
// else took it out, nobody knows since when it drains.
function drainsSince(blocker: RecheckableBlocker, { memory }: Termination): number | undefined {
  if (blocker.kind !== "registration" || blocker.state !== "draining") return undefined;
  const times = memory.deregistered
    .filter(({ what }) => isSame(what, blocker.registration))
    .map(({ at }) => at);
  return times.length === 0 ? undefined : Math.max(...times);
}

/**
 * Rule 11. The termination as it keeps waiting, if its blocker is still there or could not be read. Undefined if the blocker is
 * gone, and a pass is needed.
 */
export function afterRecheck({ before, blocker, answer }: Rechecked, now: number): Termination | undefined {
  if ("unread" in answer) return stillWaiting(before, now, { failures: before.memory.failures + 1 });
  const { value } = answer;
  if (!value.isThere) return undefined;
  const { memory } = before;
  const { tasks, until } = value;
  if (tasks === undefined || blocker.kind !== "tasks" || memory.recheck === undefined) {
    return stillWaiting(before, now, { lastSeenAt: now }, until);
  }
  const change = {
    lastSeenAt: now,
    recheck: { ...memory.recheck, blocker: { ...blocker, tasks: tasks.left } },
    noTasksToRunSince: noTasksToRunSince(memory, [tasks.on], now),
  };
  return stillWaiting(before, now, change, until);
}

function stillWaiting(
  { memory, ...termination }: Termination,
  now: number,
  change: Partial<Memory>,
  known?: number,
): Termination {
  const { recheck, changedAt = now } = memory;
  const next = known ?? now + pace(termination.settings, changedAt, now);
  return {
    ...termination,
    memory: { ...memory, ...change, nextPassAt: Math.min(next, recheck?.until ?? now) },
  };
}

function inTheWay(termination: Termination, observed: Observation): RecheckableBlocker | undefined {
  const { registrations } = observed;
  const [clusterInstance, ...others] = inTheirClusters(observed.clusterInstances);
  if (!clusterInstance) return registrationOf(registrations);
  // If the agent is silent, the instance may be dead, and neither tasks nor targets would tell.
  if (others.length > 0 || !clusterInstance.containerInstance.agentConnected) return undefined;
  if (clusterInstance.containerInstance.status === "ACTIVE")
    return registrationOf(pointingAt(clusterInstance, observed));
  if (clusterInstance.containerInstance.status !== "DRAINING") return undefined;
  const live = liveTasks(clusterInstance);
  if (live.length === 0) return registrationOf(registrations);
  const leaving = live.filter((task) => !mayBeStopped(clusterInstance, task, termination));
  if (leaving.length > 0) return tasksOf(clusterInstance, leaving);
  const first = mustGoFirst(termination, observed);
  if (first.length > 0) return registrationOf(first);
  return live.some((task) => task.shouldRun) ? undefined : tasksOf(clusterInstance, live);
}

function tasksOf(
  { cluster, containerInstance }: ClusterInstance,
  tasks: ClusterInstance["tasks"],
): RecheckableBlocker {
  const { arn, tasksToRun } = containerInstance;
  return {
    kind: "tasks",
    cluster,
    containerInstance: arn,
    tasksToRun: tasks.some((task) => task.shouldRun) ? tasksToRun : 0,
    tasks: tasks.map((task) => task.arn),
  };
}

// All must be gone, so any of them will do.
function registrationOf(registrations: readonly Registration[]): RecheckableBlocker | undefined {
  const usable = registrations.find((each) => each.canRecheckRegistered || each.state === "draining");
  if (!usable) return undefined;
  const { target, state } = usable;
  return { kind: "registration", registration: seenOf(usable), target, state };
}
