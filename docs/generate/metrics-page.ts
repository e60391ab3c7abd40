import { METRICS, type MetricName, NAMESPACE } from "../../shared/base/metrics.ts";
import { PRICES } from "./prices.ts";
import { markdownTable } from "./tables.ts";

/** What each metric counts, and whether groups have it too. */
const MEANS: Readonly<Record<MetricName, readonly [means: string, ofGroups: boolean]>> = {
  DrainsBegun: ["Drains that a run of this minute has begun.", true],
  DrainsDrained: ["Drains that ended with nothing left.", true],
  DrainsCutOff: [
    "Drains that ended with something left: at their deadline, by the hook's own timeout, or because EC2 took the instance back.",
    true,
  ],
  DrainsDead: ["Instances that were dead before they were drained.", true],
  DrainsInProgress: ["Drains that go on after the run.", true],
  DrainsStalled: [
    "Those of them in which nothing has changed for a quarter of an hour, and nothing that ends by itself is left.",
    true,
  ],
  OldestDrainSeconds: ["The age of the oldest drain that goes on, since its lifecycle action began.", true],
  HeldSeconds: ["How long the hook held an instance, for each drain that ended.", true],
  ReadyToCompletedSeconds: [
    "From when nothing was left to the completion, for each that was drained. It has the time to settle in it.",
    true,
  ],
  TasksStopped: ["Tasks that were stopped because nothing else was left.", true],
  CallsThrottled: ["Calls that AWS throttled until the SDK gave up.", false],
  CallsFailed: ["Calls that failed for another reason.", false],
};

/** How many of the metrics each group has. */
export const METRICS_OF_GROUPS = Object.values(MEANS).filter(([, ofGroups]) => ofGroups).length;

const { dollars: PRICE } = PRICES["CloudWatch metrics"];
const dollars = (metrics: number) => `$${Math.round(metrics * PRICE)}`;

/** The page on the metrics, from the list that the functions write. */
export function metricsPage(): string {
  const names = Object.keys(METRICS) as MetricName[];
  const ofGroups = METRICS_OF_GROUPS;
  const rows = names.map((name) => [
    `\`${name}\``,
    METRICS[name].unit,
    MEANS[name][1] ? "yes" : "",
    MEANS[name][0],
  ]);
  return `# Metrics

<!-- Made from the list in shared/base/metrics.ts by \`npm run docs\`. -->

deregister and terminate write their numbers into the log, once a run, in CloudWatch's embedded metric format. CloudWatch Logs makes metrics
of it, so no call is made and no permission is needed. The namespace is \`${NAMESPACE}\`. The dimension \`service\` is the deployment, such as
\`asg-drain-live\`. What a group has is there with the dimension \`AutoScalingGroup\` besides. A run that has nothing to count writes nothing.

${markdownTable(["metric", "unit", "by group", "what it counts"], rows)}

[operations.md](operations.md#alarms) has the alarms on them, and what to do.

## The dashboard

With \`dashboard: true\` in the block of serverless.yml, the stack has a CloudWatch dashboard, such as \`asg-drain-live-us-east-1\`. It shows the
state of each alarm, and draws these:

- drains in progress and stalled, the age of the oldest, and how drains ended;
- how long hooks held instances, and how long it took from ready to completed;
- calls that failed or were throttled, failed runs, runs, and how long they took;
- the age of the oldest message in each queue, and dead letters;
- as tables, the saved queries [*what drains wait for*](queries.md#what-drains-wait-for), [*cut off*](queries.md#cut-off) and
  [*what failed*](queries.md#what-failed).

CloudWatch bills $3 a month for a dashboard, and nothing for an account's first three of up to 50 metrics each (Amazon CloudWatch
pricing). This one has fewer. The tables scan the log of the hours that you look at each time they are drawn, at $0.005 per GB. Whoever
deploys needs \`cloudwatch:PutDashboard\`, \`cloudwatch:GetDashboard\` and \`cloudwatch:DeleteDashboards\`.

## What they cost

CloudWatch bills each metric of each group for the hours in which it has a value. If that is every hour, it is $0.30 a month in us-east-1
(Amazon CloudWatch pricing, first 10,000 metrics). An idle deployment has none. At the most, if something of each kind happens every hour of
the month, that is:

${markdownTable(
  ["groups", "metrics", "a month"],
  [1, 30].map((groups) => {
    const metrics = names.length + groups * ofGroups;
    return [String(groups), String(metrics), dollars(metrics)];
  }),
)}

A group that drains for an hour on each working day has values in some 22 of 730 hours, so it costs ${Math.round(((ofGroups * PRICE * 22) / 730) * 100)} cents a month.
[costs.md](costs.md) has what all of it costs.
`;
}
