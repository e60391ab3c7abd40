import { actionTable, type Figure, type Part } from "./figure.ts";
import type { Fleet } from "./fleet.ts";
import { countCalls, play } from "./measure.ts";
import { rounded, sum } from "./numbers.ts";
import { FIRST_MESSAGE_SECONDS } from "./world.ts";

const HOUR_SECONDS = 3_600;

/** An hour in which nothing ends, with what it may cost. */
type Hour = {
  readonly name: string;
  readonly fleet: Fleet;
  readonly limits: { readonly calls: number; readonly lambdaSeconds?: number };
};

const HOURS: readonly Hour[] = [
  {
    name: "20 of 250 that stall, named",
    fleet: { instances: 250, terminations: 20, drainSeconds: "never", drainTimeoutSeconds: 2 * HOUR_SECONDS },
    limits: { calls: 1_416 },
  },
  {
    name: "nothing to do, one group swept, named",
    fleet: { instances: 10, terminations: 0, swept: true },
    limits: { calls: 132, lambdaSeconds: 365 },
  },
  {
    name: "nothing to do, as deployed",
    fleet: { instances: 10, terminations: 0, asDeployed: true },
    limits: { calls: 151, lambdaSeconds: 385 },
  },
];

/** What an hour costs in which nothing ends: of a drain that is stalled, and of nothing to do at all. */
export async function hours(): Promise<Part> {
  const parts: Required<Part>[] = [];
  for (const hour of HOURS) parts.push(await measureHour(hour));
  return {
    figures: parts.flatMap(({ figures }) => figures),
    tables: parts.flatMap(({ tables }) => tables),
  };
}

async function measureHour({ name, fleet, limits }: Hour): Promise<Required<Part>> {
  const ends = FIRST_MESSAGE_SECONDS + HOUR_SECONDS;
  const played = await play({
    ...fleet,
    idleSeconds: ends,
    ...(fleet.terminations > 0 ? { endsAfterSeconds: ends } : {}),
  });
  const { terminations, startedAt, invocations } = played;
  const isStalled = terminations.every((each) => (each.completedAt ?? each.tasksGoneAt) === undefined);
  if (terminations.length !== fleet.terminations || !isStalled) {
    throw new Error(
      `bench: expected ${fleet.terminations} drains that stall, found ${JSON.stringify(terminations)}`,
    );
  }
  const from = Math.min(
    startedAt + FIRST_MESSAGE_SECONDS * 1_000,
    ...terminations.map((each) => each.askedAt),
  );
  const until = from + HOUR_SECONDS * 1_000;
  const counts = countCalls(played, from, until);
  const runs = invocations.filter((each) => each.startedAt >= from && each.startedAt < until);
  const seconds = sum(runs.map((each) => each.endedAt - each.startedAt)) / 1_000;
  const { calls, lambdaSeconds } = limits;
  const figures: Figure[] = [
    { of: name, what: "calls of an hour", value: sum(counts.values()), limit: calls, unit: "calls" },
    {
      of: name,
      what: "Lambda seconds of an hour",
      value: rounded(seconds),
      ...(lambdaSeconds === undefined ? {} : { limit: lambdaSeconds }),
      unit: "s",
    },
  ];
  return { figures, tables: [actionTable(`Calls of an hour, ${name}`, counts)] };
}
