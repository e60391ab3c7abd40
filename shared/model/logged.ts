import { digestOf } from "../base/digest.ts";
import type { Memory } from "./memory.ts";

// Ids of lines that were logged, as a memory has them: short, so that a message has room for many.

/** How long an id may be. */
const ID_LENGTH = 40;
/** How much of a digest stands for an id where there is little room. */
const DIGEST_LENGTH = 6;

/** The id of a line as it is remembered. Of a long one, what stands before its first colon stays, and a digest of all. */
export function shortId(id: string): string {
  if (id.length <= ID_LENGTH) return id;
  const what = /^[^:]{1,24}: /.exec(id)?.[0] ?? "";
  return `${what}#${digestOf(id)}`;
}

/** The same where a message has little room: a digest alone. */
export function shortestId(id: string): string {
  return /^#.{6}$/s.test(id) ? id : `#${digestOf(id).slice(0, DIGEST_LENGTH)}`;
}

/** Whether a line was logged before in this drain, by its short id. */
export function isLogged({ logged }: Pick<Memory, "logged">, id: string): boolean {
  return logged.includes(id) || logged.includes(shortestId(id));
}
