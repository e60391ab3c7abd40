import type { ReplacePolicy } from "../judge/replacements.ts";
import type { Inputs } from "./inputs.ts";
import type { Scenario } from "./schema.ts";
import { isSlow } from "./slow.ts";

/** So many load balancers are asked in the time that a run has to search for those of instances that it is about to replace. */
const SEARCHED_IN_TIME = 40;

/** The keys of an input that say something of notices. */
const NOTICE_KEYS = [
  "on_spot_interruption",
  "on_rebalance",
  "on_maintenance",
  "replace_at_once",
  "replace_last",
  "maintenance_lead_hours",
] as const;

type Allowed = Omit<ReplacePolicy, "searches">;

/** Whether a run finds all load balancers in the time that it has for that. With many, or with slow answers, it does not. */
export function areSearchedInTime(scenario: Scenario): boolean {
  const { target_groups, load_balancers } = scenario;
  const isNarrowed = /discover\W+named/.test(JSON.stringify(scenario));
  return !isNarrowed && target_groups.length + load_balancers.length <= SEARCHED_IN_TIME && !isSlow(scenario);
}

/**
 * What the inputs allow of replacing instances because of notices. deregister's input goes with the notices, as it was when they
 * came. If terminate's says anything of notices, no more than it allows counts.
 */
export function replacingBy(inputs: Inputs): Allowed {
  const told = most(inputs, "deregister");
  const isBounded = NOTICE_KEYS.some((key) => inputs.of("terminate")[key] !== undefined);
  if (!isBounded) return told;
  const own = most(inputs, "terminate");
  return { atOnce: Math.min(told.atOnce, own.atOnce), last: told.last && own.last };
}

// The most that a function's input has ever allowed.
function most(inputs: Inputs, which: "deregister" | "terminate"): Allowed {
  const all = inputs.since(which, Number.NEGATIVE_INFINITY);
  const counts = all.map(({ replace_at_once: count }) => (typeof count === "number" ? count : 1));
  return { atOnce: Math.max(...counts), last: all.some(({ replace_last: last }) => last === true) };
}
