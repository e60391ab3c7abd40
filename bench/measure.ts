import { inProcess } from "../cli/in-process.ts";
import type { Simulation } from "../simulator/cloud/simulation.ts";
import { type Played, playScenario } from "../simulator/scenario/play.ts";
import { rounded } from "./figure.ts";
import { type Fleet, scenarioOf } from "./world.ts";

/**
 * How long after its message a termination can be completed at the soonest, in milliseconds: both functions' ticks and a pass.
 * Where the message itself invokes deregister, it is terminate's tick and a pass.
 */
const TWO_TICKS_MS = 130_000;
const ONE_TICK_MS = 70_000;

/** What AWS's buckets refuse calls with. */
const REFUSED = /Rate exceeded|RequestLimitExceeded/;

/** What a fleet's terminations have come to. Times are in milliseconds, durations in seconds where they say so. */
export type Measured = {
  readonly terminations: number;
  /** How long after its message one is completed at the soonest: its lag counts from then, or from ready. */
  readonly leastSeconds: number;
  /** All calls from the first message to the last deletion, less those of an idle run. */
  readonly calls: number;
  readonly callsByAction: ReadonlyMap<string, number>;
  /** How many of the calls were refused because a bucket was empty. */
  readonly refused: number;
  /** How long all invocations took that ran in that time. */
  readonly lambdaSeconds: number;
  /** For each instance, from when it could be completed until it was: the later of ready and the ticks that it waits for. */
  readonly lags: readonly number[];
  /** For each instance, from its termination until it was completed. */
  readonly held: readonly number[];
  /** For each instance, from when its message came to the lifecycle queue until DRAINING was set. */
  readonly begun: readonly number[];
  /** From DRAINING to the last STOPPED. */
  readonly drainSeconds: number;
  readonly failedRuns: number;
};

/** Plays a fleet with the functions themselves, and measures what its terminations took. Throws where one was lost. */
export async function measure(fleet: Fleet, prepare?: (simulation: Simulation) => void): Promise<Measured> {
  const arrivedAt = new Map<string, number>();
  const played = await play(fleet, (simulation) => {
    followArrivals(simulation, arrivedAt);
    prepare?.(simulation);
  });
  const { terminations, violations, simulation } = played;
  if (terminations.length !== fleet.terminations || violations.length > 0) {
    throw new Error(
      `bench: expected ${fleet.terminations} terminations and no violation, found ${terminations.length} and ${JSON.stringify(violations.slice(0, 3))}`,
    );
  }
  const from = Math.min(...terminations.map((each) => each.askedAt));
  const deletions = simulation.calls.filter(({ action }) => action === "sqs:DeleteMessageBatch");
  const until = deletions.at(-1)?.at ?? played.endedAt;
  const callsByAction = countCalls(played, from, until);
  const draining = drainingTimes(simulation);
  const drainingAt = (instanceId: string) => draining.get(instanceId) ?? Number.NaN;
  const ticks = fleet.atOnce ? ONE_TICK_MS : TWO_TICKS_MS;
  const idle = countCalls(
    await play({ ...fleet, ...idleFor(played.endedAt - played.startedAt) }),
    from,
    until,
  );
  for (const [action, count] of idle) {
    callsByAction.set(action, (callsByAction.get(action) ?? 0) - count);
  }
  return {
    terminations: fleet.terminations,
    leastSeconds: ticks / 1_000,
    calls: sum(callsByAction.values()),
    callsByAction,
    refused: simulation.calls.filter(({ error }) => error !== undefined && REFUSED.test(error)).length,
    lambdaSeconds:
      sum(
        played.invocations
          .filter((each) => each.endedAt > from && each.startedAt < until)
          .map((each) => each.endedAt - each.startedAt),
      ) / 1_000,
    lags: terminations.map(({ askedAt, readyAt, completedAt }) => {
      if (readyAt === undefined || completedAt === undefined) return Number.POSITIVE_INFINITY;
      return (completedAt - Math.max(readyAt, askedAt + ticks)) / 1_000;
    }),
    held: terminations.map(
      ({ askedAt, completedAt }) => ((completedAt ?? Number.POSITIVE_INFINITY) - askedAt) / 1_000,
    ),
    begun: terminations.map(
      ({ instanceId }) => (drainingAt(instanceId) - (arrivedAt.get(instanceId) ?? Number.NaN)) / 1_000,
    ),
    drainSeconds: Math.max(
      ...terminations.map((each) => ((each.tasksGoneAt ?? Number.NaN) - drainingAt(each.instanceId)) / 1_000),
    ),
    failedRuns: played.invocations.filter((each) => each.outcome !== "succeeded").length,
  };
}

/** Plays a fleet with the functions themselves. */
export function play(fleet: Fleet, prepare?: (simulation: Simulation) => void): Promise<Played> {
  return playScenario(scenarioOf(fleet), {
    invoke: inProcess(() => {}),
    ...(prepare ? { watch: prepare } : {}),
  });
}

/** The functions' calls in a time, by action; Lambda's own polling is none of them. */
export function countCalls({ simulation }: Played, from: number, until: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { at, caller, action } of simulation.calls) {
    if (caller === "operator" || caller === "lambda" || at < from || at > until) continue;
    counts.set(action, (counts.get(action) ?? 0) + 1);
  }
  return counts;
}

// Auto Scaling's message comes up to 1.5 seconds after the lifecycle action has begun, which nobody here can make shorter.
function followArrivals(simulation: Simulation, arrivedAt: Map<string, number>): void {
  const queue = simulation.world.queues.byName("lifecycle");
  const seen = new Set<string>();
  const noteArrivals = () => {
    for (const { id, body, sentAt } of queue.messages.values()) {
      if (seen.has(id)) continue;
      seen.add(id);
      arrivedAt.set(String(JSON.parse(body).EC2InstanceId), sentAt);
    }
    void queue.arrival().then(noteArrivals);
  };
  noteArrivals();
}

/** A fleet of which nothing goes, for as long as another one took. */
function idleFor(milliseconds: number): Partial<Fleet> {
  return { instances: 1, terminations: 0, idleSeconds: Math.ceil(milliseconds / 1_000), drainSeconds: 60 };
}

/** When each instance was first set DRAINING, in milliseconds since 1970. */
function drainingTimes({ world }: Simulation): Map<string, number> {
  const times = new Map<string, number>();
  for (const line of world.story.lines) {
    if (line.kind !== "container-instance" || line.status !== "DRAINING") continue;
    if (!times.has(line.instanceId)) times.set(line.instanceId, line.at);
  }
  return times;
}

/** The sum of some numbers. */
export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}

/** The least value that a share of the numbers, from 0 to 1, does not exceed. Throws an Error where one is no number. */
export function percentile(numbers: readonly number[], share: number): number {
  if (numbers.length === 0 || !numbers.every(Number.isFinite))
    throw new Error(`bench: expected some numbers, found [${numbers}]`);
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The 99th percentile of lags, in seconds; one that was completed before it could have been lags by nothing. */
export function lagOf(lags: readonly number[]): number {
  return rounded(Math.max(0, percentile(lags, 0.99)));
}
