import type { Figure, Part } from "./figure.ts";
import type { Fleet } from "./fleet.ts";
import { countCalls, measure, play } from "./measure.ts";
import { rounded, sum } from "./numbers.ts";
import { FIRST_MESSAGE_SECONDS } from "./world.ts";

const HOUR_SECONDS = 3_600;

/** A fleet whose bill is measured, as far as other parts of the bench do not measure it. */
type Billed = { readonly name: string; readonly fleet: Fleet; readonly isMeasuredElsewhere?: boolean };

const IDLE: readonly Billed[] = [
  {
    name: "nothing to do, as deployed",
    fleet: { instances: 10, terminations: 0 },
    isMeasuredElsewhere: true,
  },
  { name: "nothing to do, in 30 groups", fleet: { instances: 30, terminations: 0, clusters: 30 } },
];
const DRAINS: readonly Billed[] = [
  { name: "1 of 10", fleet: { instances: 10, terminations: 1 }, isMeasuredElsewhere: true },
  {
    name: "200 of 200, refreshed 20 at a time",
    fleet: { instances: 200, terminations: 200, isRefreshed: true },
    isMeasuredElsewhere: true,
  },
  {
    name: "300 of 300, in 30 groups that are refreshed at once",
    fleet: { instances: 300, terminations: 300, clusters: 30, isRefreshed: true },
  },
];

/** What AWS bills beside calls and Lambda seconds: what is written into the log, and the metrics that are made of it. */
export async function costs(): Promise<Part> {
  const figures: Figure[] = [];
  for (const each of IDLE) figures.push(...(await billOfHour(each)));
  for (const each of DRAINS) figures.push(...(await billOfDrains(each)));
  return { figures };
}

async function billOfHour({ name, fleet, isMeasuredElsewhere = false }: Billed): Promise<Figure[]> {
  const ends = FIRST_MESSAGE_SECONDS + HOUR_SECONDS;
  const log = new Log();
  const played = await play({ ...fleet, asDeployed: true, idleSeconds: ends }, undefined, log.write);
  const from = played.startedAt + FIRST_MESSAGE_SECONDS * 1_000;
  const until = from + HOUR_SECONDS * 1_000;
  const runs = played.invocations.filter((each) => each.startedAt >= from && each.startedAt < until);
  const seconds = sum(runs.map((each) => each.endedAt - each.startedAt)) / 1_000;
  const calls = sum(countCalls(played, from, until).values());
  return [
    ...(isMeasuredElsewhere
      ? []
      : [
          { of: name, what: "calls of an hour", value: calls, unit: "calls" },
          { of: name, what: "Lambda seconds of an hour", value: rounded(seconds), unit: "s" },
        ]),
    { of: name, what: "log of an hour", value: log.kilobytesBetween(from, until), unit: "KB" },
  ];
}

async function billOfDrains({ name, fleet, isMeasuredElsewhere = false }: Billed): Promise<Figure[]> {
  const log = new Log();
  const asDeployed = { ...fleet, asDeployed: true };
  const { terminations, calls, lambdaSeconds } = await measure(asDeployed, undefined, log.write);
  const perInstance = (total: number) => rounded(total / terminations, 2);
  return [
    ...(isMeasuredElsewhere
      ? []
      : [
          { of: name, what: "calls per instance", value: perInstance(calls), unit: "calls" },
          { of: name, what: "Lambda seconds per instance", value: perInstance(lambdaSeconds), unit: "s" },
        ]),
    { of: name, what: "log per instance", value: perInstance(log.kilobytesOfDrains()), unit: "KB" },
    { of: name, what: "hours of a metric", value: log.metricHours(), unit: "hours" },
  ];
}

/** What the functions have written, as CloudWatch Logs bills it and makes metrics of it. */
class Log {
  readonly #lines: { readonly at: number; readonly bytes: number; readonly isOfDrain: boolean }[] = [];
  /** Each metric with its dimensions, and the hours in which it has a value. */
  readonly #metrics = new Set<string>();

  readonly write = (line: string): void => {
    const { time, instance_id, _aws, ...others } = JSON.parse(line) as {
      readonly time?: string;
      readonly instance_id?: string;
      readonly _aws?: MetricsOf;
    } & Record<string, unknown>;
    const at = _aws?.Timestamp ?? Date.parse(time ?? "");
    const bytes = Buffer.byteLength(line);
    this.#lines.push({ at, bytes, isOfDrain: instance_id !== undefined || _aws !== undefined });
    for (const { Dimensions, Metrics } of _aws?.CloudWatchMetrics ?? []) {
      for (const dimensions of Dimensions) {
        const values = dimensions.map((each) => others[each]);
        const hour = Math.floor(at / (HOUR_SECONDS * 1_000));
        for (const { Name } of Metrics) this.#metrics.add(JSON.stringify([Name, values, hour]));
      }
    }
  };

  kilobytesBetween(from: number, until: number): number {
    const lines = this.#lines.filter(({ at }) => at >= from && at < until);
    return rounded(sum(lines.map(({ bytes }) => bytes)) / 1_000);
  }

  /** Those that an idle run does not write: about an instance, or with metrics. */
  kilobytesOfDrains(): number {
    return sum(this.#lines.filter(({ isOfDrain }) => isOfDrain).map(({ bytes }) => bytes)) / 1_000;
  }

  metricHours(): number {
    return this.#metrics.size;
  }
}

/** What a line says of metrics, in CloudWatch's embedded format. */
type MetricsOf = {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
};
