import { CALL_FAULTS } from "./fault-timeline.ts";
import { sweepIntervalOf } from "./judging.ts";
import type { Scenario, TimelineEntry } from "./schema.ts";
import { isSlow } from "./slow.ts";

/** So long a disturbance can be felt after its end: the messages of a run that it cut short are hidden for as long. */
const FELT_MS = 240_000;

/** A time in which something disturbs the functions, in milliseconds since 1970. */
type Disturbed = { readonly from: number; readonly to: number };

/**
 * Says until when something that a scenario injects could be felt, of all that was felt in a time: faults, lost messages, and silent
 * agents if they count. In milliseconds since 1970; undefined where nothing was.
 */
export function disturbancesIn(
  scenario: Scenario,
  startsAt: number,
  { agents }: { readonly agents: boolean },
): (from: number, to: number) => number | undefined {
  const felt = FELT_MS + sweepIntervalOf(scenario);
  const { timeline } = scenario;
  const known: Disturbed[] = [];
  let read = 0;
  const add = (each: readonly Disturbed[]) => {
    for (const { from, to } of each)
      known.push({ from: startsAt + from * 1000, to: startsAt + to * 1000 + felt });
  };
  add(lastingOf(scenario));
  return (from, to) => {
    // A simulator that is served takes further entries while it runs.
    for (; read < timeline.length; read++) {
      const entry = timeline[read];
      if (entry && (agents || !entry.disconnect_agent)) add([disturbanceOf(entry, scenario) ?? []].flat());
    }
    const times = known.filter((each) => each.from <= to && each.to >= from).map((each) => each.to);
    return times.length === 0 ? undefined : Math.max(...times);
  };
}

// Seconds from the start of the scenario.
function disturbanceOf(
  entry: TimelineEntry,
  { faults_end_after_seconds: end = Number.POSITIVE_INFINITY }: Scenario,
): Disturbed | undefined {
  const { at_seconds: from, lose_notifications, delay_notifications, other_calls } = entry;
  const {
    skip_ticks,
    throttle_function,
    lose_messages,
    remake_queue,
    kill_invocation,
    cold_start,
    disconnect_agent,
  } = entry;
  const { by_seconds = 0 } = delay_notifications ?? {};
  const calls = CALL_FAULTS.flatMap((kind) => entry[kind] ?? []);
  for (const each of [
    ...calls,
    lose_notifications,
    delay_notifications,
    skip_ticks,
    throttle_function,
    other_calls,
  ])
    if (each) return { from, to: from + each.for_seconds + by_seconds };
  if (disconnect_agent)
    return { from, to: from + (disconnect_agent.for_seconds ?? Number.POSITIVE_INFINITY) };
  // The run that is to be killed may come late.
  if (kill_invocation) return { from, to: end };
  if (remake_queue) return { from, to: from + remake_queue.after_seconds };
  if (cold_start) return { from, to: from + (cold_start.init_seconds ?? 0) };
  return lose_messages ? { from, to: from } : undefined;
}

// What a scenario has from its beginning. A clock that is wrong and reads that lag are none: the functions are made for them.
function lastingOf(scenario: Scenario): Disturbed[] {
  const { throttling, short_poll_misses, duplicates, disorder } = scenario;
  const isTroubled = throttling || short_poll_misses + duplicates + disorder > 0;
  const lasts = isSlow(scenario);
  const end = lasts ? undefined : scenario.faults_end_after_seconds;
  return isTroubled || lasts ? [{ from: 0, to: end ?? Number.POSITIVE_INFINITY }] : [];
}
