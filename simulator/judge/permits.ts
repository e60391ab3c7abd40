import type { Actor, StoryLine } from "../kernel/story.ts";
import type { AllowedBy } from "./damage.ts";
import { READ_LAG_LIMIT_MS, type Scope } from "./scope.ts";
import type { Spot, TaskThere, There } from "./whereabouts.ts";

/** A hook of ours that holds an instance, or did. Times in milliseconds since 1970. */
export type Hold = {
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  /** By what it is judged: the settings as they are, or as they were when it ended. */
  scope: Scope;
  readonly askedAt: number;
  /** When one of us could first work on it; undefined while none could. */
  begunAt: number | undefined;
  /** Whether the function that saw it last took its hook for another's, and dropped what stood for it. */
  isTurnedAway: boolean;
  /** Who of us saw it on a dry run, and until when: infinity while they have not seen it on any other. */
  readonly dryUntil: Map<string, number>;
  ended:
    | (Pick<Extract<StoryLine, { kind: "action-ended" }>, "at" | "how" | "by"> & { knownUntil: number })
    | undefined;
};

/** What a permit is looked for: a registration or a task, and what its own end would have taken. */
export type Lost = {
  /** Since when it is there, in milliseconds since 1970. */
  readonly since: number;
  /** Who put it there. */
  readonly by: Actor;
  /** Whether the settings tell a drain to wait for it: named, or a service's in a named cluster. */
  readonly isNamed: (scope: Scope) => boolean;
  /** Whether it counts from the functions' next round on: a person has registered it, where nobody names that. */
  readonly isForNextRound: (hold: Hold) => boolean;
  /** Whether it was on its way: more time would have saved it. */
  readonly isGoing: boolean;
  /** The cluster of a task. */
  readonly cluster?: string;
  /** Whether it is a task that only a drain with `stop_tasks: all` stops. */
  readonly isStandalone: boolean;
};

/** What permits need to know besides the story. Times in milliseconds. */
export type PermitFacts = {
  readonly suspects: ReadonlySet<string>;
  /** Whether a function is on a dry run at the moment. */
  readonly isDry: (caller: string) => boolean;
  /** How far reads lag. */
  readonly readLag: () => number;
};

/** Up to when whoever acts on reads can know what has happened, in milliseconds since 1970. */
export function knownUntil(readSince: number, readLag: number): number {
  return readSince - Math.min(readLag, READ_LAG_LIMIT_MS);
}

/** What allowed an instance to end while something was still there; undefined where nothing did. */
export function allowedAtEnd(
  there: There,
  hold: Hold | undefined,
  lost: Lost,
  facts: PermitFacts,
): AllowedBy | undefined {
  const { by } = there.ended ?? { by: "auto-scaling" };
  if (by === "ec2") return "Spot interruption";
  if (by !== "auto-scaling") return facts.suspects.has(by) ? undefined : "a person's act";
  // Its group was deleted, or nothing held it, as with a retained instance that somebody ends.
  if (!hold?.ended) return "a person's act";
  const { how, at, by: ender } = hold.ended;
  if (how === "hook-deleted") return "a person's act";
  if (how === "timeout") return allowedAtTimeout(hold, at);
  if (how === "cancelled") return facts.suspects.has(ender) ? "on_timeout" : "another hook";
  return facts.suspects.has(ender) ? allowedAtCompletion(there, hold, lost) : "a person's act";
}

// The hook's own timeout ended it.
function allowedAtTimeout(hold: Hold, at: number): AllowedBy {
  if (hold.dryUntil.size > 0 && hold.begunAt === undefined) return "dry_run";
  return isLeft(hold, at) ? "on_timeout" : "the hook's own timeout";
}

/** Whether a drain has left its hook to the hook's own timeout by a time, in milliseconds since 1970. */
export function isLeft({ askedAt, begunAt, scope }: Hold, at: number): boolean {
  const { leavesAfter } = scope.permits;
  return leavesAfter !== undefined && at >= (begunAt ?? askedAt) + leavesAfter;
}

/** From when on a drain may end with whatever is left, in milliseconds since 1970. Never, where it leaves that to its hook. */
export function dueAt({ askedAt, begunAt, scope }: Hold): number {
  const { patience, globalLimit } = scope;
  if (patience === undefined) return Number.POSITIVE_INFINITY;
  return Math.min((begunAt ?? askedAt) + patience, askedAt + globalLimit);
}

// The hook's global limit comes before the drain's own time is over, so that a longer drain_timeout_seconds gives no more of it.
function isByGlobalLimit(hold: Hold): boolean {
  return dueAt(hold) === hold.askedAt + hold.scope.globalLimit;
}

// One of us completed the hook.
function allowedAtCompletion(there: There, hold: Hold, lost: Lost): AllowedBy | undefined {
  const { at, knownUntil: known } = hold.ended as NonNullable<Hold["ended"]>;
  const byDeadline = allowedByDeadline(there, hold, lost);
  if (byDeadline) return byDeadline;
  if (lost.since > at) return lost.by === "operator" ? "a person's act" : "another hook";
  const unlooked = lost.isNamed(hold.scope) ? undefined : allowedByDiscovery(hold.scope);
  if (unlooked) return unlooked;
  if (lost.isForNextRound(hold)) return "a person's act";
  return lost.since > known ? "settle_seconds" : undefined;
}

function allowedByDeadline(there: There, hold: Hold, lost: Lost): AllowedBy | undefined {
  const { at } = hold.ended as NonNullable<Hold["ended"]>;
  if (at < dueAt(hold)) return undefined;
  if (lost.isGoing) return isByGlobalLimit(hold) ? "the hook's own timeout" : "drain_timeout_seconds";
  // In a cluster that may not be changed, nothing makes it leave.
  if (lost.cluster !== undefined && !hold.scope.permits.changeable.has(lost.cluster)) return "clusters";
  const isHeard = [...there.containerInstances.values()].every(({ connected }) => connected);
  return lost.isStandalone && isHeard && hold.scope.isToStop !== "all" ? "stop_tasks" : "on_timeout";
}

/** What allows that nobody looked where nothing is named. */
export function allowedByDiscovery({ permits: { discover } }: Scope): AllowedBy | undefined {
  return discover === "all" ? undefined : `discover: ${discover}`;
}

/** What allowed a task behind a registration to get SIGTERM because its instance was set DRAINING. */
export function allowedAtDraining(
  { there, scope }: { readonly there: There; readonly scope: Scope },
  { task, spot, lost }: { readonly task: TaskThere; readonly spot: Spot; readonly lost: Lost },
  facts: PermitFacts,
): AllowedBy | undefined {
  const draining = there.draining(task.cluster);
  if (!draining) return "a person's act";
  if (there.interrupted) return "Spot interruption";
  if (draining.by === "ecs") return "managed draining";
  if (!facts.suspects.has(draining.by)) return "a person's act";
  if (spot.by === "operator" && spot.since > draining.at) return "a person's act";
  if (!lost.isNamed(scope)) return allowedByDiscovery(scope);
  const known = knownUntil(draining.readSince, facts.readLag());
  return lost.since > known || task.since > known ? "the read lag" : undefined;
}
