import { cutShort } from "../base/cut-short.ts";
import type { Fields } from "../base/log.ts";
import { secondsBetween, timeText } from "../base/time-text.ts";
import { VERSION } from "../base/version.ts";
import { waitingFields } from "../log-lines/blocker-text.ts";
import { cutOffFields } from "../log-lines/cut-off-fields.ts";
import { completionText, dropText } from "../log-lines/reason-text.ts";
import { warningFields } from "../log-lines/warning-text.ts";
import type { Tracked } from "../messages/receive.ts";
import type { Complete, Drop, Warning } from "../model/decision.ts";
import type { DrainEventType } from "../model/drain-event.ts";
import { isLogged } from "../model/logged.ts";
import { outcomeOf } from "../model/outcome.ts";
import type { Termination } from "../model/termination.ts";
import { isFollowed } from "../rules/following.ts";
import { isStalled } from "../rules/stall-reasons.ts";
import type { Run } from "../run/run.ts";

/** How long a text in an event may be, in characters. Ten events of such texts fit into one call. */
const TEXT_CHARACTERS = 1_000;
/** By this a message remembers that the drain was told to be stalled. */
const STALLED = "stalled";

/** Tells of a drain that this pass has begun. */
export function tellBegun(
  run: Run,
  { before, termination }: { readonly before: Termination; readonly termination: Termination },
): void {
  if (before.memory.begunAt === undefined && termination.memory.begunAt !== undefined)
    tell(run, "drain started", termination, {});
}

/** Tells of a drain whose time is half over, where this warning says so. */
export function tellHalfOver(run: Run, termination: Termination, warning: Warning): void {
  if (warning.kind === "half of the drain's time is over")
    tell(run, "drain half over", termination, warningFields(warning));
}

/** Tells once of each drain that is stalled. Returns all, as the messages are to remember them. */
export function tellStalled(run: Run, tracked: readonly Tracked[]): Tracked[] {
  return tracked.map((each) => {
    const { memory } = each.termination;
    if (memory.begunAt === undefined || isFollowed(each.termination) || isLogged(memory, STALLED))
      return each;
    if (!isStalled(each.termination, run.now())) return each;
    tell(run, "drain stalled", each.termination, waitingFields([...memory.blockers, ...memory.unread]));
    const logged = [...memory.logged, STALLED];
    return { ...each, termination: { ...each.termination, memory: { ...memory, logged } } };
  });
}

/**
 * Tells how a drain ended. One that was completed, and that another hook or a way back still holds, was told of then. What is
 * dropped before it has begun was no drain.
 */
export function tellEnded(run: Run, termination: Termination, end: Complete | Drop): void {
  const { begunAt, completedAt } = termination.memory;
  const outcome = outcomeOf(end);
  if (outcome === "dropped" && (begunAt === undefined || completedAt !== undefined)) return;
  tell(run, outcome === "cut off" ? "drain cut off" : "drain completed", termination, {
    ...(end.cutOff ? cutOffFields(end.cutOff) : { outcome }),
    reason: end.kind === "complete" ? completionText(end.reason) : dropText(end.reason),
  });
}

function tell(run: Run, type: DrainEventType, termination: Termination, fields: Fields): void {
  const { instanceId, group, hook, since } = termination;
  const at = run.now();
  const detail = {
    version: VERSION,
    deployment: run.ports.deployment,
    instance_id: instanceId,
    auto_scaling_group: group,
    ...(hook === undefined ? {} : { lifecycle_hook_name: hook }),
    held_since: timeText(since),
    held_seconds: secondsBetween(since, at),
    ...fields,
  };
  const short = Object.entries(detail).map(([key, value]) => [
    key,
    typeof value === "string" ? cutShort(value, TEXT_CHARACTERS) : value,
  ]);
  run.events.push({ type, at, detail: Object.fromEntries(short) });
}
