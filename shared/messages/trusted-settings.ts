import { type DrainKeys, keysOver, settingsOf } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { isSentByRole, type SenderRoleIds } from "../run/sender-role-ids.ts";

/** What says whose messages tell the settings of a drain. */
export type TellingOptions = {
  /** The drain settings of the function's input. Undefined if it has none. */
  readonly keys: DrainKeys | undefined;
  /** Whether the function has no input but `queue_name`, as the original's. Then it believes whoever sends. */
  readonly hasQueueNameAlone: boolean;
  /** The roles whose messages count. */
  readonly senderRoleIds: SenderRoleIds;
};

/**
 * A termination with the settings that count until a pass reads those of its hook: the function's own, over those that the message
 * tells of deregister's input.
 */
export function withTrustedSettings(
  termination: Termination,
  senderId: string | undefined,
  options: TellingOptions,
): Termination {
  const told = tells(senderId, options) ? termination.told : undefined;
  return { ...termination, told, settings: settingsOf(keysOver(told, options.keys)) };
}

// If nobody knows the roles, a message may be deregister's, which no setting of its own would then reach.
function tells(
  senderId: string | undefined,
  { keys, hasQueueNameAlone, senderRoleIds }: TellingOptions,
): boolean {
  if (hasQueueNameAlone) return true;
  return senderRoleIds === undefined ? keys === undefined : isSentByRole(senderId, senderRoleIds);
}
