import { ignoreText } from "../../shared/log-lines/notice-text.ts";
import type { InstanceNotice } from "../../shared/messages/arrivals.ts";
import type { Tracked } from "../../shared/messages/receive.ts";
import { NO_MEMORY } from "../../shared/model/memory.ts";
import type { IgnoreReason } from "../../shared/model/notice.ts";
import type { DrainSettings } from "../../shared/model/settings.ts";
import { observeGroupInstances } from "../../shared/observe/auto-scaling.ts";
import { decideNotice, isIgnored, mayReplace, type NoticePolicy } from "../../shared/rules/notices.ts";
import { readHooks } from "../../shared/run/read-hooks.ts";
import { reading } from "../../shared/run/reading.ts";
import type { Run } from "../../shared/run/run.ts";

/** What came of notices: drains to begin, and the notices whose messages must be kept for another try. */
export type Handled = { readonly drains: readonly Tracked[]; readonly undone: readonly InstanceNotice[] };

/** What notices are handled with. */
export type NoticeOptions = {
  readonly policy: NoticePolicy;
  readonly settings: DrainSettings;
  /** The lifecycle queue's name. */
  readonly queue: string;
  readonly dryRun: boolean;
};

/**
 * Acts on the notices of EC2 and AWS Health, as the input says, for instances that Auto Scaling shows in a group. Failures
 * of AWS are noted in the run; throws only what is a fault of ours.
 */
export async function handleNotices(
  run: Run,
  notices: readonly InstanceNotice[],
  options: NoticeOptions,
): Promise<Handled> {
  const drains: Tracked[] = [];
  const undone: InstanceNotice[] = [];
  const asked = notices.filter(({ notice }) => !isIgnored(notice, options.policy));
  const instances = await observeGroupInstances(
    run,
    asked.map(({ instanceId }) => instanceId),
  );
  for (const each of notices) {
    const read = instances.get(each.instanceId) ?? { value: undefined };
    if ("unread" in read && asked.includes(each)) {
      undone.push(each);
      continue;
    }
    const groupInstance = "value" in read ? read.value : undefined;
    const decision = decideNotice(each, options.policy, groupInstance, run.now());
    if (decision.kind === "ignore") ignore(run, each, decision.reason);
    else if (decision.kind === "drain") drains.push(drainOf(each, decision.group, options.settings));
    else if (!(await replace(run, each, decision.group, options))) undone.push(each);
  }
  return { drains, undone };
}

function drainOf(
  { instanceId, at, messages }: InstanceNotice,
  group: string,
  settings: DrainSettings,
): Tracked {
  const termination = {
    instanceId,
    group,
    hook: undefined,
    token: undefined,
    since: at,
    interruptedAt: at,
    dryRun: false,
    settings,
    memory: NO_MEMORY,
  };
  return { termination, messages };
}

// Returns whether the message is done with.
async function replace(
  run: Run,
  notice: InstanceNotice,
  group: string,
  { queue, dryRun }: NoticeOptions,
): Promise<boolean> {
  const hooks = await readHooks(run, group);
  if ("unread" in hooks) return false;
  if (!mayReplace(hooks.value, queue)) {
    ignore(run, notice, { why: "no hook of ours", group });
    return true;
  }
  const log = run.logAbout({ instanceId: notice.instanceId, group, hook: undefined });
  if (dryRun) {
    log.info("dry run", { notice: notice.notice, would: "termination through Auto Scaling" });
    return true;
  }
  const answer = await reading(run, () => run.ports.autoScaling.replace(notice.instanceId));
  if ("unread" in answer) return false;
  log.info("instance replaced", { notice: notice.notice });
  return true;
}

function ignore(run: Run, { instanceId, notice }: InstanceNotice, reason: IgnoreReason): void {
  run.log.info("notice ignored", { instance_id: instanceId, notice, reason: ignoreText(reason) });
}
