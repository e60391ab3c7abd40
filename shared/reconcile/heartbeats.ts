import { sendHeartbeat } from "../act/heartbeat.ts";
import { forEachOf } from "../base/batches.ts";
import { hookOf } from "../model/hooks.ts";
import type { WithView } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { isHeartbeatDue, isShort, withShortestTimeout } from "../rules/heartbeat.ts";
import { SECOND } from "../rules/timings.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { findAnotherAction } from "./find-another-action.ts";

/**
 * Sends heartbeats for lifecycle actions whose timers run low, before anything else is asked. A heartbeat that fails is noted,
 * and tried again at the next pass. Throws only what is a fault of ours.
 *
 * @param first whether this is deregister's pass
 * @returns the records, with the terminations as they are after their heartbeat, and with the shortest timeout of their hooks
 */
export async function sendHeartbeats(
  run: Run,
  records: readonly WithView[],
  first: boolean,
): Promise<WithView[]> {
  const now = run.now();
  const timed = records.map((record) => ({
    ...record,
    termination: withShortestTimeout(record.termination, record.view),
  }));
  const due = timed
    .map((record, index) => ({ record, index }))
    .filter(({ record: { termination, view } }) => isHeartbeatDue(termination, view, now, first))
    // The timers that began first end first. There may be no time for all.
    .sort((a, b) => timerOf(a.record) - timerOf(b.record));
  const sent = await forEachOf(due, async ({ record, index }): Promise<[number, Termination | undefined]> => {
    const after = await reading(run, () => heartbeatOf(run, record.termination));
    return [index, contentOf(after)];
  });
  const after = new Map(sent);
  return timed.map((each, index) => ({ ...each, termination: after.get(index) ?? each.termination }));
}

function timerOf({ termination }: WithView): number {
  return termination.memory.lastHeartbeatAt ?? 0;
}

// Throws an AwsCallError.
async function heartbeatOf(run: Run, termination: Termination): Promise<Termination> {
  const { hook, memory } = termination;
  if (hook === undefined) return termination;
  const answer = await sendHeartbeat(run, { ...termination, hook });
  const asked = { ...termination, memory: { ...memory, lastHeartbeatAt: run.now() } };
  if (answer === "recorded") return asked;
  return (await findAnotherAction(run, termination)) ?? asked;
}

/** Warns, once a run and hook, of hooks that are too short to be safe. */
export function warnOfShortHooks(run: Run, records: readonly WithView[]): void {
  for (const { termination, view } of records) {
    const own = hookOf(termination, view);
    if (!own || view.owner !== "ours" || !isShort(own)) continue;
    run.warn("short hook", {
      auto_scaling_group: termination.group,
      lifecycle_hook_name: own.name,
      heartbeat_timeout_seconds: own.heartbeatTimeout / SECOND,
      reason: "its timeout can pass between two passes; 180 seconds or more are safe",
    });
  }
}
