import { act, type Done } from "./act/carry-out.ts";
import { type Concluded, conclude, type PassOptions, type Reconciled } from "./act/conclude.ts";
import { asItIsInDryRun, logStepsInDryRun } from "./act/dry-run.ts";
import { sendHeartbeats, warnOfShortHooks } from "./act/heartbeat.ts";
import { forEachOf, groupBy } from "./base/batches.ts";
import type { Observation } from "./model/observation.ts";
import { isSame, type Memory, type Termination } from "./model/termination.ts";
import { observeAutoScaling } from "./observe/auto-scaling.ts";
import { observe } from "./observe/observe.ts";
import { recheckBlockers } from "./observe/recheck-blocker.ts";
import { decide } from "./rules/decide.ts";
import type { Decision } from "./rules/decision.ts";
import { seenOf } from "./rules/remember.ts";
import { supersede } from "./rules/superseded-action.ts";
import type { Run } from "./run/run.ts";

/** How many terminations a part of a look has at the least, where they are of several clusters. */
const PART_AT_LEAST = 100;
/** How many parts are looked at side by side. */
const PARTS_AT_ONCE = 2;

/**
 * One look at a batch of terminations: observe, decide, act. Those that what stood in the way at their last look still
 * keeps go on waiting. What is decided is logged where it is news. Failures of AWS are noted in the run; throws only what
 * is no AwsCallError: a fault of ours.
 */
export async function reconcile(
  run: Run,
  terminations: readonly Termination[],
  options: PassOptions,
): Promise<Reconciled[]> {
  const waiting = await recheckBlockers(run, terminations);
  const others = terminations.filter((each) => !waiting.has(each));
  return [
    ...[...waiting].map(
      ([before, { memory }]): Reconciled => ({
        before,
        termination: { ...before, dryRun: options.dryRun, memory },
        ending: "waiting",
      }),
    ),
    ...(await reconcileParts(run, others, options)),
  ];
}

// While the calls for one part wait for ECS, those for another can wait for Auto Scaling. A part for which there is no time
// any more is left as it is.
async function reconcileParts(
  run: Run,
  terminations: readonly Termination[],
  options: PassOptions,
): Promise<Reconciled[]> {
  const parts = partsOf(terminations);
  const reconciled = await forEachOf(
    parts,
    async (part) => {
      const isLate = run.isOutOfTime || (options.mayComplete && run.now() >= options.until);
      if (part === parts[0] || !isLate) return reconcilePart(run, part, options);
      return part.map((before): Reconciled => ({ before, termination: before, ending: "waiting" }));
    },
    PARTS_AT_ONCE,
  );
  return reconciled.flat();
}

// Many are looked at cluster by cluster, which takes no more calls, so that the first are acted upon, and completed, before the
// last are looked at. Those of small clusters go together.
function partsOf(terminations: readonly Termination[]): Termination[][] {
  const parts: Termination[][] = [];
  for (const own of groupBy(terminations, ({ settings }) => settings.clusterNames[0]).values()) {
    const last = parts.at(-1);
    if (last && last.length < PART_AT_LEAST) last.push(...own);
    else parts.push([...own]);
  }
  return parts;
}

async function reconcilePart(
  run: Run,
  terminations: readonly Termination[],
  options: PassOptions,
): Promise<Reconciled[]> {
  const autoScalingViews = await observeAutoScaling(run, terminations);
  const shownAt = run.now();
  // What has begun anew is looked at as such: of one whose action is completed nothing else is observed.
  const begun = [...autoScalingViews].map(([before, shown]) => ({
    before,
    held: supersede(before, shown, shownAt),
    shown,
  }));
  const held = new Map(begun.map((each) => [each.held, each.shown]));
  warnOfShortHooks(run, held);
  const afterHeartbeats = options.dryRun
    ? new Map<Termination, Termination>()
    : await sendHeartbeats(run, held, !options.mayComplete);
  const observations = await observe(run, held);
  const now = run.now();
  const decided = begun.map(({ before, held }) => {
    const observed = observations.get(held) as Observation;
    const current = afterHeartbeats.get(held) ?? held;
    const decision = decide(current, observed, now);
    return {
      before,
      current,
      observed,
      decision: options.dryRun ? asItIsInDryRun(decision, observed, before.memory, now) : decision,
    };
  });
  const endOf = async (
    { before, current, observed, decision }: Decided,
    done: Done | undefined,
    actedAt: number,
  ) => {
    logWarnings(run, before, decision);
    const memory = afterwards(decision, observed, done, before.memory, actedAt);
    const termination = { ...current, dryRun: options.dryRun, memory };
    return conclude(run, { before, termination, observed, decidedAt: now }, decision.outcome, options);
  };
  // Beside each other: where steps for some take long, what the look has found of others would grow old meanwhile.
  const [settled, acted] = await Promise.all([
    forEachOf(
      decided.filter(({ decision }) => decision.steps.length === 0),
      (each) => endOf(each, undefined, now),
    ),
    actOn(
      run,
      decided.filter(({ decision }) => decision.steps.length > 0),
      options,
      endOf,
    ),
  ]);
  return forEachOf([...settled, ...acted], async (each) => {
    if (each.ending !== "refused") return { ...each, ending: each.ending };
    // Whether another hook explains it is asked at once, the first time.
    const [again] = await reconcile(run, [each.termination], { ...options, mayComplete: false });
    return { ...(again as Reconciled), before: each.before };
  });
}

type Decided = {
  readonly before: Termination;
  readonly current: Termination;
  readonly observed: Observation;
  readonly decision: Decision;
};

async function actOn(
  run: Run,
  decided: readonly Decided[],
  { dryRun }: PassOptions,
  endOf: (each: Decided, done: Done | undefined, actedAt: number) => Promise<Concluded>,
): Promise<Concluded[]> {
  const planned = decided.map(({ before, decision }) => ({ termination: before, steps: decision.steps }));
  const done = dryRun ? logStepsInDryRun(run, planned) : await act(run, planned);
  const actedAt = run.now();
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
  const { memory, warnings } = decision;
  const steps = done?.steps ?? [];
  const failed = done?.failed === true || Object.keys(unread).length > 0;
  const drained = steps.flatMap((step) => (step.kind === "drain" ? [step.containerInstance] : []));
  const deregistered = steps.flatMap((step) =>
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
    deregistered: [
      ...memory.deregistered.filter(({ what }) => !deregistered.some((each) => isSame(each, what))),
      ...deregistered.map((what) => ({ what, at: now })),
    ],
    recheck: isAllDone ? memory.recheck : undefined,
    failures: before.failures + (failed ? 1 : 0),
    logged: [...new Set([...memory.logged, ...warnings.map(keyOf), ...(done?.logged ?? [])])],
  };
}

function keyOf({ phrase, about }: Decision["warnings"][number]): string {
  return about === undefined ? phrase : `${phrase}: ${about}`;
}

function logWarnings(run: Run, { instanceId, memory }: Termination, { warnings }: Decision): void {
  for (const each of warnings) {
    if (memory.logged.includes(keyOf(each))) continue;
    run.log[each.level](each.phrase, { instance_id: instanceId, ...each.fields });
  }
}
