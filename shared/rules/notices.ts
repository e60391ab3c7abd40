// Rule 12: notices.

import { type GroupInstance, type Hook, notifiesQueue } from "../model/hooks.ts";
import { NO_MEMORY } from "../model/memory.ts";
import type { IgnoreReason, NoticeKind } from "../model/notice.ts";
import type { DrainSettings } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { NOTICE_MS } from "./timings.ts";

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

/** What is done about a notice. Before `replace`, the group's hooks are read: see `mayReplace`. */
export type NoticeDecision =
  | { readonly kind: "ignore"; readonly reason: IgnoreReason }
  | { readonly kind: "drain"; readonly group: string }
  | { readonly kind: "replace"; readonly group: string };

/** Rule 12. Whether the input ignores a kind of notice. Then nothing is asked about its instances. */
export function isIgnored(notice: NoticeKind, policy: NoticePolicy): boolean {
  return policy[notice] === "ignore";
}

/**
 * Rule 12. What is done about a notice, by the input's policy and the group in which Auto Scaling shows the instance.
 *
 * @param at when the notice was sent, in milliseconds since 1970, as `now`
 */
export function decideNotice(
  { notice, at }: { readonly notice: NoticeKind; readonly at: number },
  policy: NoticePolicy,
  groupInstance: GroupInstance | undefined,
  now: number,
): NoticeDecision {
  if (isIgnored(notice, policy)) return { kind: "ignore", reason: { why: "the input says so" } };
  if (!groupInstance) return { kind: "ignore", reason: { why: "no group" } };
  const { group, state } = groupInstance;
  if (policy[notice] === "drain") {
    return now >= at + NOTICE_MS ? { kind: "ignore", reason: { why: "too late" } } : { kind: "drain", group };
  }
  return state === "InService"
    ? { kind: "replace", group }
    : { kind: "ignore", reason: { why: "not in service", state } };
}

/**
 * Rule 12. Whether an instance is replaced through its group. Without a hook of ours, nothing would drain it. A hook that
 * notifies no queue, or a topic, may reach us too.
 */
export function mayReplace(hooks: readonly Hook[], queue: string): boolean {
  return hooks.some((each) => !each.target?.includes(":sqs:") || notifiesQueue(each, queue));
}

/** The drain that a Spot interruption notice begins. No hook holds the instance, so nothing will be completed. */
export function interruptedIn(
  { instanceId, at }: { readonly instanceId: string; readonly at: number },
  group: string,
  settings: DrainSettings,
): Termination {
  return {
    instanceId,
    group,
    hook: undefined,
    token: undefined,
    since: at,
    interruptedAt: at,
    dryRun: false,
    settings,
    memory: NO_MEMORY,
  };
}
