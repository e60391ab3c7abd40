// Rule 17: what nobody names.

import { type Blocker, event } from "../model/blocker.ts";
import type { Warning } from "../model/decision.ts";
import { situationOf } from "../model/lifecycle-state.ts";
import type { Memory } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import { type ClusterInstance, liveTasks } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import {
  DISCOVERS_MS,
  RECHECKS_MS,
  ROUND_EVERY_MS,
  ROUND_FRESH_MS,
  ROUND_SLICE_MS,
  SECOND,
} from "./timings.ts";

/**
 * Rule 17. Whether a termination needs a round: none was whole so far, or the last one will soon be too old. An instance whose
 * drain is over needs none.
 */
export function isRoundDue({ settings, memory }: Termination, now: number): boolean {
  if (memory.followedSince !== undefined) return false;
  return settings.discover !== "named" && ageOf(memory, now) >= ROUND_EVERY_MS;
}

/** Rule 17. Whether the last whole round is new enough to complete by it. */
export function isRoundFresh({ memory }: Termination, now: number): boolean {
  return ageOf(memory, now) < ROUND_FRESH_MS;
}

// No round was whole in a time to come, whatever a message says.
function ageOf({ roundAt }: Memory, now: number): number {
  return roundAt === undefined || roundAt > now ? Number.POSITIVE_INFINITY : now - roundAt;
}

/**
 * Rule 17. Until when a run may go on with a round, in milliseconds since 1970. Another run of the same function must not have
 * begun its own.
 */
export function roundsUntil(startedAt: number): number {
  return startedAt + DISCOVERS_MS;
}

/** Rule 17. Until when a pass may go on with a round. Then it acts on what has been found. */
export function roundUntil(startedAt: number, now: number): number {
  return Math.min(now + ROUND_SLICE_MS, roundsUntil(startedAt));
}

/**
 * Rule 17. Whether to search the clusters again for an instance that was in none of them. An agent may have joined since. That
 * matters once nothing is left, since the lifecycle action may be completed then, and before anything is taken out: a service may
 * have registered it.
 */
export function isSearchedAgain(
  { settings, memory, interruptedAt }: Termination,
  { groupInstance, clusterInstances, silentTwins, registrations, discovery, unread }: Observation,
): boolean {
  const isInNone = [memory.containerInstances, clusterInstances, silentTwins].every(
    (all) => all.length === 0,
  );
  if (settings.discover !== "all" || !discovery || !isInNone || unread.tasks !== undefined) return false;
  const isHeld = groupInstance !== undefined && situationOf(groupInstance.state) === "held";
  if (!isHeld && interruptedAt === undefined) return false;
  const isEmpty = registrations.length === 0 && unread.registrations === undefined;
  return isEmpty ? discovery.isWhole : registrations.some(({ state }) => state === "registered");
}

/**
 * Rule 17. What the search still has to ask, as a blocker. None if a round is whole, or nobody searches. While other things are
 * there, a round that is only made again is not worth telling.
 */
export function searchBlockers(
  { discovery }: Pick<Observation, "discovery">,
  others: readonly Blocker[],
): Blocker[] {
  if (discovery === undefined || discovery.isWhole) return [];
  return discovery.wasWhole && others.length > 0 ? [] : [event("whole round")];
}

/** Rule 17. Whether nobody knows yet which load balancers send to the tasks of an instance. */
export function isSearching({ discovery }: Pick<Observation, "discovery">): boolean {
  return discovery !== undefined && !discovery.wasWhole;
}

/** Rule 17. When the next pass can act on the round, in milliseconds since 1970. Undefined if other things may change sooner. */
export function roundAwaitedUntil(
  { settings }: Termination,
  observed: Observation,
  { left, now }: { readonly left: readonly Blocker[]; readonly now: number },
): number | undefined {
  const { discovery, unread } = observed;
  if (unread.discovery !== undefined || discovery?.expectedAt === undefined) return undefined;
  const isAlone = left.every((each) => each.kind === "event");
  if (!isSearching(observed) && !isAlone) return undefined;
  return Math.min(Math.max(discovery.expectedAt, now + settings.pollSeconds * SECOND), now + RECHECKS_MS);
}

/** Rule 17. What was found that nobody named, names that nothing has, and clusters that nobody allows to change. */
export function searchWarnings(
  { settings }: Termination,
  { discovery, missing, clusterInstances }: Observation,
): Warning[] {
  const isWarn = settings.discover === "warn";
  return [
    ...(discovery?.unnamed ?? []).map(
      ({ kind, name }): Warning => ({
        level: isWarn ? "warn" : "info",
        kind: "found, not named",
        fields: kind === "cluster" ? { cluster: name } : { load_balancer: name },
        reason: { why: isWarn ? "found, left" : "found" },
        about: `${kind} ${name}`,
      }),
    ),
    ...missing.map(
      ({ noun, name }): Warning => ({
        level: "warn",
        kind: "name not found",
        fields: { name },
        reason: { why: "no such name", noun },
        about: `${noun} ${name}`,
      }),
    ),
    ...clusterInstances.filter(isForbidden).map(
      ({ cluster }): Warning => ({
        level: "error",
        kind: "cluster not permitted",
        fields: { cluster, missing_permission: "ecs:UpdateContainerInstancesState" },
        reason: { why: "not permitted" },
        about: cluster,
      }),
    ),
  ];
}

function isForbidden(each: ClusterInstance): boolean {
  const { permitted, containerInstance } = each;
  return !permitted && (containerInstance.status === "ACTIVE" || liveTasks(each).length > 0);
}
