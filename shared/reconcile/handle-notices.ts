import { ignoreText } from "../log-lines/notice-text.ts";
import type { InstanceNotice } from "../messages/arrivals.ts";
import type { Tracked } from "../messages/receive.ts";
import type { IgnoreReason } from "../model/notice.ts";
import type { DrainSettings } from "../model/settings.ts";
import { observeGroupInstances } from "../observe/auto-scaling.ts";
import { decideNotice, interruptedIn, isIgnored, mayReplace, type NoticePolicy } from "../rules/notices.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** What came of notices: drains to begin, and the notices whose messages must be kept for another try. */
export type Handled = { readonly drains: readonly Tracked[]; readonly undone: readonly InstanceNotice[] };

/** How to handle notices. */
export type NoticeOptions = {
  readonly policy: NoticePolicy;
  readonly settings: DrainSettings;
  /** The lifecycle queue's name. */
  readonly queue: string;
  readonly dryRun: boolean;
};

/**
 * Acts on the notices of EC2 and AWS Health, as the input says, for instances that Auto Scaling shows in a group. Failures
 * of AWS are noted in the run. Throws only what is a fault of ours.
 */
export async function handleNotices(
  run: Run,
  notices: readonly InstanceNotice[],
  options: NoticeOptions,
): Promise<Handled> {
  const drains: Tracked[] = [];
  const undone: InstanceNotice[] = [];
  const { policy, settings } = options;
  const asked = notices.filter(({ notice }) => !isIgnored(notice, policy));
  const instances = await observeGroupInstances(
    run,
    asked.map(({ instanceId }) => instanceId),
  );
  for (const each of notices) {
    const read = instances.get(each.instanceId) ?? { value: undefined };
    if ("unread" in read && !isIgnored(each.notice, policy)) {
      undone.push(each);
      continue;
    }
    const decision = decideNotice(each, policy, contentOf(read), run.now());
    if (decision.kind === "ignore") ignore(run, each, decision.reason);
    else if (decision.kind === "drain")
      drains.push({ termination: interruptedIn(each, decision.group, settings), messages: each.messages });
    else if (!(await replace(run, each, decision.group, options))) undone.push(each);
  }
  return { drains, undone };
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
