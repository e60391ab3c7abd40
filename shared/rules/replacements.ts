// Replacing instances because of notices, a few at a time: a part of rule 12.

import { type Hook, isOurs, type OurHooks } from "../model/hooks.ts";
import type {
  GroupCapacity,
  IgnoreReason,
  ReplaceSettings,
  WaitingNotice,
  WaitReason,
} from "../model/notice.ts";
import { hasNoticeKeys, type NoticeKeys } from "../model/settings.ts";
import { SECOND, WAITING_NOTICE_MS, WARMUP_MS } from "./timings.ts";

/** What is done about a notice of a group. */
export type Replacement = { readonly notice: WaitingNotice } & (
  | { readonly kind: "replace" }
  | { readonly kind: "wait"; readonly reason: WaitReason }
  | { readonly kind: "ignore"; readonly reason: IgnoreReason }
);

/** A group as a run shows it. */
export type GroupView = {
  readonly capacity: GroupCapacity;
  /** Its hooks that are terminate's own. */
  readonly hooks: readonly Hook[];
  /** How many of its instances this run has replaced already: Auto Scaling may not show them yet. */
  readonly started: number;
  /** Its instances in service to which a load balancer of the group does not send. None before anybody has asked. */
  readonly unhealthy: ReadonlySet<string>;
};

/** After so many runs in which a call was denied, a notice is given up. */
const DENIALS = 3;
/** What a notice waits for until the group is whole, and for a while after that. */
const FOR_THE_WHOLE = new Set<WaitReason["why"]>(["others under way", "warms up", "unhealthy targets"]);
/** Processes without which nothing takes an instance's place, or it gets no traffic (Auto Scaling User Guide, on suspending). */
const NEEDED = ["Launch", "Terminate", "AddToLoadBalancer"];
/** States of instances that do not count: nothing follows from them for the group's capacity. */
const APART = /^(Standby|Detach(ing|ed)|Terminated|Terminating:Retained|Warmed:.*)$/;

/** What terminate's own input allows of replacing, whatever the notices' message says. */
export type ReplaceLimits = Pick<ReplaceSettings, "atOnce" | "last"> & {
  /** By what terminate knows the hooks that are ours. */
  readonly ours: OurHooks;
};

/**
 * Rule 12. What terminate's input allows. Without any key about notices it says nothing of how many go at once. The message then
 * does, if it is known who sent it. Otherwise anybody may have, and the defaults count.
 */
export function replaceLimitsOf(keys: NoticeKeys, ours: OurHooks, areSendersKnown: boolean): ReplaceLimits {
  const isUnlimited = areSendersKnown && !hasNoticeKeys(keys);
  const { replace_at_once: atOnce = 1, replace_last: last = false } = keys;
  return isUnlimited ? { atOnce: Number.POSITIVE_INFINITY, last: true, ours } : { atOnce, last, ours };
}

/** Rule 12. The settings of notices, within what terminate's input allows. */
export function within({ atOnce, last, ours }: ReplaceSettings, limits: ReplaceLimits): ReplaceSettings {
  return { atOnce: Math.min(atOnce, limits.atOnce), last: last && limits.last, ours };
}

/**
 * Rule 12. What is done about the notices of one group. The lowest instance id goes first, so that runs side by side choose the
 * same instance. The others wait until the group is whole again, and its load balancers send to all of it.
 */
export function decideReplacements(
  notices: readonly WaitingNotice[],
  view: GroupView,
  policy: ReplaceSettings,
  now: number,
): Replacement[] {
  const inOrder = [...notices].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  const wholeSince = wholeSinceOf(notices, now);
  let { started } = view;
  return inOrder.map((notice): Replacement => {
    const ignored = ignoredBecause(notice, view, policy);
    if (ignored) return { notice, kind: "ignore", reason: ignored };
    const others = othersUnderWay({ ...view, started }, policy);
    if (others) return orGivenUp({ ...notice, wholeSince: undefined }, others, now);
    const left = leftToWarmUp(view, wholeSince, now);
    if (left > 0) {
      const { name: group } = view.capacity;
      const seconds = Math.ceil(left / SECOND);
      return orGivenUp({ ...notice, wholeSince }, { why: "warms up", group, seconds }, now);
    }
    const unhealthy = unhealthyUnderWay({ ...view, started }, policy);
    if (unhealthy) return orGivenUp({ ...notice, wholeSince }, unhealthy, now);
    started += 1;
    return { notice, kind: "replace" };
  });
}

// Since when the group has been whole. Undefined if none of its notices had to wait: then nobody knows, and nobody waits.
function wholeSinceOf(notices: readonly WaitingNotice[], now: number): number | undefined {
  const waited = notices.filter(({ waitsFor }) => waitsFor !== undefined && FOR_THE_WHOLE.has(waitsFor));
  return waited.length === 0 ? undefined : Math.max(...waited.map((each) => each.wholeSince ?? now));
}

function leftToWarmUp({ capacity }: GroupView, wholeSince: number | undefined, now: number): number {
  return wholeSince === undefined ? 0 : wholeSince + Math.max(WARMUP_MS, capacity.warmup) - now;
}

/** Rule 12. What is done about a notice for which AWS did not answer. Something that is denied is not asked for ever. */
export function decideUnread(
  notice: WaitingNotice,
  { call, why }: { readonly call: string | undefined; readonly why: string },
  now: number,
): Replacement {
  const isDenied = why === "denied" || why === "wrong";
  const denials = notice.denials + (isDenied ? 1 : 0);
  if (denials >= DENIALS) return { notice, kind: "ignore", reason: { why: "denied", call } };
  return orGivenUp({ ...notice, denials }, { why: "unread", call }, now);
}

/** Rule 12. Several notices about an instance are one: the older one counts. */
export function mergeNotices(notices: readonly WaitingNotice[]): WaitingNotice[] {
  const merged = new Map<string, WaitingNotice>();
  for (const each of notices) {
    const known = merged.get(each.instanceId);
    merged.set(each.instanceId, known === undefined ? each : together(known, each));
  }
  return [...merged.values()];
}

function together(one: WaitingNotice, other: WaitingNotice): WaitingNotice {
  const [older, newer] = one.at <= other.at ? [one, other] : [other, one];
  return {
    ...older,
    // A maintenance is certain. A rebalance may be left to Auto Scaling.
    notice: newer.notice === "maintenance" ? "maintenance" : older.notice,
    denials: Math.max(older.denials, newer.denials),
    waitsFor: older.waitsFor ?? newer.waitsFor,
  };
}

function ignoredBecause(
  { instanceId, notice }: WaitingNotice,
  { capacity, hooks }: GroupView,
  policy: ReplaceSettings,
): IgnoreReason | undefined {
  const { name: group, desired, rebalancesItself, instances } = capacity;
  if (!hooks.some((each) => isOurs(each, policy.ours))) return { why: "no hook of ours", group };
  const state = instances.find((each) => each.instanceId === instanceId)?.state ?? "gone";
  if (state !== "InService") return { why: "not in service", state };
  if (notice === "rebalance" && rebalancesItself) return { why: "Auto Scaling rebalances", group };
  return desired <= 1 && !policy.last ? { why: "the last one", group } : undefined;
}

// One that a load balancer of the group does not send to yet is under way too.
function unhealthyUnderWay(view: GroupView, policy: ReplaceSettings): WaitReason | undefined {
  const { capacity, unhealthy } = view;
  const instances = capacity.instances.map((each) =>
    unhealthy.has(each.instanceId) ? { ...each, isHealthy: false } : each,
  );
  if (!othersUnderWay({ ...view, capacity: { ...capacity, instances } }, policy)) return undefined;
  return { why: "unhealthy targets", group: capacity.name, instances: [...unhealthy] };
}

// An instance in service counts only while it is healthy. One that is on its way in or out is under way, whoever began that: a
// scale-in, an instance refresh and a replacement look alike.
function othersUnderWay(
  { capacity: { name: group, desired, suspended, instances }, started }: GroupView,
  { atOnce, last }: ReplaceSettings,
): WaitReason | undefined {
  const processes = NEEDED.filter((each) => suspended.includes(each));
  if (processes.length > 0) return { why: "suspended", group, processes };
  const counted = instances.filter(({ state }) => !APART.test(state));
  const serving = counted.filter(({ state, isHealthy }) => state === "InService" && isHealthy).length;
  const coming = counted.filter(({ state }) => state.startsWith("Pending")).length;
  const leaving = counted.filter(({ state }) => state !== "InService" && !state.startsWith("Pending")).length;
  const underWay = Math.max(desired - serving, coming, leaving, 0) + started;
  const staysWithout = serving - started - 1;
  if (underWay < atOnce && (staysWithout >= 1 || last)) return undefined;
  return { why: "others under way", group, desired, serving, underWay, atOnce };
}

function orGivenUp(notice: WaitingNotice, reason: WaitReason, now: number): Replacement {
  return now >= notice.at + WAITING_NOTICE_MS
    ? { notice, kind: "ignore", reason: { why: "waited too long", waitsFor: reason.why } }
    : { notice, kind: "wait", reason };
}
