// What the report page shows: data alone, so that the page draws a simulation, a judged report and real logs in the same way.

/** What a bar of an instance is about. Each has its place in the instance's row, in this order. */
export const LANES = ["hook", "registration", "container instance", "task", "wait"] as const;
export type Lane = (typeof LANES)[number];

/** What a bar says, with the number of the rule in docs/rules.md that it follows from. */
export const STATES = {
  held: { rule: 5, says: "the hook holds it, and heartbeats keep the hook alive" },
  registered: { rule: 2, says: "the load balancer sends to it" },
  draining: { rule: 3, says: "the load balancer lets open connections end" },
  DRAINING: { rule: 2, says: "ECS places no more tasks on it, and moves those of services away" },
  starting: { rule: 3, says: "ECS is starting it, so it counts" },
  running: { rule: 3, says: "it counts until ECS says STOPPED" },
  stopping: { rule: 3, says: "it counts until ECS says STOPPED" },
  waiting: { rule: 11, says: "the drain waits" },
  stalled: { rule: 10, says: "nothing has changed for two minutes" },
  "all there": { rule: 3, says: "something is still registered, or running" },
  "nothing left": { rule: 8, says: "nothing is left, and the lifecycle action is not completed yet" },
} as const;
export type State = keyof typeof STATES;

/** Something that goes on for a while. Times are seconds from the start of the run. */
export type Bar = {
  readonly lane: Lane;
  /** What it is about, such as a load balancer's name or a task's service. */
  readonly label: string;
  readonly state: State;
  readonly from: number;
  /** Where it had not ended, the end of the run. */
  readonly to: number;
};

/** What a moment is about. */
type MarkKind = "heartbeat" | "completed" | "cut off" | "warning";

/** Something that happens at once. The time is in seconds from the start of the run. */
export type Mark = { readonly kind: MarkKind; readonly at: number; readonly says: string };

/** One termination of an instance. */
export type Row = {
  readonly instanceId: string;
  readonly group: string;
  /** How it ended, in words. */
  readonly outcome: string;
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
};

/** What was lost. Times are seconds from the start of the run. */
export type Loss = {
  readonly kind: string;
  readonly instanceId: string;
  readonly says: string;
  readonly from: number;
  readonly to: number;
  /** What permits it; undefined where nothing does. */
  readonly allowedBy: string | undefined;
};

/** How much there was of something over time: from each of these seconds on, this many. */
export type Curve = {
  readonly label: string;
  readonly points: readonly (readonly [at: number, count: number])[];
};

/** One simulation, or one piece of real time. */
export type Run = {
  readonly title: string;
  /** What it was made from. */
  readonly source: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  /** How long it is, in seconds. */
  readonly seconds: number;
  /** The answer in a few lines. */
  readonly summary: readonly string[];
  /** What the source does not tell. */
  readonly missing: readonly string[];
  readonly rows: readonly Row[];
  readonly losses: readonly Loss[];
  readonly curves: readonly Curve[];
};

/** How many things of a list of intervals go on at each time. */
export function countOver(label: string, intervals: readonly (readonly [from: number, to: number])[]): Curve {
  const changes = intervals.flatMap(([from, to]) => [[from, 1] as const, [to, -1] as const]);
  const points: [number, number][] = [[0, 0]];
  for (const [at, change] of changes.sort(([a], [b]) => a - b)) {
    const last = points.at(-1) as [number, number];
    if (last[0] === at) last[1] += change;
    else points.push([at, last[1] + change]);
  }
  return { label, points };
}

/** How many of these moments are in each part of a run that is cut into so many. */
export function perPart(label: string, moments: readonly number[], seconds: number, parts = 120): Curve {
  const length = Math.max(1, seconds / parts);
  const counts = new Map<number, number>();
  for (const at of moments) {
    const part = Math.floor(Math.max(0, at) / length);
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  const points = Array.from({ length: parts }, (_, part) => [part * length, counts.get(part) ?? 0] as const);
  return { label: `${label}, in ${Math.round(length)} s`, points };
}

/** How many drains there were, and how many of them the functions ended: each is told by whether they did. */
export function endsText(completed: readonly boolean[]): string {
  const all = completed.length === 1 ? "1 termination" : `${completed.length} terminations`;
  return `${all}, ${completed.filter(Boolean).length} completed by the functions.`;
}
