import { NO_MEMORY } from "../model/memory.ts";
import type { Run } from "../run/run.ts";
import { isSentByRole, type SenderRoleIds } from "../run/sender-role-ids.ts";
import { remembersNothing } from "./memory.ts";
import type { MonitorMessage } from "./monitor-message.ts";

type ReadTermination = Extract<MonitorMessage, { kind: "termination" }>;

/**
 * A termination with only so much of its memory as counts. If one of the roles sent the message, that is all of it. If anybody
 * else did, it is nothing, and the log says so: the drain then is as at its first pass. If nobody knows the roles, it is all but
 * the rounds, because a forged round would complete an instance that still gets traffic.
 */
export function withTrustedMemory(
  run: Run,
  read: ReadTermination,
  senderId: string | undefined,
  roleIds: SenderRoleIds,
): ReadTermination {
  const { termination } = read;
  const { memory } = termination;
  if (roleIds === undefined) {
    return {
      ...read,
      termination: { ...termination, memory: { ...memory, round: undefined, roundAt: undefined } },
    };
  }
  if (isSentByRole(senderId, roleIds)) return read;
  if (!remembersNothing(memory))
    run.logAbout(termination).warn("memory of another sender ignored", { sender_id: senderId ?? "unknown" });
  const { plannedDraining, plannedDeregistrations } = NO_MEMORY;
  return {
    ...read,
    termination: {
      ...termination,
      memory: NO_MEMORY,
      restorePlan: { plannedDraining, plannedDeregistrations },
    },
    unknown: { kept: [], dropped: [] },
  };
}
