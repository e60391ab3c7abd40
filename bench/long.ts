import { actionTable, type Part, rounded } from "./figure.ts";
import { countCalls, play, sum } from "./measure.ts";
import { FIRST_MESSAGE_SECONDS } from "./world.ts";

const HOUR_SECONDS = 3_600;

/** What an hour costs in which nothing ends: of a drain that is stalled, and of nothing to do at all. */
export async function stalled(): Promise<Part> {
  const played = await play({
    instances: 250,
    terminations: 20,
    drainSeconds: "never",
    drainTimeoutSeconds: 2 * HOUR_SECONDS,
    idleSeconds: FIRST_MESSAGE_SECONDS + HOUR_SECONDS,
    endsAfterSeconds: FIRST_MESSAGE_SECONDS + HOUR_SECONDS,
  });
  const { terminations } = played;
  if (terminations.length !== 20 || terminations.some((each) => each.completedAt ?? each.tasksGoneAt)) {
    throw new Error(`bench: expected 20 drains that stall, found ${JSON.stringify(terminations)}`);
  }
  const from = Math.min(...terminations.map((each) => each.askedAt));
  const counts = countCalls(played, from, from + HOUR_SECONDS * 1_000);
  return {
    figures: [
      {
        name: "calls an hour of a stalled drain of 20",
        value: sum(counts.values()),
        limit: 1_500,
        unit: "calls",
      },
    ],
    tables: [actionTable("Calls in the first hour of a stalled drain of 20", counts)],
  };
}

/** What an idle hour of both functions costs, with one group that is swept. */
export async function idle(): Promise<Part> {
  const played = await play({
    instances: 10,
    terminations: 0,
    swept: true,
    idleSeconds: FIRST_MESSAGE_SECONDS + HOUR_SECONDS,
  });
  const from = played.startedAt + FIRST_MESSAGE_SECONDS * 1_000;
  const until = from + HOUR_SECONDS * 1_000;
  const counts = countCalls(played, from, until);
  const runs = played.invocations.filter((each) => each.startedAt >= from && each.startedAt < until);
  const seconds = sum(runs.map((each) => each.endedAt - each.startedAt)) / 1_000;
  return {
    figures: [
      {
        name: "calls of an idle hour, one group swept",
        value: sum(counts.values()),
        limit: 150,
        unit: "calls",
      },
      {
        name: "Lambda seconds of an idle hour, one group swept",
        value: rounded(seconds),
        limit: 400,
        unit: "s",
      },
    ],
    tables: [actionTable("Calls in an idle hour", counts)],
  };
}
