import { forEachOf } from "../base/batches.ts";
import type { AutoScalingView } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { isHeartbeatDue } from "../rules/heartbeat.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { findAnotherAction } from "./find-another-action.ts";

/** A hook shorter than this can end between two looks: the schedule's minute, and what a tick may be late. */
const SHORT_HOOK_MS = 180_000;

/**
 * Keeps lifecycle actions alive whose timers run low, before all else is looked at. A heartbeat that fails is noted, and
 * tried again at the next look. Throws only what is a fault of ours.
 *
 * @param first whether this is deregister's look
 * @returns the terminations whose timers began anew, or were refused to, as they are then, by what they were
 */
export async function sendHeartbeats(
  run: Run,
  autoScalingViews: ReadonlyMap<Termination, AutoScalingView>,
  first: boolean,
): Promise<Map<Termination, Termination>> {
  const afterHeartbeats = new Map<Termination, Termination>();
  // Those whose timers began first are the ones that end first, should there be no time for all.
  const due = [...autoScalingViews]
    .filter(([each, autoScalingView]) => isHeartbeatDue(each, autoScalingView, run.now(), first))
    .sort(([a], [b]) => (a.memory.lastHeartbeatAt ?? 0) - (b.memory.lastHeartbeatAt ?? 0));
  await forEachOf(due, async ([termination]) => {
    const { hook } = termination;
    if (hook === undefined) return;
    const now = contentOf(await reading(run, () => sendHeartbeat(run, termination, hook)));
    if (now) afterHeartbeats.set(termination, now);
  });
  return afterHeartbeats;
}

// Throws an AwsCallError.
async function sendHeartbeat(run: Run, termination: Termination, hook: string): Promise<Termination> {
  const { instanceId, memory } = termination;
  const answer = await run.ports.autoScaling.heartbeat({ ...termination, hook });
  const fields = { instance_id: instanceId, life_cycle_hook_name: hook };
  const asked = { ...termination, memory: { ...memory, lastHeartbeatAt: run.now() } };
  if (answer === "recorded") {
    run.log.info("heartbeat recorded", fields);
    return asked;
  }
  run.log.info("heartbeat refused", { ...fields, reason: "there is no such lifecycle action" });
  return (await findAnotherAction(run, termination)) ?? asked;
}

/** Warns, once a run and hook, of hooks that are too short to be safe. */
export function warnOfShortHooks(
  run: Run,
  autoScalingViews: ReadonlyMap<Termination, AutoScalingView>,
): void {
  for (const [{ group, hook }, { hooks = [] }] of autoScalingViews) {
    const own = hooks.find(({ name }) => name === hook);
    if (!own || own.heartbeatTimeout >= SHORT_HOOK_MS) continue;
    run.warn("short hook", {
      auto_scaling_group: group,
      life_cycle_hook_name: own.name,
      heartbeat_timeout_seconds: own.heartbeatTimeout / 1_000,
      reason: "its timeout can pass between two looks; 180 seconds or more are safe",
    });
  }
}
