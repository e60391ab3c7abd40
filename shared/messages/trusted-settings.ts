import { type DrainKeys, keysOver, settingsOf } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { isSentByRole, type SenderRoleIds } from "../run/sender-role-ids.ts";

/**
 * A termination with the settings that count until a pass reads those of its hook: the function's own, over those that the message
 * tells of deregister's input. A message tells them only if one of the roles sent it, or if the function has none of its own.
 *
 * @param keys the drain settings of the function's input. Undefined if it has none.
 */
export function withTrustedSettings(
  termination: Termination,
  senderId: string | undefined,
  roleIds: SenderRoleIds,
  keys: DrainKeys | undefined,
): Termination {
  const isAttested = roleIds !== undefined && isSentByRole(senderId, roleIds);
  const told = isAttested || keys === undefined ? termination.told : undefined;
  return { ...termination, told, settings: settingsOf(keysOver(told, keys)) };
}
