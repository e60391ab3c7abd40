/** A price of AWS's, in dollars, with where it stands. */
export type Price = {
  readonly dollars: number;
  /** What it is for, and how many of that: "1,000,000 requests" has 1,000,000. */
  readonly per: string;
  readonly count: number;
  readonly page: string;
};

const LAMBDA = "https://aws.amazon.com/lambda/pricing/";
const CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/";
const EVENTBRIDGE = "https://aws.amazon.com/eventbridge/pricing/";

/** List prices of us-east-1, the first step of each, without what is free each month. */
export const PRICES = {
  "Lambda, arm64": { dollars: 0.0000133334, per: "GB-second", count: 1, page: LAMBDA },
  "Lambda requests": { dollars: 0.2, per: "1,000,000 requests", count: 1_000_000, page: LAMBDA },
  "SQS, standard queues": {
    dollars: 0.4,
    per: "1,000,000 requests of up to 64 KB",
    count: 1_000_000,
    page: "https://aws.amazon.com/sqs/pricing/",
  },
  "CloudWatch Logs, taken in": { dollars: 0.5, per: "GB", count: 1, page: CLOUDWATCH },
  "CloudWatch Logs, kept": { dollars: 0.03, per: "GB and month", count: 1, page: CLOUDWATCH },
  "CloudWatch metrics": { dollars: 0.3, per: "metric and month (730 hours)", count: 730, page: CLOUDWATCH },
  "CloudWatch alarms": { dollars: 0.1, per: "alarm on one metric, and month", count: 1, page: CLOUDWATCH },
  "EventBridge, events of your own": {
    dollars: 1,
    per: "1,000,000 events",
    count: 1_000_000,
    page: EVENTBRIDGE,
  },
  "EventBridge, rules on a schedule": { dollars: 0, per: "rule", count: 1, page: EVENTBRIDGE },
} as const satisfies Readonly<Record<string, Price>>;
export type PriceName = keyof typeof PRICES;

/** When they were compared with copies of these pages, and with articles on them that are dated March to June 2026. */
export const COMPARED_ON = "2026-12-01";

/** What an amount costs, in dollars. */
export function priceOf(name: PriceName, amount: number): number {
  const { dollars, count } = PRICES[name];
  return (dollars * amount) / count;
}
