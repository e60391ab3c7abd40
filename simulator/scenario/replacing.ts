import type { ReplacePolicy } from "../judge/replacements.ts";
import type { Inputs } from "./inputs.ts";

/** The keys of an input that say something of notices. */
const NOTICE_KEYS = [
  "on_spot_interruption",
  "on_rebalance",
  "on_maintenance",
  "replace_at_once",
  "replace_last",
  "maintenance_lead_hours",
] as const;

/**
 * What the inputs allow of replacing instances because of notices. deregister's input goes with the notices, as it was when they
 * came. If terminate's says anything of notices, no more than it allows counts.
 */
export function replacingBy(inputs: Inputs): ReplacePolicy {
  const told = most(inputs, "deregister");
  const isBounded = NOTICE_KEYS.some((key) => inputs.of("terminate")[key] !== undefined);
  if (!isBounded) return told;
  const own = most(inputs, "terminate");
  return { atOnce: Math.min(told.atOnce, own.atOnce), last: told.last && own.last };
}

// The most that a function's input has ever allowed.
function most(inputs: Inputs, which: "deregister" | "terminate"): ReplacePolicy {
  const all = inputs.since(which, Number.NEGATIVE_INFINITY);
  const counts = all.map(({ replace_at_once: count }) => (typeof count === "number" ? count : 1));
  return { atOnce: Math.max(...counts), last: all.some(({ replace_last: last }) => last === true) };
}
