// Rule 12: notices.

import { type GroupInstance, type Hook, isOurs, type OurHooks } from "../model/hooks.ts";
import { NO_MEMORY } from "../model/memory.ts";
import type { IgnoreReason, NoticeKind, ReplaceKind, ScheduledEvent } from "../model/notice.ts";
import { type DrainKeys, settingsOf } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { JITTER_MS, MINUTE, NOTICE_MS, SCHEDULE_EVERY_MS } from "./timings.ts";

/** What the input says about each kind of notice. */
export type NoticePolicy = Readonly<Record<NoticeKind, "drain" | "replace" | "ignore">>;

/** The policy in the input's keys. A kind of notice that they do not name is ignored. */
export function noticePolicyOf(keys: {
  readonly on_spot_interruption?: "drain" | "ignore" | undefined;
  readonly on_rebalance?: "replace" | "ignore" | undefined;
  readonly on_maintenance?: "replace" | "ignore" | undefined;
}): NoticePolicy {
  return {
    "spot interruption": keys.on_spot_interruption ?? "ignore",
    rebalance: keys.on_rebalance ?? "ignore",
    maintenance: keys.on_maintenance ?? "ignore",
  };
}

/** What is done about a notice as it comes. Whose instance it is about, and what its group allows, is asked later. */
export type ArrivalDecision =
  | { readonly kind: "ignore"; readonly reason: IgnoreReason }
  | { readonly kind: "drain" }
  | { readonly kind: "replace"; readonly notice: ReplaceKind };

/**
 * Rule 12. What is done about a notice, by the input's policy and its times alone. A maintenance that is far ahead waits in no
 * message, since SQS keeps one for days: EC2's own schedule has it.
 *
 * @param lead how long before a maintenance its instance is replaced, in milliseconds
 */
export function decideArrival(
  {
    notice,
    at,
    startsAt,
  }: {
    readonly notice: NoticeKind;
    /** When it was sent, in milliseconds since 1970, as `startsAt`. */
    readonly at: number;
    readonly startsAt?: number | undefined;
  },
  policy: NoticePolicy,
  lead: number,
  now: number,
): ArrivalDecision {
  if (policy[notice] === "ignore") return { kind: "ignore", reason: { why: "the input says so" } };
  if (notice === "spot interruption")
    return now >= at + NOTICE_MS ? { kind: "ignore", reason: { why: "too late" } } : { kind: "drain" };
  if (notice === "maintenance" && startsAt !== undefined && startsAt - lead > now)
    return { kind: "ignore", reason: { why: "not yet", startsAt, from: startsAt - lead } };
  return { kind: "replace", notice };
}

/**
 * Rule 12. Why nothing is done about an instance that a notice is about: a notice of EventBridge may be about any instance of
 * the account. Undefined if its group has a terminating hook of ours.
 */
export function notOurs(
  groupInstance: GroupInstance | undefined,
  hooks: readonly Hook[],
  ours: OurHooks,
): IgnoreReason | undefined {
  if (!groupInstance) return { why: "no group" };
  return hooks.some((each) => isOurs(each, ours))
    ? undefined
    : { why: "no hook of ours", group: groupInstance.group };
}

// After a change is completed or canceled, EC2 goes on showing it for up to a week (EC2 API Reference, InstanceStatusEvent).
const OVER = /^\[(completed|cancell?ed)\]/i;

/** Rule 12. The instances with a scheduled change that is due, each once, and when the first of their changes starts. */
export function maintenancesDue(
  events: readonly ScheduledEvent[],
  lead: number,
  now: number,
): Map<string, number> {
  const due = new Map<string, number>();
  for (const { instanceId, notBefore, description } of events) {
    if (OVER.test(description) || notBefore - lead > now) continue;
    due.set(instanceId, Math.min(notBefore, due.get(instanceId) ?? notBefore));
  }
  return due;
}

/** Rule 12. Whether EC2's schedule has a change of an instance that is neither completed nor canceled. */
export function isScheduled(events: readonly ScheduledEvent[], instanceId: string): boolean {
  return events.some((each) => each.instanceId === instanceId && !OVER.test(each.description));
}

/** Rule 12. Whether a run that starts at this time asks EC2 for the changes that it has scheduled: once an hour. */
export function isScheduleDue(startedAt: number, policy: NoticePolicy): boolean {
  return policy.maintenance !== "ignore" && startedAt % SCHEDULE_EVERY_MS < MINUTE + JITTER_MS;
}

/** The drain that a Spot interruption notice begins. No hook holds the instance, so nothing will be completed. */
export function interruptedIn(
  { instanceId, at }: { readonly instanceId: string; readonly at: number },
  group: string,
  keys: DrainKeys,
): Termination {
  return {
    instanceId,
    group,
    hook: undefined,
    token: undefined,
    since: at,
    noticedAt: at,
    interruptedAt: undefined,
    dryRun: false,
    told: keys,
    settings: settingsOf(keys),
    memory: NO_MEMORY,
  };
}
