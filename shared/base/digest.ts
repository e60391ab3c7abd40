import { createHash } from "node:crypto";

/** A short text that stands for a long one. Equal texts have equal digests, and different texts different ones. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 10);
}
