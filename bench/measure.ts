import { inProcess } from "../cli/in-process.ts";
import type { Simulation } from "../simulator/cloud/simulation.ts";
import { type Played, playScenario } from "../simulator/scenario/play.ts";
import { cpuCharged } from "./cpu.ts";
import type { Fleet } from "./fleet.ts";
import { queuesOf } from "./functions-of.ts";
import { endJobs } from "./jobs.ts";
import { sum } from "./numbers.ts";
import { template } from "./template.ts";
import { scenarioOf } from "./world.ts";

/** What AWS's buckets refuse calls with. */
const REFUSED = /Rate exceeded|RequestLimitExceeded/;

/** A lag has a figure and a limit of its own, so one that the judge calls too long is measured like the others. */
const LATE = "no damage: late";

/** What a fleet's terminations have come to. Times are in milliseconds, durations in seconds where they say so. */
export type Measured = {
  readonly terminations: number;
  /** All calls from the first message to the last deletion, less those of an idle run. */
  readonly calls: number;
  readonly callsByAction: ReadonlyMap<string, number>;
  /** How many of the calls were refused because a bucket was empty. */
  readonly refused: number;
  /** How long all invocations took that ran in that time. */
  readonly lambdaSeconds: number;
  /** For each instance, from when nothing was left on it until it was completed. */
  readonly lags: readonly number[];
  /** For each instance, from its termination until it was completed. */
  readonly held: readonly number[];
  /** For each instance, from when its message came to the lifecycle queue until DRAINING was set. */
  readonly begun: readonly number[];
  /** From DRAINING to the last STOPPED. */
  readonly drainSeconds: number;
  readonly failedRuns: number;
};

/** Changes a simulation before it starts. */
export type Prepare = (simulation: Simulation) => void;

/** Receives each line that the functions write into their log. */
type Write = (line: string) => void;

/** Plays a fleet with the functions themselves, and measures what its terminations took. Throws where one was lost. */
export async function measure(fleet: Fleet, prepare?: Prepare, write?: Write): Promise<Measured> {
  const arrivedAt = new Map<string, number>();
  const follow = (simulation: Simulation) => {
    followArrivals(simulation, queuesOf(fleet)[1].name, arrivedAt);
    prepare?.(simulation);
  };
  const played = await play(fleet, follow, write);
  const { terminations, simulation } = played;
  const violations = played.violations.filter(({ rule }) => rule !== LATE);
  if (terminations.length !== fleet.terminations || violations.length > 0) {
    throw new Error(
      `bench: expected ${fleet.terminations} terminations and no violation, found ${terminations.length} and ${JSON.stringify(violations.slice(0, 3))}`,
    );
  }
  const from = Math.min(...terminations.map((each) => each.askedAt));
  const deletions = simulation.calls.filter(({ action }) => action === "sqs:DeleteMessageBatch");
  const until = deletions.at(-1)?.at ?? played.endedAt;
  const idle = countCalls(await play(idleFor(fleet, played.endedAt - played.startedAt)), from, until);
  const callsByAction = countCalls(played, from, until);
  for (const [action, count] of idle) {
    callsByAction.set(action, (callsByAction.get(action) ?? 0) - count);
  }
  const draining = drainingTimes(simulation);
  const drainingAt = (instanceId: string) => draining.get(instanceId) ?? Number.NaN;
  const since = (at: number | undefined, end: number | undefined) =>
    ((end ?? Number.POSITIVE_INFINITY) - (at ?? Number.NaN)) / 1_000;
  return {
    terminations: fleet.terminations,
    calls: sum(callsByAction.values()),
    callsByAction,
    refused: simulation.calls.filter(({ error }) => error !== undefined && REFUSED.test(error)).length,
    lambdaSeconds:
      sum(
        played.invocations
          .filter((each) => each.endedAt > from && each.startedAt < until)
          .map((each) => each.endedAt - each.startedAt),
      ) / 1_000,
    lags: terminations.map(({ readyAt, completedAt }) => since(readyAt, completedAt)),
    held: terminations.map(({ askedAt, completedAt }) => since(askedAt, completedAt)),
    begun: terminations.map(({ instanceId }) => since(arrivedAt.get(instanceId), drainingAt(instanceId))),
    drainSeconds: Math.max(
      ...terminations.map((each) => since(drainingAt(each.instanceId), each.tasksGoneAt)),
    ),
    failedRuns: played.invocations.filter((each) => each.outcome !== "succeeded").length,
  };
}

/** Plays a fleet with the functions themselves. As deployed, their work takes time too. */
export function play(fleet: Fleet, prepare?: Prepare, write: Write = () => {}): Promise<Played> {
  const through = fleet.asDeployed ? { through: cpuCharged(template.memoryMegabytes) } : {};
  return playScenario(scenarioOf(fleet), {
    invoke: inProcess((line) => write(line), { ...through, writeMetrics: (line) => write(line) }),
    watch: (simulation) => {
      endJobs(simulation, fleet);
      prepare?.(simulation);
    },
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
function followArrivals({ world }: Simulation, name: string, arrivedAt: Map<string, number>): void {
  const queue = world.queues.byName(name);
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
function idleFor(fleet: Fleet, milliseconds: number): Fleet {
  return {
    ...fleet,
    instances: fleet.clusters ?? 1,
    terminations: 0,
    idleSeconds: Math.ceil(milliseconds / 1_000),
  };
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
