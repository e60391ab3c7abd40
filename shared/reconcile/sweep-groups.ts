import { holdsByInstance } from "../act/heartbeat.ts";
import { forEachOf } from "../base/batches.ts";
import type { Hook } from "../model/hooks.ts";
import type { Termination } from "../model/termination.ts";
import { observeGroups, observeInstancesOf } from "../observe/groups.ts";
import {
  type Candidate,
  candidatesOf,
  groupsToSweep,
  heldIn,
  hooksOfOurs,
  isAmong,
  isTakenForOurs,
  mayAskHook,
  type SweepOptions,
  wrongNames,
} from "../rules/sweep.ts";
import { knowsNone } from "../rules/whose-hook.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** What a sweep knows of. */
export type SweptQueue = {
  /** The terminations that the run tracks, or that ended in it. */
  readonly seen: readonly Termination[];
  /** Receives once more what has come since. */
  readonly receive: (waitSeconds: number) => Promise<void>;
  /** Whether another run may have messages of the queue. */
  readonly isReadElsewhere: () => Promise<boolean>;
};

/**
 * Finds instances that our hook holds, and that no known termination is about: their messages were lost, or there never was a
 * queue. It takes a call per hundred groups, one per group for its hooks, one per warm pool, and a heartbeat for each instance
 * found. Failures of AWS are noted in the run. Throws only what is a fault of ours.
 */
export async function sweepGroups(
  run: Run,
  queue: SweptQueue,
  options: SweepOptions,
): Promise<Termination[]> {
  const candidates = await findCandidates(run, queue.seen, options);
  if (candidates.length === 0) return [];
  // The run before may have been late, and have handed over while this one read the groups. Or it has yet to.
  await queue.receive(1);
  const isKnown = isAmong(queue.seen);
  const unknown = candidates.filter(({ termination }) => !isKnown(termination));
  const isElsewhere = unknown.length > 0 && (await queue.isReadElsewhere());
  const found = await forEachOf(unknown, async (each) => {
    if (!(await isHeld(run, each, mayAskHook(each, options) && !isElsewhere))) return [];
    run.logAbout(each.termination).warn("sweep found", {
      reason: "the hook holds it, and no message stands for it",
    });
    return [each.termination];
  });
  return found.flat();
}

async function findCandidates(
  run: Run,
  atHand: readonly Termination[],
  options: SweepOptions,
): Promise<Candidate[]> {
  const { groups, unknown } = await observeGroups(run, groupsToSweep(options, atHand), options.tag);
  for (const name of wrongNames(unknown, atHand, options))
    run.cannotUse(name, "there is no such Auto Scaling group");
  const candidates = await forEachOf(groups, async (group) => {
    const held = heldIn(await observeInstancesOf(run, group));
    if (held.length === 0) return [];
    const hooks = contentOf(await readHooks(run, group.name));
    if (hooks === undefined) return [];
    const ours = hooksOfOurs(hooks, group.name, atHand, options);
    if (ours.length === 0) warnOfNone(run, group.name, hooks, options);
    return ours.flatMap((hook) =>
      candidatesOf({ group: group.name, hook, held }, atHand, options, run.now()),
    );
  });
  return candidates.flat();
}

// A heartbeat tells whether our hook holds the instance. It also starts the timer again, since nobody knows when it began.
async function isHeld(run: Run, candidate: Candidate, mayAsk: boolean): Promise<boolean> {
  const { termination, hook } = candidate;
  if (!mayAsk) return isTakenForOurs(candidate);
  const answer = await reading(run, () => holdsByInstance(run, { ...termination, hook: hook.name }));
  return contentOf(answer) === true;
}

// Other hooks may hold the instances. But with a wrong hook name, a sweep would never find anything.
function warnOfNone(run: Run, group: string, hooks: readonly Hook[], { ours }: SweepOptions): void {
  if (knowsNone(ours)) return;
  const { queue, topics, names } = ours;
  const known = [
    ...(names.length > 0 ? [`is called ${names.join(" or ")}`] : []),
    ...(queue === undefined ? [] : [`notifies the queue ${queue}`]),
    ...(topics.length > 0 ? [`notifies the topic ${topics.join(" or ")}`] : []),
  ].join(", or ");
  run.warn("no hook of ours", {
    auto_scaling_group: group,
    reason: `none of its terminating hooks ${known}: no sweep finds anything`,
    terminating_hooks: hooks.map(({ name }) => name),
  });
}
