// What CloudWatch would have of a scenario: the functions' own metrics, Lambda's, and those of SQS. Before it began, the functions
// had run each minute.
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import type { Queue } from "../../simulator/services/sqs/queue.ts";
import { type Outcome, play } from "../scenarios/fixture.ts";
import type { Sample } from "./evaluate.ts";

/** A metric: its namespace, its name, and the value of its only dimension. */
export type MetricId = `${string} ${string} ${string}`;

/** A scenario that was played, with its metrics. */
export type Watched = Outcome & { readonly samples: ReadonlyMap<MetricId, readonly Sample[]> };

const MINUTE = 60_000;
const MINUTES_BEFORE = 15;
/** A queue that nobody used for six hours can take as long to show metrics (Amazon SQS Developer Guide, "CloudWatch metrics"). */
const WAKES_AFTER = 15 * MINUTE;
/** The age leaves out a message that was received so often (the same page). */
const LEFT_OUT_FROM = 3;

/** Plays a scenario, and collects what CloudWatch would have of it. */
export async function playWatched(scenario: Record<string, unknown>): Promise<Watched> {
  const samples = new Map<MetricId, Sample[]>();
  const add = (id: MetricId, sample: Sample) => {
    const own = samples.get(id) ?? [];
    samples.set(id, own);
    own.push(sample);
  };
  const outcome = await play(scenario, { watch: (simulation) => watchQueues(simulation, add) });
  for (const [id, sample] of [...ofFunctions(outcome), ...ofLambda(outcome)]) add(id, sample);
  return { ...outcome, samples };
}

type Found = readonly [MetricId, Sample];

// From the lines that a run writes at its end. A group's have a second dimension, and no alarm is on them.
function ofFunctions({ metrics }: Outcome): Found[] {
  return metrics.flatMap(({ _aws, service, AutoScalingGroup, ...values }) => {
    if (AutoScalingGroup !== undefined) return [];
    const at = _aws.Timestamp;
    return Object.entries(values).flatMap(([name, value]) =>
      [value].flat().map((each): Found => {
        if (typeof each !== "number") throw new Error(`${name} is no number`);
        return [`asg-drain ${name} ${service}`, { at, knownAt: at, value: each }];
      }),
    );
  });
}

// Lambda counts an invocation in the minute in which it began, and tells it when it has ended.
function ofLambda({ invocations, startedAt }: Outcome): Found[] {
  const before = [...new Set(invocations.map(({ name }) => name))].flatMap((name) =>
    Array.from({ length: MINUTES_BEFORE }, (_, i) => {
      const at = startedAt - (i + 1) * MINUTE;
      return { name, startedAt: at, endedAt: at, outcome: "succeeded" };
    }),
  );
  return [...before, ...invocations].flatMap(
    ({ name, startedAt: at, endedAt: knownAt, outcome }): Found[] => [
      [`AWS/Lambda Invocations ${name}`, { at, knownAt, value: 1 }],
      [`AWS/Lambda Errors ${name}`, { at, knownAt, value: outcome === "succeeded" ? 0 : 1 }],
    ],
  );
}

// SQS measures each minute. The functions poll their queues. Nobody reads a dead-letter queue, so it has no metrics until some time
// after its first message.
function watchQueues({ world: { agenda, queues } }: Simulation, add: (...found: Found) => void): void {
  const startedAt = agenda.now;
  const usedSince = new Map<string, number>();
  const measure = (queue: Queue) => {
    const { name, messages, attributes } = queue;
    if (messages.size > 0 && !usedSince.has(name)) usedSince.set(name, agenda.now);
    const isAsleep = agenda.now < (usedSince.get(name) ?? agenda.now) + WAKES_AFTER;
    if (attributes.redrive === undefined && isAsleep) return;
    const of = (metric: string, value: number) =>
      add(`AWS/SQS ${metric} ${name}`, { at: agenda.now, knownAt: agenda.now, value });
    of("ApproximateNumberOfMessagesVisible", queue.counts().visible);
    of("ApproximateAgeOfOldestMessage", ageOfOldest(queue, startedAt, agenda.now));
  };
  const measureAll = () => {
    for (const queue of queues.all) measure(queue);
    agenda.in(MINUTE, measureAll);
  };
  agenda.at(Math.ceil(agenda.now / MINUTE) * MINUTE, measureAll);
}

function ageOfOldest({ messages }: Queue, startedAt: number, now: number): number {
  const ages = [...messages.values()]
    .filter(({ receiveCount, sentAt }) => receiveCount < LEFT_OUT_FROM && sentAt >= startedAt)
    .map(({ sentAt }) => (now - sentAt) / 1_000);
  return Math.max(0, ...ages);
}
