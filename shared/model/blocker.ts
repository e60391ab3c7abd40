import { digestOf } from "../base/digest.ts";
import type { FailureKind } from "../base/errors.ts";
import type { InstanceState } from "./instance-state.ts";

/** Why AWS did not answer: how the call failed, or that the run had no time left to make it. */
type UnreadWhy = FailureKind | "out of time";

/** A question that AWS did not answer: the IAM action, where one was tried, and why. */
export type Unread = { readonly call: string | undefined; readonly why: UnreadWhy };

/** The things that a pass asks AWS for, and that a drain may have to wait for. */
export const ASKED = [
  "group instance",
  "hooks",
  "tasks",
  "registrations",
  "host ports",
  "instance",
  "completion",
  "discovery",
  "scaling activity",
  "interruption",
] as const;
export type Asked = (typeof ASKED)[number];

/** Something that is there on the instance, and must be gone first. */
export type Leftover =
  | {
      readonly kind: "registration";
      readonly loadBalancer: string;
      /** Whether to count the targets. A classic load balancer has the instance, or not. */
      readonly counts: boolean;
      readonly state: "registered" | "draining";
      readonly count: number;
    }
  | { readonly kind: "tasks"; readonly cluster: string; readonly status: string; readonly count: number }
  /** The agent is silent, so the tasks that ECS shows may be long past. */
  | { readonly kind: "agent disconnected"; readonly cluster: string }
  /** A registration of ours drains first, so the container instance is not DRAINING yet. */
  | { readonly kind: "not draining"; readonly cluster: string };

const LEFTOVERS: ReadonlySet<string> = new Set<Leftover["kind"]>([
  "registration",
  "tasks",
  "agent disconnected",
  "not draining",
]);

/** Whether a blocker is something that is there on the instance. */
export function isLeftover(blocker: Blocker): blocker is Leftover {
  return LEFTOVERS.has(blocker.kind);
}

/** Something that a drain waits for until it happens. */
type Event =
  /** The lifecycle state must change: to the start of the termination, or to the end of the wait. */
  | {
      readonly kind: "lifecycle state";
      readonly state: string;
      readonly awaited: "termination" | "end of wait" | "warm pool" | "root volume";
    }
  /** A dead instance must be removed from ECS and the load balancers. `as` is EC2's answer about it. */
  | { readonly kind: "dead instance"; readonly as: InstanceState | undefined }
  /** Other hooks hold the instance too. */
  | { readonly kind: "other hooks"; readonly hooks: readonly string[] }
  | { readonly kind: "event"; readonly event: EventName };

/** Events by name. Each has its words where lines are logged. */
export const EVENT_NAMES = [
  /** No group knows the instance. A second read must agree. */
  "second absence",
  /** A step was just taken, and has to take effect. */
  "effect",
  /** Nothing is left. Reads lag, so a later one must agree. */
  "later read",
  "settled",
  /** The search for what nobody named has not asked everything yet. */
  "whole round",
  "container instance gone",
  "spot interruption",
  "interruption proven",
  "restored",
  "agent back",
  "returned",
  "action known",
  "hook known",
  /** The hook's metadata has changed since the pass. */
  "hook edited",
  /** Something in the hook's metadata is wrong. */
  "hook corrected",
  "action found",
  "released",
  "completion queue",
  "time for it",
  "hook timeout",
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/** A question that AWS did not answer, as a blocker. */
export type UnreadBlocker = Unread & { readonly kind: "unread"; readonly what: Asked };

/** Blockers that a message has no room for: their number, and a digest of the whole list. */
type MoreBlockers = { readonly kind: "more"; readonly count: number; readonly digest: string };

/** One thing that a drain waits for. */
export type Blocker = Leftover | Event | UnreadBlocker | MoreBlockers;

/** How many blockers a message names at the most. */
const NAMED_BLOCKERS = 10;

/** A blocker that is one of the named events. */
export function event(name: EventName): Blocker {
  return { kind: "event", event: name };
}

/** The blocker for something that AWS did not answer. */
export function unreadBlocker(what: Asked, unread: Unread): UnreadBlocker {
  return { kind: "unread", what, ...unread };
}

/** The blockers that are unanswered questions. */
export function unreadOf(blockers: readonly Blocker[]): UnreadBlocker[] {
  return blockers.filter((each) => each.kind === "unread");
}

/** The blockers that are known to be there. */
export function knownOf(blockers: readonly Blocker[]): Blocker[] {
  return blockers.filter((each) => each.kind !== "unread");
}

/** Blockers as a message carries them: the first ones, and a digest that tells whether the list is the same. */
export function asInMessage(blockers: readonly Blocker[], named = NAMED_BLOCKERS): readonly Blocker[] {
  const all = blockers.filter((each) => each.kind !== "more");
  if (all.length <= named) return blockers;
  const count = all.length - named + (moreOf(blockers)?.count ?? 0);
  return [...all.slice(0, named), { kind: "more", count, digest: digestOfAll(blockers) }];
}

/** Whether two lists have the same blockers, in the same order. One of them, or both, may have come in a message. */
export function areSameBlockers(some: readonly Blocker[], others: readonly Blocker[]): boolean {
  return digestOfAll(some) === digestOfAll(others);
}

function digestOfAll(blockers: readonly Blocker[]): string {
  return moreOf(blockers)?.digest ?? digestOf(blockers.map(idOf).join());
}

function moreOf(blockers: readonly Blocker[]): MoreBlockers | undefined {
  return blockers.find((each) => each.kind === "more");
}

// Keys are sorted, since one list comes from a message and the other from a pass.
function idOf(blocker: Blocker): string {
  const given = Object.entries(blocker).filter(([, value]) => value !== undefined);
  return JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}
