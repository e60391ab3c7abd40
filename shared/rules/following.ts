import type { Complete, Drop } from "../model/decision.ts";
import type { FollowDecision, FollowedView, InCluster } from "../model/following.ts";
import { situationOf } from "../model/lifecycle-state.ts";
import { type Memory, NO_MEMORY } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import { keysOf } from "../model/settings.ts";
import { INACTIVE, isSilent } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { FOLLOW_EVERY_MS, FOLLOW_MS, SECOND, UNKNOWN_MS } from "./timings.ts";

/** In these lifecycle states no hook holds the instance any more, and it dies. A retained one lives on. */
const DYING: ReadonlySet<string> = new Set([
  "Terminating:Proceed",
  "Warmed:Terminating:Proceed",
  "Terminated",
  "Warmed:Terminated",
]);

/**
 * Rule 7. The termination as it is followed after its drain. Undefined if there is nothing to follow. ECS takes an instance that
 * ends out of its cluster only while its agent is connected. Otherwise ECS counts its tasks as running for ever (ECS API
 * Reference, DeregisterContainerInstance).
 *
 * @param observed what the last pass showed. It did not look into the clusters if no hook held the instance any more.
 */
export function toFollow(
  { memory, settings, ...termination }: Termination,
  observed: Observation,
  end: Complete | Drop,
  now: number,
): Termination | undefined {
  if (settings.deregisterContainerInstance === "never" || memory.returns !== undefined) return undefined;
  if (!mayBeInACluster({ memory, settings })) return undefined;
  const isCompleted = end.kind === "complete";
  const mayBeSilent = observed.unread.tasks !== undefined || silentIn(observed).length > 0;
  if (isCompleted ? !mayBeSilent : !isDying(end)) return undefined;
  // Only its clusters matter from now on, so the message is short. The hook may be deleted before the instance is dead.
  const ofClusters = { ...settings, elbNames: [], targetGroups: [] };
  return {
    ...termination,
    told: keysOf(ofClusters),
    settings: ofClusters,
    memory: {
      ...NO_MEMORY,
      containerInstances: memory.containerInstances,
      logged: memory.logged,
      ofLaterVersion: memory.ofLaterVersion,
      followedSince: now,
      nextPassAt: isCompleted ? now + FOLLOW_EVERY_MS : now,
    },
  };
}

// Where no pass has looked into any cluster, it may be in one that nobody named.
function mayBeInACluster({ memory, settings }: Pick<Termination, "memory" | "settings">): boolean {
  if (memory.containerInstances.length > 0) return true;
  if (memory.noContainerInstanceSince !== undefined) return false;
  return settings.clusterNames.length > 0 || settings.discover === "all";
}

/** Rule 7. The container instances of an instance whose agent is silent, as a pass shows them. */
export function silentIn({ clusterInstances, silentTwins }: Observation): InCluster[] {
  return [...clusterInstances, ...silentTwins]
    .filter(isSilent)
    .map(({ cluster, containerInstance }) => ({ cluster, containerInstance }));
}

function isDying({ reason }: Drop): boolean {
  return reason.why === "absent" || (reason.why === "nothing to complete" && DYING.has(reason.state));
}

/** Rule 7. Whether a termination's drain is over, and its instance is only followed. */
export function isFollowed({ memory }: Pick<Termination, "memory">): boolean {
  return memory.followedSince !== undefined;
}

/** Rule 7. How long the message of an instance that is followed stays in the queue before anybody receives it, in whole seconds. */
export function delaySeconds(termination: Termination, now: number): number {
  if (!isFollowed(termination)) return 0;
  const left = Math.min((termination.memory.nextPassAt ?? now) - now, FOLLOW_EVERY_MS);
  return Math.max(0, Math.ceil(left / SECOND));
}

/**
 * Rule 7. What is done about an instance that is followed. Its container instances leave their clusters once EC2 says that it is
 * terminated, and at no other word. What was not answered leaves it as it is.
 */
export function decideFollowed(
  { memory: before }: Termination,
  view: FollowedView,
  now: number,
): FollowDecision {
  const allSilent = view.containerInstances.filter(isSilent);
  const silent = allSilent.filter(({ permitted }) => permitted);
  const memory = rememberFollowed(before, view, now);
  const { unread, instance } = view;
  const followed = { memory, silent };
  if (unread.tasks !== undefined) return orGiveUp({ ...followed, kind: "follow" }, view, now);
  if (allSilent.length === 0) return { ...followed, kind: "end", reason: { why: "not silent" } };
  // A hook's metadata may name its cluster.
  if (unread.hooks !== undefined) return orGiveUp({ ...followed, kind: "follow" }, view, now);
  if (silent.length === 0)
    return { memory, silent: allSilent, kind: "end", reason: { why: "not permitted" } };
  if (instance === "terminated") {
    const steps = silent.map(({ cluster, containerInstance }) => ({
      kind: "deregister container instance" as const,
      cluster,
      containerInstance: containerInstance.arn,
      force: true,
    }));
    return orGiveUp({ ...followed, kind: "take out", steps }, view, now);
  }
  // EC2 no longer knows it. That is not EC2's word that it is terminated.
  if (memory.unknownSince !== undefined && now - memory.unknownSince >= UNKNOWN_MS) {
    return { ...followed, kind: "end", reason: { why: "left behind", as: instance } };
  }
  const state = view.groupInstance?.state;
  if (state !== undefined && livesOn(state)) {
    return { ...followed, kind: "end", reason: { why: "lives on", state } };
  }
  return orGiveUp({ ...followed, kind: "follow" }, view, now);
}

function orGiveUp(decision: FollowDecision, { instance }: FollowedView, now: number): FollowDecision {
  const { memory, silent } = decision;
  if (now - (memory.followedSince ?? now) < FOLLOW_MS) return decision;
  return { memory, silent, kind: "end", reason: { why: "left behind", as: instance } };
}

function rememberFollowed(before: Memory, view: FollowedView, now: number): Memory {
  const { groupInstance, instance } = view;
  // Another hook may hold it for hours.
  const isHeld = groupInstance !== undefined && isHeldIn(groupInstance.state);
  const seen = view.containerInstances
    .filter(({ containerInstance }) => containerInstance.status !== INACTIVE)
    .map(({ cluster, containerInstance: { arn } }) => ({ cluster, arn }));
  const unknownSince = instance === "unknown" ? (before.unknownSince ?? now) : undefined;
  return {
    ...before,
    containerInstances: view.unread.tasks === undefined ? seen : before.containerInstances,
    // A message may say anything, also a time to come.
    followedSince: isHeld ? now : Math.min(before.followedSince ?? now, now),
    unknownSince: view.unread.instance === undefined ? unknownSince : before.unknownSince,
    nextPassAt: now + FOLLOW_EVERY_MS,
  };
}

// A retained instance is kept, and one in service did not terminate at all.
function livesOn(state: string): boolean {
  return !DYING.has(state) && !isHeldIn(state);
}

function isHeldIn(state: string): boolean {
  return ["held", "soon"].includes(situationOf(state));
}
