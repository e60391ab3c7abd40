import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { readResults } from "../../bench/results.ts";
import { template } from "../../bench/template.ts";
import { type PriceName, priceOf } from "./prices.ts";

/** What a month has, as AWS counts it for a metric. */
export const HOURS_A_MONTH = 730;
/** About as many bytes as Lambda's own three lines of a run have: START, END and REPORT. */
export const LAMBDAS_OWN_LINES = 300;
/** deregister's and terminate's: scale-tasks is not invoked without services. */
const RUNS_AN_HOUR = 2 * 60;
const BYTES_A_KB = 1_000;
const KB_A_GB = 1_000_000;

/** What is billed, by its price. */
export type Amounts = Readonly<Partial<Record<PriceName, number>>>;

/** What stands in the bench's results. Throws an Error where it was not measured. */
function figure(part: string, of: string, what: string): number {
  const found = readResults()[part]?.find((each) => each.of === of && each.what === what);
  if (found === undefined) throw new Error(`bench/results.json: expected ${what} of ${of} in ${part}`);
  return found.value;
}

const gigabyteSeconds = (seconds: number) => (seconds * template.memoryMegabytes) / 1_024;

/** A month in which nothing terminates, with one group or with thirty. */
export function idleMonth(groups: 1 | 30): Amounts {
  const [part, name] =
    groups === 1 ? ["hours", "nothing to do, as deployed"] : ["costs", "nothing to do, in 30 groups"];
  const log = figure("costs", name, "log of an hour") + (RUNS_AN_HOUR * LAMBDAS_OWN_LINES) / BYTES_A_KB;
  return {
    "Lambda, arm64": gigabyteSeconds(figure(part, name, "Lambda seconds of an hour")) * HOURS_A_MONTH,
    "Lambda requests": RUNS_AN_HOUR * HOURS_A_MONTH,
    // Calls to other services cost nothing. To take all for SQS's is too much, and is simple.
    "SQS, standard queues": figure(part, name, "calls of an hour") * HOURS_A_MONTH,
    ...ofLog(log * HOURS_A_MONTH),
    "CloudWatch metrics": 0,
    "CloudWatch alarms": alarms(),
    "EventBridge, rules on a schedule": 0,
  };
}

/** What a number of terminations adds, by the bench's name of the fleet. */
export function drains(part: string, name: string, terminations: number): Amounts {
  const each = (what: string, where = part) => figure(where, name, what) * terminations;
  return {
    "Lambda, arm64": gigabyteSeconds(each("Lambda seconds per instance")),
    "SQS, standard queues": each("calls per instance"),
    ...ofLog(each("log per instance", "costs")),
    // An hour of a metric is billed once, however many drains are in it.
    "CloudWatch metrics": figure("costs", name, "hours of a metric"),
  };
}

/** The same so many times. */
export function times(count: number, amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, count * amount]));
}

/** What some amounts cost together, in dollars. */
export function total(...all: readonly Amounts[]): number {
  return all
    .flatMap((amounts) => Object.entries(amounts))
    .reduce((sum, [name, amount]) => sum + priceOf(name as PriceName, amount), 0);
}

function ofLog(kilobytes: number): Amounts {
  return { "CloudWatch Logs, taken in": kilobytes / KB_A_GB, "CloudWatch Logs, kept": kilobytes / KB_A_GB };
}

/** How many alarms the template has; each is on one metric. */
function alarms(): number {
  const { resources } = parse(readFileSync("serverless.yml", "utf8"), { merge: true, logLevel: "error" });
  const all = Object.values(resources.Resources as Record<string, Alarm>).filter(
    ({ Type }) => Type === "AWS::CloudWatch::Alarm",
  );
  if (!all.every(({ Properties }) => Properties?.MetricName !== undefined))
    throw new Error("serverless.yml: expected alarms on one metric each");
  return all.length;
}

type Alarm = { readonly Type: string; readonly Properties?: { readonly MetricName?: string } };
