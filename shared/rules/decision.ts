import { areSameBlockers, type Blocker, knownOf, unreadOf } from "../model/blocker.ts";
import type { Complete, Decision, Drop } from "../model/decision.ts";
import type { Memory } from "../model/memory.ts";
import type { CompletionReason, DropReason } from "../model/reason.ts";
import type { DrainSettings } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { SECOND, SLOW_AFTER_MS, SLOW_MS } from "./timings.ts";

/** To complete the lifecycle action. */
export function complete(memory: Memory, result: Complete["result"], reason: CompletionReason): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "complete", result, reason } };
}

/** To drop the termination: there is nothing more to do about it. */
export function drop(memory: Memory, reason: DropReason, level: Drop["level"] = "info"): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "drop", reason, level } };
}

/** When a wait ends: at the usual pace by default. Times are in milliseconds since 1970. */
export type Until = {
  /** When the answer can change at the soonest. */
  readonly known?: number | undefined;
  /** Times by which there must be another pass in any case. Those that have passed do not count. */
  readonly latest?: readonly (number | undefined)[];
};

/** To wait for another pass: every `poll_seconds`, more slowly once nothing has changed for long. */
export function wait(
  { settings, memory }: Pick<Termination, "settings" | "memory">,
  now: number,
  blockers: readonly Blocker[],
  { known, latest = [] }: Until = {},
): Decision {
  const waiting = stillWaitingFor(memory, blockers, now);
  const wanted = known ?? now + pace(settings, waiting.changedAt, now);
  const until = Math.min(wanted, ...ahead(latest, now));
  return {
    steps: [],
    warnings: [],
    memory: { ...memory, ...waiting, nextPassAt: until },
    outcome: { kind: "wait", until, blockers },
  };
}

/**
 * The memory with this pass's blockers, and since when they are the same. A pass that AWS did not fully answer does not tell
 * what has changed, so it leaves both as they were.
 *
 * @param now in milliseconds since 1970
 */
export function stillWaitingFor(
  { blockers: before, changedAt }: Memory,
  blockers: readonly Blocker[],
  now: number,
): Pick<Memory, "blockers" | "unread"> & { readonly changedAt: number } {
  const unread = unreadOf(blockers);
  if (unread.length > 0) return { blockers: before, unread, changedAt: changedAt ?? now };
  const known = knownOf(blockers);
  const isSame = areSameBlockers(before, known);
  return { blockers: known, unread: [], changedAt: isSame ? (changedAt ?? now) : now };
}

/** The times that are still to come. */
export function ahead(times: readonly (number | undefined)[], now: number): number[] {
  return times.filter((each): each is number => each !== undefined && each > now);
}

/** How long it is to the next pass, in milliseconds: less often once nothing has changed for long. */
export function pace({ pollSeconds }: DrainSettings, changedAt: number, now: number): number {
  const poll = pollSeconds * SECOND;
  return now - changedAt >= SLOW_AFTER_MS ? Math.max(poll, SLOW_MS) : poll;
}
