import { GROUPS_A_CALL, type GroupWithInstances } from "../../shared/aws/autoscaling.ts";
import { forEachOf, pieces } from "../../shared/base/batches.ts";
import { situationOf } from "../../shared/model/lifecycle-state.ts";
import type { Hook } from "../../shared/model/observation.ts";
import {
  type DrainKeys,
  type DrainSettings,
  keysOf,
  keysOfMetadata,
  settingsOf,
  settingsUnder,
} from "../../shared/model/settings.ts";
import { NO_MEMORY, type Termination } from "../../shared/model/termination.ts";
import { observeHooks } from "../../shared/observe/auto-scaling.ts";
import { contentOf, reading } from "../../shared/run/reading.ts";
import type { Run } from "../../shared/run/run.ts";

/** What a sweep looks for, and where. */
export type SweepOptions = {
  /** The groups that the input names. */
  readonly groups: readonly string[];
  /** A tag of groups, as `key` or `key=value`. */
  readonly tag: string | undefined;
  /** By which our hook is known: its name, or the queue that it notifies. */
  readonly hook: string | undefined;
  readonly queue: string | undefined;
  /** Whether nothing may be written, not even a heartbeat. */
  readonly dryRun: boolean;
  /** Settings for what is found, under those of the hook's own. */
  readonly keys: DrainKeys;
};

/** By how much a schedule of every minute may be off: EventBridge promises no second. */
const JITTER_MS = 10_000;

/**
 * Whether a run that starts at this time sweeps. Runs keep no count, and do not know when the one before them was: each minute
 * belongs to a sweep, or does not. So it takes a schedule that meets the minutes that do, as one of every minute does. A run that
 * was to start in such a minute may start some seconds after it; two runs may so sweep one after the other.
 */
export function isSweepDue(startedAt: number, everyMinutes: number): boolean {
  return everyMinutes > 0 && startedAt % (everyMinutes * 60_000) < 60_000 + JITTER_MS;
}

/**
 * Finds instances in the wait state of our hook that none of the terminations at hand stands for: their messages were
 * lost, or there never was a queue. One call per hundred groups, one per group for its hooks, one per warm pool, and a
 * heartbeat for each that is found. Failures of AWS are noted in the run; throws only what is a fault of ours.
 */
export async function sweep(
  run: Run,
  atHand: readonly Termination[],
  options: SweepOptions,
): Promise<Termination[]> {
  const groups = await observeGroups(run, atHand, options);
  const candidates = await forEachOf(groups, async (group) => {
    const held = (await instancesOf(run, group)).filter(({ state }) => situationOf(state) === "held");
    if (held.length === 0) return [];
    const hooks = contentOf(await observeHooks(run, group.name));
    if (hooks === undefined) return [];
    const ours = hooks.filter((each) => isOurs(each, group.name, atHand, options));
    if (ours.length === 0) warnOfNone(run, group.name, hooks, options);
    return ours.flatMap((hook) => candidatesOf(run, group.name, hook, held, atHand, options));
  });
  const found = await forEachOf(candidates.flat(), (each) => findHeld(run, each, options));
  return found.flatMap((each) => each ?? []);
}

/** An instance in a wait state that may be our hook's, with the hook. */
type Candidate = { readonly termination: Termination; readonly state: string; readonly hook: Hook };

function candidatesOf(
  run: Run,
  group: string,
  hook: Hook,
  held: GroupWithInstances["instances"],
  atHand: readonly Termination[],
  options: SweepOptions,
): Candidate[] {
  const known = new Set(atHand.filter((each) => each.hook === hook.name).map((each) => each.instanceId));
  const settings = settingsFor(group, hook, atHand, options);
  return held
    .filter(({ instanceId }) => !known.has(instanceId))
    .map(({ instanceId, state }) => ({
      termination: terminationOf(run, group, hook.name, instanceId, settings),
      state,
      hook,
    }));
}

// Another hook may hold it: one for launching has a wait state in common with ours. A heartbeat tells, and begins the timer
// anew, of which nobody knows when it began. With `leave` its message may be elsewhere for a moment, and past a deadline after
// which no heartbeat may be sent: a sweep after the other would keep it for ever.
async function findHeld(
  run: Run,
  { termination, state, hook }: Candidate,
  { dryRun }: SweepOptions,
): Promise<Termination | undefined> {
  const mayAsk = !dryRun && termination.settings.onTimeout !== "leave";
  const holds = await reading(run, async () =>
    mayAsk
      ? (await run.ports.autoScaling.heartbeat({ ...termination, hook: hook.name })) === "recorded"
      : state !== "Warmed:Pending:Wait",
  );
  if (!contentOf(holds)) return undefined;
  logFound(run, termination, hook);
  return termination;
}

async function observeGroups(
  run: Run,
  atHand: readonly Termination[],
  { groups, tag }: SweepOptions,
): Promise<GroupWithInstances[]> {
  const drained = new Set(atHand.map((each) => each.group));
  const names = [...new Set([...groups, ...drained])];
  const readings = await forEachOf(pieces(names, GROUPS_A_CALL), async (some) => {
    const answer = await reading(run, () => run.ports.autoScaling.groups({ names: some }));
    // Auto Scaling leaves out what it does not know. Where nothing drains either that was in such a group, its name is wrong.
    const missing = some.filter((name) => groups.includes(name) && !drained.has(name));
    for (const name of missing) {
      if ("value" in answer && !answer.value.some((each) => each.name === name))
        run.cannotUse(name, "there is no such Auto Scaling group");
    }
    return answer;
  });
  if (tag !== undefined) {
    const [key = "", ...value] = tag.split("=");
    const which = { tag: { key, value: value.length === 0 ? undefined : value.join("=") } };
    readings.push(await reading(run, () => run.ports.autoScaling.groups(which)));
  }
  return [
    ...new Map(readings.flatMap((each) => contentOf(each) ?? []).map((each) => [each.name, each])).values(),
  ];
}

// Whoever holds the instances may be nobody of ours; but a sweep that mistakes the hook's name finds nothing, for ever.
function warnOfNone(run: Run, group: string, hooks: readonly Hook[], { hook, queue }: SweepOptions): void {
  if (hook === undefined && queue === undefined) return;
  const known = hook === undefined ? `notifies the queue ${queue}` : `is called ${hook}`;
  run.warn("no hook of ours", {
    auto_scaling_group: group,
    reason: `none of its terminating hooks ${known}: no sweep finds anything`,
    terminating_hooks: hooks.map(({ name }) => name),
  });
}

async function instancesOf(
  run: Run,
  { name, instances, hasWarmPool }: GroupWithInstances,
): Promise<GroupWithInstances["instances"]> {
  if (!hasWarmPool) return instances;
  const pool = contentOf(await reading(run, () => run.ports.autoScaling.warmPool(name)));
  return [...instances, ...(pool ?? [])];
}

// By its name, by the queue that it notifies, or because messages of this very group name it.
function isOurs(
  { name, target }: Hook,
  group: string,
  atHand: readonly Termination[],
  { hook, queue }: SweepOptions,
): boolean {
  if (hook !== undefined) return name === hook;
  if (queue !== undefined) return target?.includes(":sqs:") === true && target.endsWith(`:${queue}`);
  return atHand.some((each) => each.group === group && each.hook === name);
}

// As the oldest message of the same hook is told, or else by terminate's own input, and in either case under what the hook says
// of itself. Where the instances may be is what all of them say together: deregister's input may name more than
// terminate's, and a message that somebody sent by hand less than either.
function settingsFor(
  group: string,
  hook: Hook,
  atHand: readonly Termination[],
  { keys }: SweepOptions,
): DrainSettings {
  const own = settingsOf(keys);
  const alike = atHand
    .filter((each) => each.group === group && each.hook === hook.name)
    .map(({ settings }) => settings);
  const together = (names: (settings: DrainSettings) => readonly string[]) => [
    ...new Set([...alike, own].flatMap(names)),
  ];
  const told = {
    ...(alike[0] ?? own),
    elbNames: together(({ elbNames }) => elbNames),
    targetGroups: together(({ targetGroups }) => targetGroups),
    clusterNames: together(({ clusterNames }) => clusterNames),
  };
  return settingsUnder(hook.metadata, keysOf(told));
}

function logFound(run: Run, { group, instanceId }: Termination, hook: Hook): void {
  const own = keysOfMetadata(hook.metadata);
  run.log.warn("sweep found", {
    instance_id: instanceId,
    auto_scaling_group: group,
    life_cycle_hook_name: hook.name,
    reason: "the hook holds it, and no message stands for it",
    ...(own && "problems" in own ? { metadata_ignored: own.problems } : {}),
  });
}

function terminationOf(
  run: Run,
  group: string,
  hook: string,
  instanceId: string,
  settings: DrainSettings,
): Termination {
  const now = run.now();
  return {
    instanceId,
    group,
    hook,
    token: undefined,
    since: now,
    interruptedAt: undefined,
    dryRun: false,
    settings,
    memory: { ...NO_MEMORY, lastHeartbeatAt: now },
  };
}
