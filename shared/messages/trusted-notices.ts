import type { NoticeBatch } from "../model/notice.ts";
import type { Run } from "../run/run.ts";
import { isSentByRole, type SenderRoleIds } from "../run/sender-role-ids.ts";

/**
 * Whether notices on the monitor queue count: only deregister and terminate put any there. Those of another sender do not, and the
 * log says so. If nobody knows the roles, they count.
 */
export function areNoticesTrusted(
  run: Run,
  { notices }: NoticeBatch,
  senderId: string | undefined,
  roleIds: SenderRoleIds,
): boolean {
  if (roleIds === undefined || isSentByRole(senderId, roleIds)) return true;
  run.log.warn("notices of another sender ignored", {
    sender_id: senderId ?? "unknown",
    notices: notices.length,
    instances: notices.slice(0, 10).map(({ instanceId }) => instanceId),
  });
  return false;
}
