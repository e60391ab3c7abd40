import { GROUPS_A_CALL } from "../aws/autoscaling.ts";
import { forEachOf, pieces } from "../base/batches.ts";
import type { GroupWithInstances, Hook } from "../model/hooks.ts";
import { keysOfMetadata } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import {
  type Candidate,
  candidatesOf,
  groupsToSweep,
  heldIn,
  hooksOfOurs,
  isTakenForOurs,
  mayAskHook,
  type SweepOptions,
} from "../rules/sweep.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * Finds instances in the wait state of our hook that none of the terminations at hand stands for: their messages were
 * lost, or there never was a queue. One call per hundred groups, one per group for its hooks, one per warm pool, and a
 * heartbeat for each that is found. Failures of AWS are noted in the run; throws only what is a fault of ours.
 */
export async function sweepGroups(
  run: Run,
  atHand: readonly Termination[],
  options: SweepOptions,
): Promise<Termination[]> {
  const groups = await readGroups(run, atHand, options);
  const candidates = await forEachOf(groups, async (group) => {
    const held = heldIn(await readInstances(run, group));
    if (held.length === 0) return [];
    const hooks = contentOf(await readHooks(run, group.name));
    if (hooks === undefined) return [];
    const ours = hooksOfOurs(hooks, group.name, atHand, options);
    if (ours.length === 0) warnOfNone(run, group.name, hooks, options);
    return ours.flatMap((hook) =>
      candidatesOf({ group: group.name, hook, held }, atHand, options, run.now()),
    );
  });
  const found = await forEachOf(candidates.flat(), async (each) => {
    if (!(await isHeld(run, each, options))) return [];
    logFound(run, each);
    return [each.termination];
  });
  return found.flat();
}

// A heartbeat tells whether our hook holds the instance, and starts the timer again, of which nobody knows when it began.
async function isHeld(run: Run, candidate: Candidate, options: SweepOptions): Promise<boolean> {
  const { termination, hook } = candidate;
  if (!mayAskHook(candidate, options)) return isTakenForOurs(candidate);
  const answer = await reading(run, () =>
    run.ports.autoScaling.heartbeat({ ...termination, hook: hook.name }),
  );
  return contentOf(answer) === "recorded";
}

async function readGroups(
  run: Run,
  atHand: readonly Termination[],
  options: SweepOptions,
): Promise<GroupWithInstances[]> {
  const drained = new Set(atHand.map((each) => each.group));
  const named = pieces(groupsToSweep(options, atHand), GROUPS_A_CALL);
  const readings = await forEachOf(named, async (some) => {
    const answer = contentOf(await reading(run, () => run.ports.autoScaling.groups({ names: some })));
    // Auto Scaling leaves out what it does not know. Where nothing drains either that was in such a group, its name is wrong.
    const missing = some.filter((name) => options.groups.includes(name) && !drained.has(name));
    for (const name of missing) {
      if (answer && !answer.some((each) => each.name === name))
        run.cannotUse(name, "there is no such Auto Scaling group");
    }
    return answer ?? [];
  });
  const { tag } = options;
  const tagged = tag === undefined ? [] : await readTagged(run, tag);
  return [...new Map([...readings.flat(), ...tagged].map((each) => [each.name, each])).values()];
}

async function readTagged(run: Run, tag: string): Promise<GroupWithInstances[]> {
  const [key = "", ...value] = tag.split("=");
  const which = { tag: { key, value: value.length === 0 ? undefined : value.join("=") } };
  return contentOf(await reading(run, () => run.ports.autoScaling.groups(which))) ?? [];
}

async function readInstances(
  run: Run,
  { name, instances, hasWarmPool }: GroupWithInstances,
): Promise<GroupWithInstances["instances"]> {
  if (!hasWarmPool) return instances;
  const pool = contentOf(await reading(run, () => run.ports.autoScaling.warmPool(name)));
  return [...instances, ...(pool ?? [])];
}

// Whoever holds the instances may be nobody of ours. But a sweep with a wrong hook name finds nothing, for ever.
function warnOfNone(run: Run, group: string, hooks: readonly Hook[], { hook, queue }: SweepOptions): void {
  if (hook === undefined && queue === undefined) return;
  const known = hook === undefined ? `notifies the queue ${queue}` : `is called ${hook}`;
  run.warn("no hook of ours", {
    auto_scaling_group: group,
    reason: `none of its terminating hooks ${known}: no sweep finds anything`,
    terminating_hooks: hooks.map(({ name }) => name),
  });
}

function logFound(run: Run, { termination, hook }: Candidate): void {
  const own = keysOfMetadata(hook.metadata);
  run.logAbout(termination).warn("sweep found", {
    reason: "the hook holds it, and no message stands for it",
    ...(own && "problems" in own ? { metadata_ignored: own.problems } : {}),
  });
}
