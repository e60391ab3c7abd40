// Plays the scenarios of tests, and has their questions about the outcome.
import { expect } from "chai";
import { type InProcessOptions, inProcess } from "../../cli/in-process.ts";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import type { Violation } from "../../simulator/judge/records.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import type { FunctionName, Invoke } from "../../simulator/scenario/stage.ts";

/** A log line of a function, parsed. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly message: string;
  readonly level: string;
};

export type Outcome = Played & {
  readonly log: readonly LogLine[];
  /** The log's lines, as they were written. */
  readonly lines: readonly string[];
  /** What CloudWatch Logs would make metrics of. */
  readonly metrics: readonly MetricLine[];
};

/** A line from which CloudWatch Logs makes metrics: its dimensions, and its metrics' values, by name. */
type MetricLine = Readonly<Record<string, unknown>> & {
  readonly _aws: { readonly Timestamp: number };
  readonly service: string;
  readonly AutoScalingGroup?: string;
};

/** The values of a metric over a scenario, with when they were written, in seconds since its start. */
export function valuesOf(
  { metrics, startedAt }: Outcome,
  name: string,
  group?: string,
): { readonly at: number; readonly value: unknown }[] {
  return metrics.flatMap((line) =>
    line.AutoScalingGroup === group && line[name] !== undefined
      ? [{ at: (line._aws.Timestamp - startedAt) / 1_000, value: line[name] }]
      : [],
  );
}

/** What tests leave out of a scenario: the queues, and the functions' schedules and inputs. */
export const QUEUES = [
  { name: "lifecycle-dead-letters", retention_seconds: 1_209_600 },
  { name: "monitor-dead-letters", retention_seconds: 1_209_600 },
  {
    name: "lifecycle",
    visibility_timeout_seconds: 120,
    dead_letter_queue: "lifecycle-dead-letters",
    max_receive_count: 240,
  },
  {
    name: "monitor",
    visibility_timeout_seconds: 120,
    dead_letter_queue: "monitor-dead-letters",
    max_receive_count: 240,
  },
];
export const HOOK = {
  name: "drain",
  queue: "lifecycle",
  heartbeat_timeout_seconds: 3600,
  default_result: "CONTINUE",
};

/** The functions' schedules, with drain keys for deregister. */
export function functions(keys: Record<string, unknown>, firstAfter: readonly [number, number] = [20, 40]) {
  return {
    deregister: {
      input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", ...keys },
      first_after_seconds: firstAfter[0],
    },
    terminate: { input: { queue_name: "monitor" }, first_after_seconds: firstAfter[1] },
  };
}

/** Where a function dies: in the run that makes its n-th call, after the call is done and before its answer. */
type Crash = { readonly name: FunctionName; readonly atCall: number };

type PlayOptions = Pick<InProcessOptions, "codeOf"> & {
  readonly seed?: number;
  readonly crash?: Crash;
  readonly watch?: (simulation: Simulation) => void;
};

/** Plays a scenario given as an object. It gets the usual queues unless it has its own. `watch` gets the world before the start. */
export async function play(
  scenario: Record<string, unknown>,
  { seed, crash, watch, codeOf }: PlayOptions = {},
): Promise<Outcome> {
  const lines: string[] = [];
  const metrics: string[] = [];
  const played = await playScenario(checkScenario({ name: "test", queues: QUEUES, ...scenario }, "test"), {
    invoke: crashing(
      inProcess((line) => lines.push(line), {
        writeMetrics: (line) => metrics.push(line),
        ...(codeOf === undefined ? {} : { codeOf }),
      }),
      crash,
    ),
    ...(seed === undefined ? {} : { seed }),
    ...(watch === undefined ? {} : { watch }),
  });
  return {
    ...played,
    lines,
    log: lines.map((line) => JSON.parse(line) as LogLine),
    metrics: metrics.map((line) => JSON.parse(line) as MetricLine),
  };
}

function crashing(invoke: Invoke, crash: Crash | undefined): Invoke {
  let crashed = false;
  return (name, event, where) => {
    if (name !== crash?.name) return invoke(name, event, where);
    let dead = false;
    const goesOn = () => {
      const made = where.simulation.calls.filter((each) => each.caller === name).length;
      if (!crashed && made >= crash.atCall) {
        crashed = true;
        dead = true;
      }
      return !dead && where.invocation.goesOn();
    };
    const alive = () => goesOn() && where.invocation.alive();
    return invoke(name, event, { ...where, invocation: { ...where.invocation, alive, goesOn } });
  };
}

/** Ids for instances, so that a timeline can name them. */
export function instanceIds(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `i-${String(i + 1).padStart(17, "0")}`);
}

/** Expects that nothing was done too early, and that each termination was completed soon after it was ready. */
export function expectDrained(
  outcome: Outcome,
  { count, withinSeconds = 10 }: { count: number; withinSeconds?: number },
): void {
  expect(outcome.violations).to.deep.equal([]);
  expect(outcome.terminations).to.have.lengthOf(count);
  for (const { instanceId, askedAt, readyAt, completedAt, result } of outcome.terminations) {
    expect(result, instanceId).to.equal("CONTINUE");
    const fair = Math.max(readyAt as number, askedAt + 130_000);
    expect((completedAt as number) - fair, `${instanceId}: ms after it could be`).to.be.at.most(
      withinSeconds * 1000,
    );
  }
}

/** Expects that no run failed, and that both queues and their dead-letter queues are empty. */
export function expectQuiet(outcome: Outcome): void {
  expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  for (const queue of outcome.simulation.world.queues.all)
    expect(queue.messages.size, queue.name).to.equal(0);
}

/** The violations that are broken promises, without damage that nothing allows. */
export function brokenPromises(violations: readonly Violation[]): Violation[] {
  return violations.filter(({ rule }) => !rule.startsWith("no damage: "));
}

/** The violations, without what is late: the judge does not know of a crash that the test makes. */
export function violationsButLate({ violations }: Outcome): Violation[] {
  return violations.filter(({ rule }) => rule !== "no damage: late");
}

/** The log lines with a message, of one instance if it is given. */
export function linesOf(outcome: Outcome, phrase: string, instanceId?: string): LogLine[] {
  return outcome.log.filter(
    (line) => line.message === phrase && (instanceId === undefined || line.instance_id === instanceId),
  );
}

/** How often an action was called. */
export function calls(outcome: Outcome, action: string): number {
  return outcome.calls.get(action) ?? 0;
}
