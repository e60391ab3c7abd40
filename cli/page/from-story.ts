import { Whereabouts } from "../../simulator/judge/whereabouts.ts";
import type { StoryLine } from "../../simulator/kernel/story.ts";
import type { Played } from "../../simulator/scenario/play.ts";
import { FUNCTIONS } from "../../simulator/scenario/stage.ts";
import { permitsText } from "../loss-text.ts";
import { barsOfWaits, type DrainLine, marksOf } from "./from-logs.ts";
import {
  type Bar,
  countOver,
  endsText,
  type Lane,
  perPart,
  type Row,
  type Run,
  type State,
} from "./model.ts";

/** What ends with the run is not at the page's very edge; in seconds. */
const MARGIN = 5;

/** What ECS shows of a task, as a bar's state. A task that has none of these has ended. */
const TASK_STATES: ReadonlyMap<string, State> = new Map([
  ["PROVISIONING", "starting"],
  ["PENDING", "starting"],
  ["ACTIVATING", "starting"],
  ["RUNNING", "running"],
  ["DEACTIVATING", "stopping"],
  ["STOPPING", "stopping"],
  ["DEPROVISIONING", "stopping"],
]);

/** A simulation as the page shows it: from the simulated world, and what the drains waited for from the functions' own log lines. */
export function runOfPlayed(played: Played, log: readonly DrainLine[], source: string): Run {
  const { scenario, simulation, startedAt, endedAt, terminations, invocations } = played;
  const seconds = (at: number) => Math.max(0, Math.min(at, endedAt) - startedAt) / 1_000;
  const end = seconds(endedAt) + MARGIN;
  const bars = barsOfStory(simulation.world.story.lines, { seconds, end });
  const waits = barsOfWaits(log, { startedAt, end });
  const marks = marksOf(log, startedAt);
  const rows = terminations.map((termination): Row => {
    const { instanceId, group, askedAt, reason } = termination;
    const from = seconds(askedAt);
    return {
      instanceId,
      group,
      outcome: reason || "still pending when the scenario ended",
      bars: [...(bars.get(instanceId) ?? []), ...(waits.get(instanceId) ?? [])].filter(({ to }) => to > from),
      marks: (marks.get(instanceId) ?? []).filter(({ at }) => at >= from),
    };
  });
  const calls = simulation.calls.filter(({ caller }) => isOfFunctions(caller));
  return {
    title: scenario.name,
    source,
    startedAt,
    seconds: end,
    summary: [
      endsText(terminations.map(({ completedAt }) => completedAt !== undefined)),
      ...lossesText(played),
    ],
    missing: [],
    rows,
    losses: played.damage.map(({ kind, instanceId, what, from, to, allowedBy }) => ({
      kind,
      instanceId,
      says: what,
      from: seconds(from),
      to: seconds(to),
      allowedBy,
    })),
    curves: [
      countOver(
        "instances that a hook holds",
        rows.flatMap((row) =>
          row.bars.filter(({ lane }) => lane === "hook").map(({ from, to }) => [from, to] as const),
        ),
      ),
      inService(simulation.world.story.lines, seconds),
      countOver(
        "runs at once",
        invocations.map((each) => [seconds(each.startedAt), seconds(each.endedAt)] as const),
      ),
      perPart(
        "calls to AWS",
        calls.map(({ at }) => seconds(at)),
        end,
      ),
    ],
  };
}

function lossesText(played: Played): string[] {
  const { length } = played.damage;
  return length === 0 ? ["Nothing was lost."] : [`Lost: ${length}, allowed`, ...permitsText(played)];
}

function isOfFunctions(caller: string): boolean {
  return (FUNCTIONS as readonly string[]).includes(caller);
}

type Scale = { readonly seconds: (at: number) => number; readonly end: number };

// The bars of each instance. A bar begins with a line, and ends with the next one about the same thing.
function barsOfStory(story: readonly StoryLine[], { seconds, end }: Scale): Map<string, Bar[]> {
  const where = new Whereabouts(() => Number.POSITIVE_INFINITY);
  const bars = new Map<string, Bar[]>();
  const open = new Map<string, Omit<Bar, "to"> & { readonly instanceId: string }>();
  const close = (key: string, at: number) => {
    const bar = open.get(key);
    open.delete(key);
    if (!bar) return;
    const { instanceId, ...begun } = bar;
    const own = bars.get(instanceId) ?? [];
    bars.set(instanceId, own);
    if (at > begun.from) own.push({ ...begun, to: at });
  };
  for (const line of story) {
    where.follow(line);
    for (const { key, instanceId, lane, label, state } of changesOf(line, where)) {
      const from = seconds(line.at);
      if (open.get(key)?.state === state) continue;
      close(key, from);
      if (state) open.set(key, { instanceId, lane, label, state, from });
    }
  }
  for (const key of [...open.keys()]) close(key, end);
  return bars;
}

/** From a line on, something is in this state, or in none. */
type Change = {
  readonly key: string;
  readonly instanceId: string;
  readonly lane: Lane;
  readonly label: string;
  readonly state: State | undefined;
};

function changesOf(line: StoryLine, where: Whereabouts): Change[] {
  switch (line.kind) {
    case "action-started":
    case "action-ended": {
      if (line.kind === "action-started" && !line.terminating) return [];
      const state = line.kind === "action-started" ? "held" : undefined;
      return [{ ...line, key: `hook ${line.token} ${line.hook}`, lane: "hook", label: line.hook, state }];
    }
    case "target": {
      const instanceId = where.instanceBehind(line) ?? "";
      const label = `${line.targetGroup}, port ${line.port}`;
      const key = `target ${line.targetGroup} ${line.id} ${line.port}`;
      return [{ key, instanceId, lane: "registration", label, state: stateOf(line.state) }];
    }
    case "classic":
      return [
        {
          key: `classic ${line.loadBalancer} ${line.instanceId}`,
          instanceId: line.instanceId,
          lane: "registration",
          label: line.loadBalancer,
          state: stateOf(line.state),
        },
      ];
    case "container-instance": {
      const state = line.status === "DRAINING" ? "DRAINING" : undefined;
      return [
        { ...line, key: `container ${line.arn}`, lane: "container instance", label: line.cluster, state },
      ];
    }
    case "task": {
      const label = line.service ?? "no service";
      return [{ ...line, key: `task ${line.arn}`, lane: "task", label, state: TASK_STATES.get(line.status) }];
    }
    default:
      return [];
  }
}

function stateOf(state: "registered" | "draining" | "gone"): State | undefined {
  return state === "gone" ? undefined : state;
}

// How many instances are in service in their groups.
function inService(story: readonly StoryLine[], seconds: (at: number) => number) {
  const since = new Map<string, number>();
  const intervals: [number, number][] = [];
  for (const line of story) {
    if (line.kind !== "instance") continue;
    const from = since.get(line.instanceId);
    if (line.state === "InService") since.set(line.instanceId, from ?? seconds(line.at));
    else if (from !== undefined) {
      since.delete(line.instanceId);
      intervals.push([from, seconds(line.at)]);
    }
  }
  for (const from of since.values()) intervals.push([from, Number.POSITIVE_INFINITY]);
  return countOver("instances in service", intervals);
}
