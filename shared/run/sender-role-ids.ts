import * as z from "zod/mini";
import type { Log } from "../base/log.ts";
import { problemsText } from "../base/validation-problems.ts";
import { refuseVariable } from "./input.ts";
import type { Ports } from "./ports.ts";

/**
 * The ids of the IAM roles that write memory. Undefined if the environment does not say. Then nobody knows whose memory a
 * message has.
 */
export type SenderRoleIds = ReadonlySet<string> | undefined;

const expected = "expected ids of IAM roles such as AROA1EXAMPLE2EXAMPLE3, separated by commas";
// IAM User Guide, "IAM identifiers"; IAM API Reference, Role: at most 128 characters.
const roleIds = z.array(
  z.string({ error: expected }).check(z.regex(/^AROA[A-Z0-9]{12,124}$/, { error: expected })),
);

/**
 * Reads the environment's variable SENDER_ROLE_IDS. An empty one counts as none. Throws an InputError, after logging it, that
 * names the variable and each part that is wrong.
 */
export function readSenderRoleIds(functionName: string, text: string | undefined, log: Log): SenderRoleIds {
  if (!text) return undefined;
  const ids = text.split(",").map((id) => id.trim());
  const parsed = z.safeParse(roleIds, ids, { reportInput: true });
  if (parsed.success) return new Set(parsed.data);
  return refuseVariable("SENDER_ROLE_IDS", functionName, problemsText(parsed.error), log);
}

/** Whether the environment says which roles write memory. */
export function areSendersKnown({ senderRoleIdsVariable }: Pick<Ports, "senderRoleIdsVariable">): boolean {
  return Boolean(senderRoleIdsVariable);
}

/**
 * Whether one of these roles sent a message.
 *
 * @param senderId as SQS attests it: of a role it is `ROLEID:session`, of a user the user's id (Amazon SQS API Reference,
 *   ReceiveMessage). Nobody can choose the id of a role. A session's name has no colon in it.
 */
export function isSentByRole(senderId: string | undefined, roleIds: ReadonlySet<string>): boolean {
  const [roleId = ""] = senderId?.split(":") ?? [];
  return roleIds.has(roleId);
}
