import { type Carried, carryOut } from "../act/carry-out.ts";
import { logSteps } from "../act/dry-run.ts";
import { forEachOf, groupBy } from "../base/batches.ts";
import { phraseOf, warningFields } from "../log-lines/warning-text.ts";
import { type Decided, idOfWarning } from "../model/decision.ts";
import { isLogged } from "../model/logged.ts";
import type { InPass } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { observeAutoScaling, observeNearTheEnd } from "../observe/auto-scaling.ts";
import { observe } from "../observe/observe.ts";
import { recheckBlockers } from "../observe/recheck-blocker.ts";
import { rememberSteps, withoutSteps } from "../rules/after-pass.ts";
import { begin, noOlderThanActivity } from "../rules/deadline.ts";
import { decide } from "../rules/decide.ts";
import { isFollowed } from "../rules/following.ts";
import { questions } from "../rules/questions.ts";
import { afterRecheck, recheckOf } from "../rules/recheck.ts";
import { withProvenInterruption } from "../rules/spot-interruption.ts";
import { supersede } from "../rules/superseded-action.ts";
import { withoutOthersHook } from "../rules/whose-hook.ts";
import type { Run } from "../run/run.ts";
import { type Concluded, conclude, type PassOptions, type Reconciled } from "./conclude.ts";
import { countBegun } from "./count-drains.ts";
import { follow } from "./follow.ts";
import { sendHeartbeats, warnOfShortHooks } from "./heartbeats.ts";
import { noteWrongMetadata, readSettings, withSettings } from "./settings-in-force.ts";
import { tellBegun, tellHalfOver } from "./tell-events.ts";

/** A part of a pass has at least so many terminations, if they are of several clusters. */
const PART_AT_LEAST = 100;
/** How many parts of a pass run at once. */
const PARTS_AT_ONCE = 2;

/**
 * One pass for a batch of terminations: observe, decide, act. A termination whose last blocker is still there keeps waiting
 * without a pass. A decision that is news is logged. Failures of AWS are noted in the run. Throws only what is a fault of ours.
 */
export async function reconcile(
  run: Run,
  terminations: readonly Termination[],
  options: PassOptions,
): Promise<Reconciled[]> {
  const now = run.now();
  const batch = terminations.map((before, index): InPass => ({ index, before, termination: before }));
  const followed = batch.filter(({ termination }) => isFollowed(termination));
  const open = batch.filter(({ termination }) => !isFollowed(termination));
  const requests = open.flatMap(({ before, index }) => recheckOf(before, index, now) ?? []);
  const waiting = (await recheckBlockers(run, requests)).flatMap((each): Reconciled[] => {
    const { index, before } = each;
    const termination = afterRecheck(each, now);
    if (!termination) return [];
    return [{ index, before, termination: { ...termination, dryRun: options.dryRun }, ending: "waiting" }];
  });
  const isWaiting = new Set(waiting.map(({ index }) => index));
  const rest = open.filter(({ index }) => !isWaiting.has(index));
  const passed = await reconcileParts(run, rest, options);
  // Last: no drain waits for what is only followed.
  for (const each of passed) {
    countBegun(run, each);
    tellBegun(run, each);
  }
  return [...waiting, ...passed, ...(await follow(run, followed, options))];
}

// While one part waits for ECS, another can wait for Auto Scaling. If there is no time for a part any more, it is left as it is.
async function reconcileParts(
  run: Run,
  records: readonly InPass[],
  options: PassOptions,
): Promise<Reconciled[]> {
  const reconciled = await forEachOf(
    (await partsOf(run, records, options)).entries(),
    async ([index, part]) => {
      const isLate = run.isOutOfTime || (options.mayComplete && run.now() >= options.until);
      if (index === 0 || !isLate) return reconcilePart(run, part, options);
      return part.map((each): Reconciled => ({ ...each, ending: "waiting" }));
    },
    PARTS_AT_ONCE,
  );
  return reconciled.flat();
}

// Many terminations are taken cluster by cluster, which takes no more calls. So the first ones are completed before AWS is asked
// about the last. Those of small clusters go together.
async function partsOf(run: Run, records: readonly InPass[], options: PassOptions): Promise<InPass[][]> {
  if (records.length <= PART_AT_LEAST) return records.length === 0 ? [] : [[...records]];
  const read = new Map(
    (await readSettings(run, records, options)).map(({ index, termination }) => [index, termination]),
  );
  const clusterOf = ({ index, before }: InPass) => (read.get(index) ?? before).settings.clusterNames[0];
  const parts: InPass[][] = [];
  for (const own of groupBy(records, clusterOf).values()) {
    const last = parts.at(-1);
    if (last && last.length < PART_AT_LEAST) last.push(...own);
    else parts.push([...own]);
  }
  return parts;
}

async function reconcilePart(
  run: Run,
  records: readonly InPass[],
  options: PassOptions,
): Promise<Reconciled[]> {
  const decided = (await decideAll(run, records, options)).map((each) =>
    options.dryRun ? withoutSteps(each) : each,
  );
  const [settled, acted] = [
    decided.filter(({ decision }) => decision.steps.length === 0),
    decided.filter(({ decision }) => decision.steps.length > 0),
  ];
  // At the same time: if the steps for some take long, the pass would be too old for the others afterwards.
  const concluded = await Promise.all([
    concludeAll(
      run,
      settled.map((each) => ({ ...each, done: { steps: [], failed: false, logged: [] } })),
      options,
    ),
    act(run, acted, options),
  ]);
  return forEachOf(concluded.flat(), async (each): Promise<Reconciled> => {
    if (each.ending !== "refused") return { ...each, ending: each.ending };
    const { index, before, termination } = each;
    const [again] = await reconcile(run, [termination], { ...options, mayComplete: false });
    return { ...(again ?? { termination, ending: "waiting" }), index, before };
  });
}

/**
 * Observes and decides, and does nothing yet, but for heartbeats where the run is not dry. Failures of AWS are noted in the run. Throws only
 * what is a fault of ours.
 */
export async function decideAll(
  run: Run,
  records: readonly InPass[],
  options: PassOptions,
): Promise<Decided[]> {
  const { dryRun, mayComplete } = options;
  const read = (await observeAutoScaling(run, records)).map((each) => withSettings(each, options));
  noteWrongMetadata(run, read);
  const shown = await observeNearTheEnd(run, read, questions);
  const now = run.now();
  // First, a superseded action is replaced by the one that took its place, since nothing more is asked about a completed action.
  const current = shown.map((each) => {
    const proven = withProvenInterruption(each.termination, each.view, options.ours);
    const own = withoutOthersHook(proven, each.view);
    const termination = noOlderThanActivity(supersede(own, each.view, now), each.view);
    return { ...each, termination: dryRun ? termination : begin(termination, each.view, now) };
  });
  warnOfShortHooks(run, current);
  // The rules decide about the termination as it was observed, with what a heartbeat changed.
  const kept = dryRun ? current : await sendHeartbeats(run, current, !mayComplete);
  const observed = await observe(run, kept, questions);
  const decidedAt = run.now();
  return observed.map((each) => ({
    ...each,
    decision: decide(each.termination, each.observation, decidedAt),
    decidedAt,
  }));
}

async function act(run: Run, decided: readonly Decided[], options: PassOptions): Promise<Concluded[]> {
  const carried = options.dryRun ? logSteps(run, decided) : await carryOut(run, decided);
  return concludeAll(run, carried, options);
}

function concludeAll(run: Run, carried: readonly Carried[], options: PassOptions): Promise<Concluded[]> {
  const actedAt = run.now();
  return forEachOf(carried, (each) => {
    logWarnings(run, each);
    const memory = rememberSteps(each, each.done, actedAt);
    const termination = { ...each.termination, dryRun: options.dryRun, memory };
    return conclude(run, { ...each, termination }, options);
  });
}

function logWarnings(run: Run, { before, termination, decision }: Decided): void {
  for (const each of decision.warnings) {
    if (isLogged(before.memory, idOfWarning(each))) continue;
    run.logAbout(termination)[each.level](phraseOf(each), warningFields(each));
    tellHalfOver(run, termination, each);
  }
}
