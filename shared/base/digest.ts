import { createHash } from "node:crypto";

/** A short text that stands for a long one: the same for the same text, and another one for any other. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 10);
}
