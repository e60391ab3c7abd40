import { digestOf } from "../base/digest.ts";
import type { Memory } from "./memory.ts";
import { registrationText, type SeenRegistration } from "./registration.ts";

// The ids by which a memory knows the lines that were logged. They are short, so that a message has room for many.

/** How long an id may be. */
const ID_LENGTH = 40;
/** How many characters of a digest stand for an id when there is little room. */
const DIGEST_LENGTH = 6;

/** The id of a line as it is remembered. A long one becomes the part before its first colon, and a digest of all. */
export function shortId(id: string): string {
  if (id.length <= ID_LENGTH) return id;
  const what = /^[^:]{1,24}: /.exec(id)?.[0] ?? "";
  return `${what}#${digestOf(id)}`;
}

/** The id of a line in a message with little room: only a digest. */
export function shortestId(id: string): string {
  return /^#.{6}$/s.test(id) ? id : `#${digestOf(id).slice(0, DIGEST_LENGTH)}`;
}

/** The id of the line that a registration is lost: its load balancer does not exist any more. */
export function lostId(registration: SeenRegistration): string {
  return shortId(`lost: ${registrationText(registration)}`);
}

/** Whether a line was logged before in this drain, by its short id. */
export function isLogged({ logged }: Pick<Memory, "logged">, id: string): boolean {
  return logged.includes(id) || logged.includes(shortestId(id));
}
