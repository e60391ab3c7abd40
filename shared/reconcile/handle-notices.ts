import { timeText } from "../base/time-text.ts";
import { ignoreText } from "../log-lines/notice-text.ts";
import type { InstanceNotice } from "../messages/arrivals.ts";
import type { Tracked } from "../messages/receive.ts";
import type { GroupInstance, OurHooks } from "../model/hooks.ts";
import type { IgnoreReason, NoticeKind, ReplaceSettings, WaitingNotice } from "../model/notice.ts";
import type { DrainKeys } from "../model/settings.ts";
import { observeGroupInstances } from "../observe/auto-scaling.ts";
import {
  decideArrival,
  interruptedIn,
  isScheduleDue,
  maintenancesDue,
  type NoticePolicy,
  notOurs,
} from "../rules/notices.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** What came of notices. */
export type Handled = {
  /** Drains to begin. */
  readonly drains: readonly Tracked[];
  /** Notices for which an instance is to be replaced: terminate does it, one after the other. */
  readonly toReplace: readonly { readonly waiting: WaitingNotice; readonly arrived: InstanceNotice }[];
  /** Notices whose messages must be kept for another try. */
  readonly undone: readonly InstanceNotice[];
};

/** How to handle notices. */
export type NoticeOptions = {
  readonly policy: NoticePolicy;
  /** How long before a maintenance its instance is replaced, in milliseconds. */
  readonly lead: number;
  readonly replace: ReplaceSettings;
  /** The settings of the function's input. */
  readonly keys: DrainKeys;
};

/**
 * Sorts the notices of EC2 and AWS Health, as the input says. An interruption begins a drain, if a group of ours has the
 * instance. What is to be replaced is passed on without a question. Failures of AWS are noted in the run. Throws only what is
 * a fault of ours.
 */
export async function handleNotices(
  run: Run,
  notices: readonly InstanceNotice[],
  options: NoticeOptions,
): Promise<Handled> {
  const decided = notices.map((each) => ({
    each,
    decision: decideArrival(each, options.policy, options.lead, run.now()),
  }));
  for (const { each, decision } of decided)
    if (decision.kind === "ignore") ignore(run, each, decision.reason);
  const toReplace = decided.flatMap(({ each, decision }) =>
    decision.kind === "replace" ? [{ waiting: waitingFor(each, decision.notice), arrived: each }] : [],
  );
  const interrupted = decided.flatMap(({ each, decision }) => (decision.kind === "drain" ? [each] : []));
  const owners = await readOwners(
    run,
    interrupted.map(({ instanceId }) => instanceId),
    options.replace.ours,
  );
  const drains: Tracked[] = [];
  const undone: InstanceNotice[] = [];
  for (const each of interrupted) {
    const owner = owners.get(each.instanceId) ?? { value: { why: "no group" } as const };
    if ("unread" in owner) undone.push(each);
    else if ("why" in owner.value) ignore(run, each, owner.value);
    else
      drains.push({
        termination: interruptedIn(each, owner.value.group, options.keys),
        messages: each.messages,
      });
  }
  return { drains, toReplace, undone };
}

/**
 * The instances of our groups with a change that EC2 has scheduled, once an hour, when that change is near. A change that is
 * weeks ahead waits in no message, so this finds it. Throws only what is a fault of ours.
 */
export async function findMaintenances(
  run: Run,
  { policy, lead, replace }: NoticeOptions,
): Promise<WaitingNotice[]> {
  if (!isScheduleDue(run.startedAt, policy)) return [];
  const events = contentOf(await reading(run, () => run.ports.ec2.scheduledEvents())) ?? [];
  const due = maintenancesDue(run.understood(events), lead, run.now());
  const owners = await readOwners(run, [...due.keys()], replace.ours);
  return [...due].flatMap(([instanceId, startsAt]) => {
    const read = owners.get(instanceId);
    const owner = read && contentOf(read);
    // Another team's instance is no news, nor is one that leaves already.
    if (owner === undefined || "why" in owner || owner.state !== "InService") return [];
    run.logAbout({ instanceId, group: owner.group, hook: undefined }).info("maintenance found", {
      starts_at: timeText(startsAt),
    });
    return [waitingFor({ instanceId, at: run.now() }, "maintenance")];
  });
}

// The group instance of each that a group of ours has. For the others, why not.
async function readOwners(
  run: Run,
  instanceIds: readonly string[],
  ours: OurHooks,
): Promise<Map<string, Reading<GroupInstance | IgnoreReason>>> {
  const instances = await observeGroupInstances(run, instanceIds);
  const owners = new Map<string, Reading<GroupInstance | IgnoreReason>>();
  for (const [instanceId, read] of instances) {
    const groupInstance = contentOf(read);
    const hooks = groupInstance ? await readHooks(run, groupInstance.group) : { value: [] };
    if ("unread" in read) owners.set(instanceId, read);
    else if ("unread" in hooks) owners.set(instanceId, hooks);
    else {
      const reason = notOurs(groupInstance, hooks.value, ours);
      owners.set(instanceId, { value: reason ?? (groupInstance as GroupInstance) });
    }
  }
  return owners;
}

function waitingFor(
  { instanceId, at }: { readonly instanceId: string; readonly at: number },
  notice: WaitingNotice["notice"],
): WaitingNotice {
  return { instanceId, notice, at, denials: 0, waitsFor: undefined, wholeSince: undefined };
}

function ignore(
  run: Run,
  { instanceId, notice }: { readonly instanceId: string; readonly notice: NoticeKind },
  reason: IgnoreReason,
): void {
  const about = { instance_id: instanceId, notice };
  if (reason.why === "not yet") run.log.info("notice waits", { ...about, waiting_for: ignoreText(reason) });
  else run.log.info("notice ignored", { ...about, reason: ignoreText(reason) });
}
