import { type Bar, countOver, endsText, type Mark, type Row, type Run } from "./model.ts";

/** A log line about a drain, with what the page reads of it (docs/log-lines.md). */
export type DrainLine = {
  readonly time: string;
  readonly message: string;
  readonly level: string;
  readonly function: string;
  readonly instance_id?: string;
  readonly auto_scaling_group?: string;
  readonly waiting_for?: string;
  readonly held_seconds?: number;
  readonly since?: string;
  readonly reason?: string;
  readonly result?: string;
  readonly outcome?: string;
};

/** What is still there, as a `waiting` line words it: `2 targets draining in web`, `draining with classic`, `3 tasks RUNNING`. */
const REGISTRATION = /^(?:\d+ targets? )?(registered|draining) (?:in|with) (.+)$/;
const TASKS = /^(\d+ tasks?) ([A-Z]+)$/;
/** After these a drain waits for nothing any more. */
const ENDS: ReadonlySet<string> = new Set(["lifecycle action completed", "termination dropped"]);
/** A drain's first line may be this long after its last one, in seconds: then it is another drain. */
const APART = 1_800;

type Scale = { readonly startedAt: number; readonly end: number };

/** Whether a value from a file is a log line of the functions. */
export function isDrainLine(value: unknown): value is DrainLine {
  const line = value as Partial<DrainLine> | null;
  return (
    typeof line === "object" &&
    typeof line?.message === "string" &&
    typeof line.level === "string" &&
    typeof line.function === "string" &&
    !Number.isNaN(Date.parse(String(line.time)))
  );
}

/** What the drains of each instance logged that they wait for: a bar from each change to the next. `startedAt` is in milliseconds since 1970. */
export function barsOfWaits(log: readonly DrainLine[], { startedAt, end }: Scale): Map<string, Bar[]> {
  const bars = new Map<string, Bar[]>();
  for (const [id, lines] of byInstance(log)) {
    const changes = lines.filter(
      ({ message }) => message === "waiting" || message === "no progress" || ENDS.has(message),
    );
    const own: Bar[] = [];
    for (const [i, line] of changes.entries()) {
      if (line.message !== "waiting" && line.message !== "no progress") continue;
      const from = secondsOf(line, startedAt);
      const next = changes[i + 1];
      const to = next ? secondsOf(next, startedAt) : end;
      const state = line.message === "waiting" ? "waiting" : "stalled";
      const label = line.waiting_for ?? line.reason ?? "";
      const last = own.at(-1);
      if (last && last.label === label && last.state === state) own[own.length - 1] = { ...last, to };
      else own.push({ lane: "wait", label, state, from, to });
    }
    bars.set(id, own);
  }
  return bars;
}

/** What each instance's drain logged of single moments. `startedAt` is in milliseconds since 1970. */
export function marksOf(log: readonly DrainLine[], startedAt: number): Map<string, Mark[]> {
  return new Map(
    [...byInstance(log)].map(([id, lines]) => [
      id,
      lines.flatMap((line) => markOf(line, secondsOf(line, startedAt))),
    ]),
  );
}

/** The functions' log lines as the page shows them. They tell what each pass saw, so what came and went between two passes is not there. */
export function runOfLogs(log: readonly DrainLine[], source: string): Run {
  const lines = [...log].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const begun = lines.map((line) => Date.parse(line.since ?? line.time));
  const startedAt = Math.min(...begun);
  const end = (Date.parse(lines.at(-1)?.time ?? "") - startedAt) / 1_000 + 10;
  const scale = { startedAt, end };
  const waits = barsOfWaits(lines, scale);
  const rows = byDrain(lines).map((own) => rowOf(own, waits.get(own[0]?.instance_id ?? "") ?? [], scale));
  return {
    title: "Logs of the functions",
    source,
    startedAt,
    seconds: end,
    summary: [
      endsText(rows.map(({ marks }) => marks.some(({ kind }) => kind === "completed" || kind === "cut off"))),
      `${rows.filter(({ marks }) => marks.some(({ kind }) => kind === "cut off")).length} cut off at a deadline.`,
    ],
    missing: ["what was lost: logs do not judge", "what came and went between two passes"],
    rows,
    losses: [],
    curves: [
      countOver(
        "instances that a hook holds",
        rows.flatMap(({ bars }) =>
          bars.filter(({ lane }) => lane === "hook").map(({ from, to }) => [from, to] as const),
        ),
      ),
    ],
  };
}

function rowOf(lines: readonly DrainLine[], waits: readonly Bar[], { startedAt, end }: Scale): Row {
  const [first] = lines as [DrainLine];
  const since = lines.find((line) => line.since !== undefined)?.since ?? first.time;
  const last = lines.findLast(({ message }) => ENDS.has(message));
  const from = (Date.parse(since) - startedAt) / 1_000;
  const to = last ? secondsOf(last, startedAt) : end;
  const own = waits.filter((each) => each.from >= from && each.from <= to);
  const held: Bar[] = to > from ? [{ lane: "hook", label: "the hook", state: "held", from, to }] : [];
  return {
    instanceId: String(first.instance_id),
    group: first.auto_scaling_group ?? "no group",
    outcome: last ? outcomeOf(last) : "not over in these logs",
    bars: [...held, ...own.flatMap(partsOf), ...own],
    marks: lines.flatMap((line) => markOf(line, secondsOf(line, startedAt))),
  };
}

function outcomeOf({ message, result, outcome, reason }: DrainLine): string {
  const how = [result, outcome].filter((each) => each !== undefined).join(", ");
  return [message, how, reason].filter((each) => each !== undefined && each !== "").join(": ");
}

// A registration or a task that several waits in a row name is one bar each: the page draws them end to end.
function partsOf({ label, from, to }: Bar): Bar[] {
  return label.split(", ").flatMap((part): Bar[] => {
    const [, state, name] = REGISTRATION.exec(part) ?? [];
    if (name !== undefined)
      return [
        {
          lane: "registration",
          label: name,
          state: state === "draining" ? "draining" : "registered",
          from,
          to,
        },
      ];
    const [, tasks, status] = TASKS.exec(part) ?? [];
    if (tasks === undefined) return [];
    const isStopping = status === "STOPPING" || status === "DEACTIVATING";
    return [{ lane: "task", label: tasks, state: isStopping ? "stopping" : "running", from, to }];
  });
}

function markOf({ message, level, reason, outcome, result }: DrainLine, at: number): Mark[] {
  if (message === "heartbeat recorded") return [{ kind: "heartbeat", at, says: "heartbeat" }];
  if (message === "lifecycle action completed") {
    const kind = outcome === "cut off" ? "cut off" : "completed";
    return [{ kind, at, says: `completed with ${result}` }];
  }
  if (level !== "WARN" && level !== "ERROR") return [];
  return [{ kind: "warning", at, says: reason === undefined ? message : `${message}: ${reason}` }];
}

// An instance that is drained twice, hours apart, as one of a warm pool can be, has two rows.
function byDrain(lines: readonly DrainLine[]): DrainLine[][] {
  return [...byInstance(lines).values()].flatMap((own) => {
    const drains: DrainLine[][] = [];
    for (const line of own) {
      const before = drains.at(-1)?.at(-1);
      const isSame =
        before && !(ENDS.has(before.message) && secondsOf(line, Date.parse(before.time)) > APART);
      if (isSame) drains.at(-1)?.push(line);
      else drains.push([line]);
    }
    return drains;
  });
}

function byInstance(lines: readonly DrainLine[]): Map<string, DrainLine[]> {
  const groups = new Map<string, DrainLine[]>();
  for (const line of lines) {
    const { instance_id: id } = line;
    if (id === undefined) continue;
    const own = groups.get(id) ?? [];
    groups.set(id, own);
    own.push(line);
  }
  return groups;
}

function secondsOf({ time }: Pick<DrainLine, "time">, startedAt: number): number {
  return (Date.parse(time) - startedAt) / 1_000;
}
