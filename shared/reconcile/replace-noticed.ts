import { forEachOf, groupBy } from "../base/batches.ts";
import { ignoreText, waitText } from "../log-lines/notice-text.ts";
import { formatNoticeBatch } from "../messages/notice-batch.ts";
import { deleteAll, type Receipt } from "../messages/receive.ts";
import type { IgnoreReason, NoticeBatch, ReplaceSettings, WaitingNotice } from "../model/notice.ts";
import { type DrainKeys, settingsUnder } from "../model/settings.ts";
import { observeGroupInstances } from "../observe/auto-scaling.ts";
import { observeCapacities } from "../observe/groups.ts";
import { observeUnhealthyTargets } from "../observe/target-health.ts";
import {
  decideReplacements,
  decideUnread,
  type GroupView,
  type ReplaceLimits,
  type Replacement,
  within,
} from "../rules/replacements.ts";
import { SEARCHES_MS } from "../rules/timings.ts";
import { countsAsOurs } from "../rules/whose-hook.ts";
import { readHooks } from "../run/read-hooks.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { proveMaintenances } from "./prove-maintenances.ts";

/** Notices, and this run's messages that brought them. */
export type ReceivedNotices = { readonly batch: NoticeBatch; readonly messages: readonly Receipt[] };

/**
 * How long waiting notices stay hidden, in seconds. The next run gets them, and no run beside this one does: it might read
 * Auto Scaling before that shows what this run has begun.
 */
const HIDDEN_SECONDS = 30;

const NONE: ReadonlySet<string> = new Set();

/** How notices are worked on. */
export type ReplaceOptions = {
  readonly queue: string;
  readonly dryRun: boolean;
  readonly limits: ReplaceLimits;
  /** The settings of a drain in terminate's input, which may name load balancers. */
  readonly keys: DrainKeys;
};

/**
 * Replaces instances that notices are about, as many of each group as may be under way. It sends on what must wait, in as few
 * messages as it takes, before it deletes the old ones. Failures of AWS are noted in the run. Throws only what is a fault of
 * ours. Returns how many were replaced, and how many wait.
 */
export async function replaceNoticed(
  run: Run,
  received: readonly ReceivedNotices[],
  options: ReplaceOptions,
): Promise<{ replaced: number; waiting: number }> {
  const started = new Map<string, number>();
  // All groups together: the run has drains to go on with.
  const work = { ...options, started, searchesUntil: run.now() + SEARCHES_MS };
  const waiting: NoticeBatch[] = [];
  for (const batch of bySettings(received)) {
    const notices = await replaceOf(run, batch, work);
    if (notices.length > 0) waiting.push({ ...batch, notices });
  }
  // Where one could not be sent, the old messages come back by themselves, with all that is not done yet.
  if (await sendNotices(run, options.queue, waiting, HIDDEN_SECONDS))
    await deleteAll(
      run,
      options.queue,
      received.flatMap(({ messages }) => messages),
    );
  return {
    replaced: [...started.values()].reduce((sum, each) => sum + each, 0),
    waiting: waiting.reduce((sum, { notices }) => sum + notices.length, 0),
  };
}

/** What all batches of a run share. */
type Work = ReplaceOptions & {
  /** How many instances of each group this run has replaced. */
  readonly started: Map<string, number>;
  /** How long load balancers are searched for, in milliseconds since 1970. */
  readonly searchesUntil: number;
};

// Returns the notices that go on waiting.
async function replaceOf(run: Run, { settings, notices }: NoticeBatch, work: Work): Promise<WaitingNotice[]> {
  const { started, dryRun, limits } = work;
  const { proven, unproven } = await proveMaintenances(run, notices);
  const { byGroup, undecided } = await sortByGroup(run, proven);
  const left = [...unproven, ...undecided].map((each) => conclude(run, each, undefined));
  const views = await readViews(run, [...byGroup.keys()], started, limits);
  for (const [group, own] of byGroup) {
    const policy = within(settings, limits);
    const view = await askLoadBalancers(run, views.get(group), own, { ...work, policy });
    const decided = decidedIn(view, own, policy, run.now());
    for (const each of decided) {
      const kept = await carryOut(run, each, group, dryRun);
      left.push(kept);
      if (each.kind === "replace" && kept === undefined) started.set(group, (started.get(group) ?? 0) + 1);
    }
  }
  return left.flatMap((each) => each ?? []);
}

// Returns the notice if it waits, or must be tried again.
async function carryOut(
  run: Run,
  decided: Replacement,
  group: string,
  dryRun: boolean,
): Promise<WaitingNotice | undefined> {
  if (decided.kind !== "replace") return conclude(run, decided, group);
  return dryRun ? rehearse(run, decided.notice, group) : replace(run, decided.notice, group);
}

// The view with what load balancers say of the other instances. Where nothing would be replaced, nobody asks them.
async function askLoadBalancers(
  run: Run,
  read: Reading<GroupView> | undefined,
  notices: readonly WaitingNotice[],
  {
    policy,
    keys,
    searchesUntil,
  }: Pick<Work, "keys" | "searchesUntil"> & { readonly policy: ReplaceSettings },
): Promise<Reading<GroupView> | undefined> {
  if (read === undefined || "unread" in read) return read;
  const view = read.value;
  const leaving = decideReplacements(notices, view, policy, run.now()).flatMap(({ kind, notice }) =>
    kind === "replace" ? [notice.instanceId] : [],
  );
  if (leaving.length === 0) return read;
  const unhealthy = await observeUnhealthyTargets(run, {
    leaving,
    inService: view.capacity.instances.flatMap(({ instanceId, state }) =>
      state === "InService" ? [instanceId] : [],
    ),
    settings: settingsUnder(view.hooks[0]?.metadata, keys),
    searchesUntil,
  });
  return "unread" in unhealthy ? unhealthy : { value: { ...view, unhealthy: unhealthy.value } };
}

function decidedIn(
  view: Reading<GroupView> | undefined,
  notices: readonly WaitingNotice[],
  settings: ReplaceSettings,
  now: number,
): Replacement[] {
  // The group was deleted since its instances were read.
  if (view === undefined)
    return notices.map((notice) => ({ notice, kind: "ignore", reason: { why: "no group" } }));
  if ("unread" in view) return notices.map((each) => decideUnread(each, view.unread, now));
  return decideReplacements(notices, view.value, settings, now);
}

// The notices by the group that has their instance, and what is decided about those whose group is not known.
async function sortByGroup(
  run: Run,
  notices: readonly WaitingNotice[],
): Promise<{ byGroup: Map<string, WaitingNotice[]>; undecided: Replacement[] }> {
  const instances = await observeGroupInstances(
    run,
    notices.map(({ instanceId }) => instanceId),
  );
  const read = notices.map((notice) => ({
    notice,
    read: instances.get(notice.instanceId) ?? { value: undefined },
  }));
  const known = read.flatMap(({ notice, read }) =>
    "value" in read && read.value ? [{ notice, group: read.value.group }] : [],
  );
  const undecided = read.flatMap(({ notice, read }): Replacement[] => {
    if ("unread" in read) return [decideUnread(notice, read.unread, run.now())];
    return read.value ? [] : [{ notice, kind: "ignore", reason: { why: "no group" } }];
  });
  const grouped = [...groupBy(known, ({ group }) => group)];
  return {
    byGroup: new Map(grouped.map(([group, all]) => [group, all.map(({ notice }) => notice)])),
    undecided,
  };
}

async function readViews(
  run: Run,
  groups: readonly string[],
  started: ReadonlyMap<string, number>,
  { ours }: ReplaceLimits,
): Promise<Map<string, Reading<GroupView>>> {
  const views = new Map<string, Reading<GroupView>>();
  await forEachOf(await observeCapacities(run, groups), async ([group, capacity]) => {
    const hooks = await readHooks(run, group);
    if ("unread" in capacity) views.set(group, capacity);
    else if ("unread" in hooks) views.set(group, hooks);
    else {
      const own = hooks.value.filter((each) => countsAsOurs(each, ours));
      const view = {
        capacity: capacity.value,
        hooks: own,
        started: started.get(group) ?? 0,
        unhealthy: NONE,
      };
      views.set(group, { value: view });
    }
  });
  return views;
}

// Returns the notice if it must be tried again.
async function replace(run: Run, notice: WaitingNotice, group: string): Promise<WaitingNotice | undefined> {
  const answer = await reading(run, () => run.ports.autoScaling.replace(notice.instanceId));
  if ("unread" in answer) return conclude(run, decideUnread(notice, answer.unread, run.now()), group);
  const log = run.logAbout({ instanceId: notice.instanceId, group, hook: undefined });
  log.info("instance replaced", { notice: notice.notice });
  return undefined;
}

function rehearse(run: Run, { instanceId, notice }: WaitingNotice, group: string): undefined {
  const log = run.logAbout({ instanceId, group, hook: undefined });
  log.info("dry run", { notice, would: "termination through Auto Scaling" });
}

// Logs what was decided, if that is news. Returns the notice if it waits.
function conclude(run: Run, decided: Replacement, group: string | undefined): WaitingNotice | undefined {
  if (decided.kind === "replace") return undefined;
  const { notice } = decided;
  const about = {
    instance_id: notice.instanceId,
    ...(group === undefined ? {} : { auto_scaling_group: group }),
  };
  if (decided.kind === "ignore") {
    const fields = { ...about, notice: notice.notice, reason: ignoreText(decided.reason) };
    if (needsSomebody(decided.reason)) run.log.warn("instance not replaced", fields);
    else run.log.info("notice ignored", fields);
    return undefined;
  }
  const { reason } = decided;
  if (reason.why !== notice.waitsFor) {
    const say = reason.why === "suspended" ? run.log.warn : run.log.info;
    say("notice waits", { ...about, notice: notice.notice, waiting_for: waitText(reason) });
  }
  return { ...notice, waitsFor: reason.why };
}

function needsSomebody({ why }: IgnoreReason): boolean {
  return (
    why === "the last one" || why === "waited too long" || why === "denied" || why === "nothing scheduled"
  );
}

// Several functions may feed one queue, each with settings of its own.
function bySettings(received: readonly ReceivedNotices[]): NoticeBatch[] {
  const groups = groupBy(
    received.map(({ batch }) => batch),
    ({ settings }) => JSON.stringify(settings),
  );
  return [...groups.values()].map((batches) => ({
    settings: batches[0]?.settings as ReplaceSettings,
    notices: batches.flatMap(({ notices }) => notices),
  }));
}

/**
 * Sends notices to the monitor queue, in as few messages as it takes. Returns whether all could be sent; otherwise the run notes
 * why. Throws only what is a fault of ours.
 *
 * @param delay how long they stay hidden, in seconds
 */
export async function sendNotices(
  run: Run,
  queue: string,
  batches: readonly NoticeBatch[],
  delay?: number,
): Promise<boolean> {
  const bodies = batches.flatMap(formatNoticeBatch).map((body) => ({ body }));
  const { failed } = await run.ports.queues.send(queue, bodies, delay);
  for (const { reason, cause } of failed) run.notSent(queue, reason, cause);
  return failed.length === 0;
}
