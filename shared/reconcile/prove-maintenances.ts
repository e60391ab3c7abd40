import { apart } from "../base/errors.ts";
import type { WaitingNotice } from "../model/notice.ts";
import { isScheduled } from "../rules/notices.ts";
import { decideUnread, mergeNotices, type Replacement } from "../rules/replacements.ts";
import { reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * Keeps the notices of a maintenance that EC2's own schedule has, and all others. A message is no proof: without one, no instance
 * is replaced. It takes a call where there is such a notice. Failures of AWS are noted in the run. Throws only what is a fault of
 * ours.
 *
 * @returns the notices, several about an instance as one, and what is decided about those that are not proven
 */
export async function proveMaintenances(
  run: Run,
  notices: readonly WaitingNotice[],
): Promise<{ readonly proven: WaitingNotice[]; readonly unproven: Replacement[] }> {
  const claimed = mergeNotices(notices.filter(({ notice }) => notice === "maintenance"));
  if (claimed.length === 0) return { proven: mergeNotices(notices), unproven: [] };
  const others = notices.filter(({ notice }) => notice !== "maintenance");
  const events = await reading(run, () => run.ports.ec2.scheduledEvents());
  if ("unread" in events) {
    const unproven = claimed.map((each) => decideUnread(each, events.unread, run.now()));
    return { proven: mergeNotices(others), unproven };
  }
  const { read, odd } = apart(events.value);
  const isProven = ({ instanceId }: WaitingNotice) => isScheduled(read, instanceId);
  return {
    proven: mergeNotices([...others, ...claimed.filter(isProven)]),
    unproven: claimed
      .filter((each) => !isProven(each))
      .map((notice) => {
        // A change that cannot be read may be this instance's.
        const hiding = odd.find(({ ids }) => ids.length === 0 || ids.includes(notice.instanceId));
        return hiding
          ? decideUnread(notice, run.callFailed(hiding), run.now())
          : { notice, kind: "ignore", reason: { why: "nothing scheduled" } };
      }),
  };
}
