import type { GroupInstance } from "../../shared/aws/autoscaling.ts";
import type { NoticeKind } from "../../shared/messages/notice.ts";
import type { Receipt, Tracked } from "../../shared/messages/receive.ts";
import type { DrainSettings } from "../../shared/model/settings.ts";
import { NO_MEMORY } from "../../shared/model/termination.ts";
import { observeGroupInstances, observeHooks } from "../../shared/observe/auto-scaling.ts";
import { NOTICE_MS } from "../../shared/rules/spot-interruption.ts";
import { contentOf } from "../../shared/run/reading.ts";
import type { Run } from "../../shared/run/run.ts";

/** What the input says is to be done about each kind of notice. */
export type NoticePolicy = Readonly<Record<NoticeKind, "drain" | "replace" | "ignore">>;

/** A notice about an instance, and the message that brought it. */
export type InstanceNotice = {
  readonly notice: NoticeKind;
  readonly instanceId: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  readonly messages: readonly Receipt[];
};

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
 * Acts on what EC2 and AWS Health announce, as the input says, for instances that Auto Scaling shows in a group. Failures
 * of AWS are noted in the run; throws only what is a fault of ours.
 */
export async function handleNotices(
  run: Run,
  notices: readonly InstanceNotice[],
  options: NoticeOptions,
): Promise<Handled> {
  const drains: Tracked[] = [];
  const undone: InstanceNotice[] = [];
  const shouldRun = notices.filter((each) => {
    const isIgnored = options.policy[each.notice] === "ignore";
    if (isIgnored) ignore(run, each, "the input says so");
    return !isIgnored;
  });
  const groupInstances = await observeGroupInstances(run, shouldRun);
  for (const each of shouldRun) {
    const read = groupInstances.get(each.instanceId);
    const groupInstance = read && contentOf(read);
    if (read && "unread" in read) {
      undone.push(each);
    } else if (!groupInstance) {
      ignore(run, each, "no Auto Scaling group has the instance");
    } else if (options.policy[each.notice] === "drain") {
      if (run.now() >= each.at + NOTICE_MS) ignore(run, each, "its two minutes are over");
      else drains.push(drainOf(each, groupInstance, options.settings));
    } else if (!(await replace(run, each, groupInstance, options))) {
      undone.push(each);
    }
  }
  return { drains, undone };
}

function drainOf(
  { instanceId, at, messages }: InstanceNotice,
  { group }: GroupInstance,
  settings: DrainSettings,
): Tracked {
  return {
    termination: {
      instanceId,
      group,
      hook: undefined,
      token: undefined,
      since: at,
      interruptedAt: at,
      dryRun: false,
      settings,
      memory: NO_MEMORY,
    },
    messages,
  };
}

// Returns whether the message is done with.
async function replace(
  run: Run,
  notice: InstanceNotice,
  { group, state }: GroupInstance,
  { queue, dryRun }: NoticeOptions,
): Promise<boolean> {
  const { instanceId } = notice;
  if (state !== "InService") {
    ignore(run, notice, `the instance is ${state}`);
    return true;
  }
  const hooks = await observeHooks(run, group);
  if ("unread" in hooks) return false;
  // Without a hook of ours nothing would drain it. One that notifies no queue, or a topic, may reach us all the same.
  if (!hooks.value.some(({ target }) => !target?.includes(":sqs:") || target.endsWith(`:${queue}`))) {
    ignore(run, notice, `the group ${group} has no terminating hook of ours`);
    return true;
  }
  const fields = { instance_id: instanceId, auto_scaling_group: group, notice: notice.notice };
  if (dryRun) {
    run.log.info("dry run", { ...fields, would: "termination through Auto Scaling" });
    return true;
  }
  try {
    await run.ports.autoScaling.replace(instanceId);
  } catch (error) {
    run.callFailed(error);
    return false;
  }
  run.log.info("instance replaced", fields);
  return true;
}

function ignore(run: Run, { instanceId, notice }: InstanceNotice, reason: string): void {
  run.log.info("notice ignored", { instance_id: instanceId, notice, reason });
}
