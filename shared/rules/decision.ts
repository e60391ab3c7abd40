import { type Asked, areSameBlockers, type Blocker, knownOf, unreadOf } from "../model/blocker.ts";
import type { CutOff } from "../model/cut-off.ts";
import type { Complete, Decision, Drop } from "../model/decision.ts";
import type { Memory } from "../model/memory.ts";
import type { CompletionReason, DropReason } from "../model/reason.ts";
import type { DrainSettings } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { SECOND, SLOW_AFTER_MS, SLOW_MS } from "./timings.ts";

/** To complete the lifecycle action. */
export function complete(
  memory: Memory,
  result: Complete["result"],
  reason: CompletionReason,
  cutOff?: CutOff,
): Decision {
  const outcome = { kind: "complete", result, reason, ...(cutOff && { cutOff }) } as const;
  return { steps: [], warnings: [], memory, outcome };
}

/** To drop the termination: there is nothing more to do about it. */
export function drop(memory: Memory, reason: DropReason, level: Drop["level"] = "info"): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "drop", reason, level } };
}

/** To drop the termination of an instance that goes with something left on it. */
export function dropCutOff(memory: Memory, reason: DropReason, cutOff: CutOff): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "drop", reason, level: "warn", cutOff } };
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
 * What is remembered of the blockers, and since when they are the same. What AWS did not answer tells nothing about what has
 * changed: of that, the blockers stay as they were. What it did answer counts.
 *
 * @param now in milliseconds since 1970
 */
export function stillWaitingFor(
  { blockers: before, changedAt }: Memory,
  blockers: readonly Blocker[],
  now: number,
): Pick<Memory, "blockers" | "unread"> & { readonly changedAt: number } {
  const unread = unreadOf(blockers);
  const known = unread.length > 0 ? withUnread(before, blockers) : knownOf(blockers);
  const isSame = areSameBlockers(before, known);
  return { blockers: known, unread, changedAt: isSame ? (changedAt ?? now) : now };
}

/** Without these answers nothing else is known. */
const NEEDED_FOR_ALL = ["group instance", "hooks", "completion"] as const satisfies readonly Asked[];

// What was answered, as it is now, and what was not, as it was. A list of which a message brought a part alone stays whole.
function withUnread(before: readonly Blocker[], blockers: readonly Blocker[]): readonly Blocker[] {
  const unread = new Set(unreadOf(blockers).map(({ what }) => what));
  const now = knownOf(blockers);
  if (NEEDED_FOR_ALL.some((what) => unread.has(what))) return before;
  // Where tasks listen, and whether the instance is alive, is no blocker by itself.
  if (!unread.has("registrations") && !unread.has("tasks")) return now;
  const isWhole = before.some(({ kind }) => aboutOf(kind) === "all");
  if (isWhole || (unread.has("registrations") && unread.has("tasks"))) return before;
  return (["registrations", "tasks"] as const).flatMap((about) =>
    (unread.has(about) ? before : now).filter(({ kind }) => aboutOf(kind) === about),
  );
}

// Which answer a blocker comes from; "all" where it takes the whole of them.
function aboutOf(kind: Blocker["kind"]): "registrations" | "tasks" | "all" {
  if (kind === "registration") return "registrations";
  return kind === "tasks" || kind === "agent disconnected" || kind === "not draining" ? "tasks" : "all";
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
