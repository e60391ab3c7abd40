import { METRICS } from "../../shared/base/metrics.ts";
import { type Amounts, drains, HOURS_A_MONTH, idleMonth, LAMBDAS_OWN_LINES, times, total } from "./bill.ts";
import { METRICS_OF_GROUPS } from "./metrics-page.ts";
import { COMPARED_ON, PRICES, type Price, type PriceName, priceOf } from "./prices.ts";
import { markdownTable } from "./tables.ts";

/** A roll of a group, and of thirty groups. */
const ROLL = drains("deployed", "200 of 200, refreshed 20 at a time", 200);
const ROLL_OF_THIRTY = drains("costs", "300 of 300, in 30 groups that are refreshed at once", 300);
/** A drain that nothing else drains beside. */
const ALONE = drains("deployed", "1 of 10", 1);

const ROLLS_A_MONTH = 4;
const DRAINS_A_MONTH = 300;

/** The page on what the pair costs in dollars: from the bench's figures and AWS's list prices. */
export function costsPage(): string {
  const idle = [idleMonth(1), idleMonth(30)];
  const scattered = [scatteredMonth(1), scatteredMonth(30)];
  const rolls = [times(ROLLS_A_MONTH, ROLL), times(ROLLS_A_MONTH, ROLL_OF_THIRTY)];
  const months = (all: readonly Amounts[]) => all.map((amounts) => dollars(total(amounts)));
  return `# What it costs in dollars

<!-- Made from bench/results.json and docs/generate/prices.ts by \`npm run docs\`. -->

${costInShort()}

Nothing here is typed by hand but the prices. The amounts are measured: the functions run over the simulated AWS, as the template deploys
them, and these commands write what they took into \`bench/results.json\`. Then \`npm run docs\` writes this page:

    npm run bench -- --only hours
    npm run bench -- --only deployed
    npm run bench -- --only costs

The same amounts in calls and seconds are in [performance.md](performance.md).

## The prices

These are list prices in us-east-1, without taxes, discounts and what is free each month. They were last compared on ${COMPARED_ON}, with
copies of the pages named here, and with articles on them of March to June 2026. Prices change, and other Regions have others. To work with
yours, edit \`docs/generate/prices.ts\`, and run \`npm run docs\`.

${markdownTable(
  ["what", "dollars", "for", "page"],
  Object.entries<Price>(PRICES).map(([name, { dollars: each, per, page }]) => [
    name,
    String(each),
    per,
    page,
  ]),
)}

## An idle deployment, a month

Both functions run each minute, whether anything terminates or not. Each cell has the amount, and what it costs.

${amountsTable(["1 group", "30 groups"], idle)}

- **Lambda** seconds are mostly the long poll of terminate's first receive, which lasts five seconds.
- **Requests of SQS**: all calls are counted as such. Most are. Calls to ECS, Elastic Load Balancing, EC2 and Auto Scaling cost nothing.
- **The log** has ${LAMBDAS_OWN_LINES} bytes a run for Lambda's own three lines. That is an estimate. It is kept for 30 days
  (\`log_retention_days\`), and counted as if CloudWatch did not compress it.
- **The alarms** are those of the template. More groups need no more of them.
- **The schedules** are rules of EventBridge, which cost nothing. EventBridge Scheduler is not used: it would be $1 for a million invocations.

## What drains add

${amountsTable(
  ["one drain alone", "200 of one group, 20 at a time", "300 of 30 groups, each 1 at a time"],
  [ALONE, ROLL, ROLL_OF_THIRTY],
)}

- An instance drains for 60 s, and has three tasks and three load balancers. A drain of an hour costs more Lambda seconds, up to those of
  an hour of terminate.
- Lambda seconds are those of all runs in that time. Those of an idle deployment are in them, so they are counted twice here.
- **Metrics** are billed by the hour in which they have a value. Thirty groups have more of them than one
  ([metrics.md](metrics.md#what-they-cost)).

## Three months

${markdownTable(
  ["a month", "1 group", "30 groups"],
  [
    ["idle", ...months(idle)],
    [
      "and a roll each week, of 200 instances or of 300",
      ...months(idle.map((each, n) => sumOf(each, rolls[n]))),
    ],
    [
      `and ${DRAINS_A_MONTH} scattered drains in each group`,
      ...months(idle.map((each, n) => sumOf(each, rolls[n], scattered[n]))),
    ],
  ],
)}

Scattered drains are taken as if none had another one beside it. In thirty groups many have, so that is the most. A metric costs no more than
all ${HOURS_A_MONTH} hours of the month.

## What is not in it

- **The instances.** You pay for an instance while it drains. From ready to completed it is some seconds more: the lag in
  [performance.md](performance.md#as-the-template-deploys-it).
- **\`dashboard: true\`**: up to $3 a month ([metrics.md](metrics.md#the-dashboard)).
- **\`event_bus\`**: ${dollars(priceOf("EventBridge, events of your own", 1_000_000))} for a million events. A drain has two to four ([events.md](events.md#what-to-expect)).
- **\`deregister_at_once: true\`**: Lambda polls the queue all the time, with five long polls of 20 s at once. That is
  ${dollars(priceOf("SQS, standard queues", (5 * 3_600 * HOURS_A_MONTH) / 20))} a month. A batch of messages is a run of its own, so there are more runs and calls.
- **\`kms_key_arn\`**: what KMS bills for the key and its requests.
- **Notices**: the rule costs nothing. Each notice is a message on the queue.
- **Data transfer**: the functions are in no VPC, so they need no NAT gateway.

## Where to save

- Set \`log_retention_days\` lower.
- Leave out alarms that you have elsewhere: an alarm is ${dollars(priceOf("CloudWatch alarms", 1))} a month.
- One deployment serves all groups of an account and Region. A second one costs what the first one costs.
`;
}

/** What it costs in a sentence or two, for this page and the README. */
export function costInShort(): string {
  const [one, thirty] = [total(idleMonth(1)), total(idleMonth(30))].map(dollars);
  return `An idle deployment costs ${one} a month with one group, and ${thirty} with thirty. A roll of 200 instances adds ${dollars(total(ROLL))}, and a drain
alone ${dollars(total(ALONE))}, at AWS's list prices.`;
}

/** Drains that come one by one: their metrics have values in many hours, and in no more than there are. */
function scatteredMonth(groups: number): Amounts {
  const drained = times(DRAINS_A_MONTH * groups, ALONE);
  const names = Object.keys(METRICS).length + groups * METRICS_OF_GROUPS;
  const hours = Math.min(drained["CloudWatch metrics"] ?? 0, names * HOURS_A_MONTH);
  return { ...drained, "CloudWatch metrics": hours };
}

function sumOf(...all: readonly (Amounts | undefined)[]): Amounts {
  const sum: Partial<Record<PriceName, number>> = {};
  for (const amounts of all) {
    for (const [name, amount] of Object.entries(amounts ?? {}) as [PriceName, number][])
      sum[name] = (sum[name] ?? 0) + amount;
  }
  return sum;
}

/** A row for each price, and a column for each bill; the last row has what it comes to. */
function amountsTable(heads: readonly string[], bills: readonly Amounts[]): string {
  const names = Object.keys(PRICES).filter((name): name is PriceName => bills.some((bill) => name in bill));
  return markdownTable(
    ["", ...heads],
    [
      ...names.map((name) => [name, ...bills.map((bill) => cellOf(name, bill[name]))]),
      ["**together**", ...bills.map((bill) => `**${dollars(total(bill))}**`)],
    ],
  );
}

function cellOf(name: PriceName, amount: number | undefined): string {
  if (amount === undefined) return "";
  if (amount === 0) return "$0";
  const digits = amount.toLocaleString("en", { maximumSignificantDigits: amount >= 100 ? 6 : 3 });
  const text = amount >= 100 ? Math.round(amount).toLocaleString("en") : digits;
  return `${text} ${UNITS[name]}, ${dollars(priceOf(name, amount))}`;
}

const UNITS: Readonly<Record<PriceName, string>> = {
  "Lambda, arm64": "GB-s",
  "Lambda requests": "requests",
  "SQS, standard queues": "requests",
  "CloudWatch Logs, taken in": "GB",
  "CloudWatch Logs, kept": "GB",
  "CloudWatch metrics": "hours of a metric",
  "CloudWatch alarms": "alarms",
  "EventBridge, events of your own": "events",
  "EventBridge, rules on a schedule": "rules",
};

/** An amount of money: cents, and two digits of what is less than ten cents. */
function dollars(amount: number): string {
  if (amount === 0) return "$0";
  if (amount >= 0.1) return `$${amount.toFixed(2)}`;
  return `$${amount.toLocaleString("en", { maximumSignificantDigits: 2, maximumFractionDigits: 20 })}`;
}
