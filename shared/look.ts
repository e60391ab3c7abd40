import { act, type Done } from "./act.ts";
import { forEachOf } from "./batches.ts";
import { beat, warnOfShortHooks } from "./beat.ts";
import { type Concluded, conclude, type Looked, type LookOptions } from "./conclude.ts";
import { glance } from "./glance.ts";
import type { Observation } from "./observation.ts";
import { observe } from "./observe.ts";
import { observePresence } from "./observe-presence.ts";
import type { Ports } from "./ports.ts";
import { asItIs, rehearse } from "./rehearse.ts";
import { begunAnew } from "./rules/begun-anew.ts";
import { decide } from "./rules/decide.ts";
import type { Decision } from "./rules/decision.ts";
import { seenOf } from "./rules/recall.ts";
import type { Run } from "./run.ts";
import { isSame, type Memory, type Termination } from "./termination.ts";

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
  return forEachOf([...settled, ...acted], async (each) => {
    if (each.fate !== "refused") return { ...each, fate: each.fate };
    // Whether another hook explains it is asked at once, the first time.
    const [again] = await look(ports, run, [each.termination], { ...options, mayComplete: false });
    return { ...(again as Looked), before: each.before };
  });
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
  endOf: (each: Decided, done: Done | undefined, actedAt: number) => Promise<Concluded>,
): Promise<Concluded[]> {
  const planned = decided.map(({ before, decision }) => ({ termination: before, steps: decision.steps }));
  const done = dryRun ? rehearse(ports, planned) : await act(ports, run, planned);
  const actedAt = ports.now();
  return forEachOf(decided, (each) => endOf(each, done.get(each.before), actedAt));
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
