import { Metrics } from "@aws-lambda-powertools/metrics";
import { groupBy } from "./batches.ts";

/** The namespace of all metrics in CloudWatch. */
export const NAMESPACE = "asg-drain";

/** The metrics, and how the numbers of one run become one: counts are added, of ages the highest counts, and each time counts. */
export const METRICS = {
  DrainsBegun: { unit: "Count", keep: "sum" },
  DrainsDrained: { unit: "Count", keep: "sum" },
  DrainsCutOff: { unit: "Count", keep: "sum" },
  DrainsDead: { unit: "Count", keep: "sum" },
  DrainsInProgress: { unit: "Count", keep: "sum" },
  DrainsStalled: { unit: "Count", keep: "sum" },
  OldestDrainSeconds: { unit: "Seconds", keep: "most" },
  HeldSeconds: { unit: "Seconds", keep: "all" },
  ReadyToCompletedSeconds: { unit: "Seconds", keep: "all" },
  TasksStopped: { unit: "Count", keep: "sum" },
  CallsThrottled: { unit: "Count", keep: "sum" },
  CallsFailed: { unit: "Count", keep: "sum" },
} as const;
export type MetricName = keyof typeof METRICS;

/**
 * So many values of one metric go into one line. CloudWatch takes a hundred (CloudWatch User Guide, "Embedded metric format
 * specification"), and with the hundredth the library writes them by itself.
 */
const VALUES_A_LINE = 99;

type Added = { readonly name: MetricName; readonly value: number; readonly group: string | undefined };

/** The numbers that a run has for CloudWatch. */
export class MetricValues {
  readonly #added: Added[] = [];

  /** Adds a number, of a group's drains if one is given. */
  add(name: MetricName, value = 1, group?: string): void {
    this.#added.push({ name, value, group });
  }

  /**
   * The lines from which CloudWatch Logs makes metrics: the deployment's, and those of each group. A group has no line of its
   * own for what it has nothing of, since each metric of a group is billed.
   *
   * @param deployment what tells this deployment from others of the account, which is the dimension `service` of each metric
   * @param at in milliseconds since 1970
   */
  linesOf(deployment: string, at: number): string[] {
    const ofGroups = groupBy(
      this.#added.filter(({ group }) => group !== undefined),
      ({ group }) => group,
    );
    return [
      ...emfLines(this.#added, at, { serviceName: deployment }),
      ...[...ofGroups].flatMap(([group, added]) =>
        emfLines(added, at, { serviceName: deployment, group: group as string }),
      ),
    ];
  }
}

function emfLines(
  added: readonly Added[],
  at: number,
  { serviceName, group }: { readonly serviceName: string; readonly group?: string },
): string[] {
  const byName = [...groupBy(added, ({ name }) => name)];
  const values = byName.map(([name, those]) => ({ name, values: kept(name, those) }));
  const most = Math.max(0, ...values.map((each) => each.values.length));
  return Array.from({ length: Math.ceil(most / VALUES_A_LINE) }, (_, line) => {
    const metrics = new Metrics({ namespace: NAMESPACE, serviceName });
    if (group !== undefined) metrics.addDimension("AutoScalingGroup", group);
    for (const each of values)
      for (const value of each.values.slice(line * VALUES_A_LINE, (line + 1) * VALUES_A_LINE))
        metrics.addMetric(each.name, METRICS[each.name].unit, value);
    const { _aws, ...rest } = metrics.serializeMetrics();
    return JSON.stringify({ _aws: { ..._aws, Timestamp: at }, ...rest });
  });
}

function kept(name: MetricName, added: readonly Added[]): number[] {
  const values = added.map(({ value }) => value);
  switch (METRICS[name].keep) {
    case "sum":
      return [values.reduce((sum, each) => sum + each, 0)];
    case "most":
      return [Math.max(...values)];
    case "all":
      return values;
    default:
      return METRICS[name] satisfies never;
  }
}
