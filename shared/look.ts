import { act, type Done } from "./act.ts";
import { forEachOf } from "./batches.ts";
import { beat, warnOfShortHooks } from "./beat.ts";
import { completeAction } from "./complete.ts";
import { glance } from "./glance.ts";
import { secondsBetween, timeText } from "./log.ts";
import type { Observation } from "./observation.ts";
import { observe } from "./observe.ts";
import { observePresence } from "./observe-presence.ts";
import type { Ports } from "./ports.ts";
import { asItIs, rehearse, rehearseCompletion } from "./rehearse.ts";
import { begunAnew } from "./rules/begun-anew.ts";
import { decide } from "./rules/decide.ts";
import type { Decision, Outcome } from "./rules/decision.ts";
import { otherHooks } from "./rules/heartbeat.ts";
import { seenOf } from "./rules/recall.ts";
import type { Run } from "./run.ts";
import { isSame, type Memory, type Termination } from "./termination.ts";

/** What became of a termination in a look: still to be watched, or ended and to be forgotten. */
export type Looked = {
  /** The termination as it was handed in. */
  readonly before: Termination;
  /** The same with what is remembered now. */
  readonly termination: Termination;
  readonly fate: "watch" | "completed" | "let go";
};

/** How long after its look a lifecycle action may be completed: where calls have to wait for each other, it is looked again. */
const FRESH_MS = 20_000;
/** How long after the time for looks one may be: by then the next run still receives what is handed over. */
const LATE_MS = 2_000;

/** What differs between the functions that look. */
export type LookOptions = {
  /** Whether a lifecycle action may be completed; deregister leaves that to terminate, whose look comes later. */
  readonly mayComplete: boolean;
  /** Whether nothing may be written: what would be done is logged. */
  readonly dryRun: boolean;
  /** Until when this run looks again, in milliseconds since 1970. */
  readonly until: number;
};

/**
 * One look at a batch of terminations: observe, decide, act. Those that what stood in the way at their last look still
 * keeps go on waiting. What is decided is logged where it is news. Failures of AWS are noted in the run; throws only what
 * is no AwsCallError: a fault of ours.
 */
export async function look(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
  options: LookOptions,
): Promise<Looked[]> {
  const waiting = await glance(ports, run, terminations);
  const others = terminations.filter((each) => !waiting.has(each));
  return [
    ...[...waiting].map(
      ([before, { memory }]): Looked => ({
        before,
        termination: { ...before, dryRun: options.dryRun, memory },
        fate: "watch",
      }),
    ),
    ...(others.length === 0 ? [] : await lookAtAll(ports, run, others, options)),
  ];
}

async function lookAtAll(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
  options: LookOptions,
): Promise<Looked[]> {
  const presences = await observePresence(ports, run, terminations);
  const shownAt = ports.now();
  // What has begun anew is looked at as such: of one whose action is completed nothing else is observed.
  const begun = [...presences].map(([before, shown]) => ({
    before,
    held: begunAnew(before, shown, shownAt),
    shown,
  }));
  const held = new Map(begun.map((each) => [each.held, each.shown]));
  warnOfShortHooks(run, held);
  const beaten = options.dryRun
    ? new Map<Termination, Termination>()
    : await beat(ports, run, held, !options.mayComplete);
  const observations = await observe(ports, run, held);
  const now = ports.now();
  const decided = begun.map(({ before, held }) => {
    const observed = observations.get(held) as Observation;
    const current = beaten.get(held) ?? held;
    const decision = decide(current, observed, now);
    return {
      before,
      current,
      observed,
      decision: options.dryRun ? asItIs(decision, observed, before.memory, now) : decision,
    };
  });
  const endOf = async (
    { before, current, observed, decision }: Decided,
    done: Done | undefined,
    actedAt: number,
  ) => {
    remark(ports, before, decision);
    const memory = afterwards(decision, observed, done, before.memory, actedAt);
    const termination = { ...current, dryRun: options.dryRun, memory };
    return conclude(ports, run, { before, termination, observed, decidedAt: now }, decision.outcome, options);
  };
  // Beside each other: where steps for some take long, what the look has found of others would grow old meanwhile.
  const [settled, acted] = await Promise.all([
    forEachOf(
      decided.filter(({ decision }) => decision.steps.length === 0),
      (each) => endOf(each, undefined, now),
    ),
    actOn(
      ports,
      run,
      decided.filter(({ decision }) => decision.steps.length > 0),
      options,
      endOf,
    ),
  ]);
  return [...settled, ...acted];
}

type Decided = {
  readonly before: Termination;
  readonly current: Termination;
  readonly observed: Observation;
  readonly decision: Decision;
};

async function actOn(
  ports: Ports,
  run: Run,
  decided: readonly Decided[],
  { dryRun }: LookOptions,
  endOf: (each: Decided, done: Done | undefined, actedAt: number) => Promise<Looked>,
): Promise<Looked[]> {
  const planned = decided.map(({ before, decision }) => ({ termination: before, steps: decision.steps }));
  const done = dryRun ? rehearse(ports, planned) : await act(ports, run, planned);
  const actedAt = ports.now();
  return forEachOf(decided, (each) => endOf(each, done.get(each.before), actedAt));
}

type Conclusion = {
  readonly before: Termination;
  readonly termination: Termination;
  readonly observed: Observation;
  readonly decidedAt: number;
};

async function conclude(
  ports: Ports,
  run: Run,
  { before, termination, observed, decidedAt }: Conclusion,
  outcome: Outcome,
  options: LookOptions,
): Promise<Looked> {
  switch (outcome.kind) {
    case "wait":
      return watch(ports, before, termination, options);
    case "let go":
      logLetGo(ports, termination, outcome);
      return { before, termination, fate: "let go" };
    case "complete": {
      if (!options.mayComplete) return { before, termination, fate: "watch" };
      if (options.dryRun) {
        return watchAgain(ports, before, rehearseCompletion(ports, termination, outcome), options);
      }
      const now = ports.now();
      if (now >= Math.min(decidedAt + FRESH_MS, options.until + LATE_MS, run.until)) {
        const memory = { ...termination.memory, waitingFor: "its turn to be completed" };
        return watchAgain(ports, before, { ...termination, memory }, options, now);
      }
      const end = await completeAction(ports, run, termination, outcome, otherHooks(before, observed));
      if (end.kind === "refused") {
        // Whether another hook explains it is asked at once, the first time.
        const [again] = await look(ports, run, [end.termination], { ...options, mayComplete: false });
        return { ...(again as Looked), before };
      }
      return end.kind === "watch"
        ? watchAgain(ports, before, end.termination, options)
        : { before, termination: end.termination, fate: "completed" };
    }
    default:
      return outcome satisfies never;
  }
}

// To be looked at again as decided.
function watch(ports: Ports, before: Termination, termination: Termination, { until }: LookOptions): Looked {
  const { waitingFor, lookAt, failures } = termination.memory;
  if (waitingFor !== before.memory.waitingFor) {
    ports.log.info("waiting", {
      instance_id: before.instanceId,
      waiting_for: waitingFor,
      held_seconds: secondsBetween(before.since, ports.now()),
      looks_again:
        lookAt === undefined || lookAt >= until ? "in the next run of terminate" : timeText(lookAt),
      ...(failures > 0 ? { failures } : {}),
    });
  }
  return { before, termination, fate: "watch" };
}

// To be looked at again, for what has come up since the decision.
function watchAgain(
  ports: Ports,
  before: Termination,
  termination: Termination,
  options: LookOptions,
  lookAt = ports.now() + before.settings.pollSeconds * 1_000,
): Looked {
  const now = ports.now();
  const { waitingFor, changedAt } = termination.memory;
  const memory: Memory = {
    ...termination.memory,
    changedAt: waitingFor === before.memory.waitingFor ? (changedAt ?? now) : now,
    lookAt,
  };
  return watch(ports, before, { ...termination, memory }, options);
}

// What the steps that took effect are remembered by.
function afterwards(
  decision: Decision,
  { unread }: Observation,
  done: Done | undefined,
  before: Memory,
  now: number,
): Memory {
  const { memory, remarks } = decision;
  const steps = done?.steps ?? [];
  const failed = done?.failed === true || Object.keys(unread).length > 0;
  const drained = steps.flatMap((step) => (step.kind === "drain" ? [step.containerInstance] : []));
  const taken = steps.flatMap((step) =>
    step.kind === "deregister" && step.why !== "orphaned" ? [seenOf(step.registration)] : [],
  );
  // What stands in the way was reckoned as it is after all the steps.
  const isAllDone = decision.steps.length === steps.length;
  const acted = steps.some(({ kind }) => kind === "drain" || kind === "deregister");
  return {
    ...memory,
    actedAt: acted ? now : memory.actedAt,
    drainingAt: drained.length > 0 ? (memory.drainingAt ?? now) : memory.drainingAt,
    drained: [
      ...memory.drained.filter(({ what }) => !drained.includes(what)),
      ...drained.map((what) => ({ what, at: now })),
    ],
    taken: [
      ...memory.taken.filter(({ what }) => !taken.some((each) => isSame(each, what))),
      ...taken.map((what) => ({ what, at: now })),
    ],
    obstacle: isAllDone ? memory.obstacle : undefined,
    failures: before.failures + (failed ? 1 : 0),
    said: [...new Set([...memory.said, ...remarks.map(keyOf), ...(done?.said ?? [])])],
  };
}

function keyOf({ phrase, about }: Decision["remarks"][number]): string {
  return about === undefined ? phrase : `${phrase}: ${about}`;
}

function remark(ports: Ports, { instanceId, memory }: Termination, { remarks }: Decision): void {
  for (const each of remarks) {
    if (memory.said.includes(keyOf(each))) continue;
    ports.log[each.level](each.phrase, { instance_id: instanceId, ...each.fields });
  }
}

function logLetGo(
  ports: Ports,
  { instanceId, group, since }: Termination,
  { reason, level }: Extract<Outcome, { kind: "let go" }>,
): void {
  ports.log[level]("let go", {
    instance_id: instanceId,
    auto_scaling_group: group,
    reason,
    held_seconds: secondsBetween(since, ports.now()),
  });
}
