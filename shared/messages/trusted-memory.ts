import { type Memory, NO_MEMORY } from "../model/memory.ts";
import type { Run } from "../run/run.ts";
import { isSentByRole, type SenderRoleIds } from "../run/sender-role-ids.ts";
import { remembersNothing } from "./memory.ts";
import type { MonitorMessage } from "./monitor-message.ts";

type ReadTermination = Extract<MonitorMessage, { kind: "termination" }>;

/**
 * What counts in no message if nobody knows the roles. A forged round or death would complete an instance that still gets traffic, or
 * runs tasks. A forged completion, return, or the claim that a drain is over would have nobody go on with it. Each run finds these
 * again. What is to be registered again would be registered wherever the sender likes, and nothing proves it.
 */
const OF_NOBODY = {
  round: undefined,
  roundAt: undefined,
  completedAt: undefined,
  followedSince: undefined,
  deadSince: undefined,
  returningSince: undefined,
  plannedDeregistrations: [],
} as const satisfies Partial<Memory>;

/** Only in the warm pool does Auto Scaling show that an instance has come back. Nothing shows that it has another root volume. */
const OF_NO_RETURN = { returns: undefined, plannedDraining: [] } as const satisfies Partial<Memory>;

/**
 * A termination with only so much of its memory as counts. If one of the roles sent the message, that is all of it. If anybody
 * else did, it is nothing, and the log says so: the drain then is as at its first pass. If nobody knows the roles, it is all but
 * what is left out above.
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
    const ofReturn = memory.returns === "warm pool" ? {} : OF_NO_RETURN;
    return { ...read, termination: { ...termination, memory: { ...memory, ...OF_NOBODY, ...ofReturn } } };
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
