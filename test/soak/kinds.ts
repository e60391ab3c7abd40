import type { Scenario, TimelineEntry } from "../../simulator/scenario/schema.ts";
import type { KINDS } from "../simulation/tell.ts";

type Kind = (typeof KINDS)[number];

const OF_ENTRIES: Partial<Record<keyof TimelineEntry, Kind>> = {
  throttle: "throttle",
  fail: "fail",
  lose_answers: "lose_answers",
  deny: "deny",
  expire_credentials: "expire_credentials",
  fail_entries: "fail_entries",
  odd_answers: "odd_answers",
  lose_notifications: "lost notifications",
  delay_notifications: "late notifications",
  lose_messages: "lost messages",
  remake_queue: "queues made again",
  kill_invocation: "killed invocations",
  invoke: "doubled ticks",
  skip_ticks: "skipped ticks",
  throttle_function: "throttled invocations",
  cold_start: "cold starts",
};

/** The kinds of faults that a scenario switches on, as they are counted once they fire. */
export function kindsIn({ timeline, ...scenario }: Scenario): Kind[] {
  const isOn: Partial<Record<Kind, boolean>> = {
    "token buckets": scenario.throttling,
    "read lag": scenario.read_lag_seconds > 0,
    "lags that differ": scenario.read_lag_seconds > 0 && scenario.read_lag_varies,
    "slow cold starts": timeline.some(({ cold_start }) => (cold_start?.init_seconds ?? 0) > 0),
    duplicates: scenario.duplicates > 0,
    disorder: scenario.disorder > 0,
    "clock skew": Object.values(scenario.functions ?? {}).some(
      (each) => (each?.clock_skew_seconds ?? 0) !== 0,
    ),
    "late ticks": Object.values(scenario.functions ?? {}).some((each) => (each?.late_by_seconds ?? 0) > 0),
  };
  const keys = timeline.flatMap((entry) => Object.keys(entry) as (keyof TimelineEntry)[]);
  return [
    ...keys.flatMap((key) => OF_ENTRIES[key] ?? []),
    ...(Object.keys(isOn) as Kind[]).filter((kind) => isOn[kind]),
  ];
}
