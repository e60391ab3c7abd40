import type { Account } from "../../aws/account.ts";
import { alarmRead } from "../../aws/doctor/alarms.ts";
import { afterRead, fromRead, ifRead, type ReadFact } from "./fact.ts";
import type { Before, Fact, Facts } from "./facts.ts";

/** The metrics that the template has alarms of. */
const WATCHED = {
  deadLetters: ["AWS/SQS", "ApproximateNumberOfMessagesVisible"],
  unread: ["AWS/SQS", "ApproximateAgeOfOldestMessage"],
  runs: ["AWS/Lambda", "Invocations"],
  errors: ["AWS/Lambda", "Errors"],
  cutOff: ["asg-drain", "DrainsCutOff"],
  stalled: ["asg-drain", "DrainsStalled"],
} as const;

/** A metric of something that may not be known. */
type Wanted = {
  readonly check: string;
  readonly which: keyof typeof WATCHED;
  readonly dimension: string;
  readonly of: Fact<string>;
};

/** Reads the alarms of the metrics that the template has alarms of. */
export async function gatherAlarms(
  account: Account,
  { deployment, queues, functions }: Before,
  fact: ReadFact,
): Promise<Facts["watched"]> {
  const read = alarmRead(account);
  const ofQueues = (check: string, which: Wanted["which"], names: readonly Fact<string | undefined>[]) =>
    names.map((name): Wanted => ({ check, which, dimension: "QueueName", of: certain(name, "such queue") }));
  const pair = [functions.deregister, functions.terminate].map((each) =>
    certain(
      fromRead(each, (found) => found?.name),
      "such function",
    ),
  );
  const both = [queues.lifecycle, queues.monitor];
  const wanted: readonly Wanted[] = [
    ...ofQueues(
      "alarm-dead-letters",
      "deadLetters",
      both.map((each) => fromRead(each, (found) => found?.deadLetters)),
    ),
    ...ofQueues(
      "alarm-unread",
      "unread",
      both.map((each) => fromRead(each, (found) => found?.name)),
    ),
    ...pair.map((of): Wanted => ({ check: "alarm-runs", which: "runs", dimension: "FunctionName", of })),
    ...pair.map((of): Wanted => ({ check: "alarm-errors", which: "errors", dimension: "FunctionName", of })),
    ...(["cutOff", "stalled"] as const).map(
      (which): Wanted => ({ check: "alarm-drains", which, dimension: "service", of: { value: deployment } }),
    ),
  ];
  return {
    value: await Promise.all(
      wanted.map(async ({ check, which, dimension, of }) => {
        const [namespace, name] = WATCHED[which];
        const metric = { namespace, name, dimension: [dimension, ifRead(of) ?? ""] } as const;
        return { check, metric, alarms: await afterRead(of, () => fact(() => read(metric))) };
      }),
    ),
  };
}

// Of what there is not, other checks tell.
function certain<T>(of: Fact<T | undefined>, what: string): Fact<T> {
  if ("unread" in of) return of;
  return of.value === undefined ? { unread: `there is no ${what}` } : { value: of.value };
}
