import { isRead, type OddAnswer } from "../base/errors.ts";
import type { Unread } from "../model/blocker.ts";
import type { Run, RunPorts } from "./run.ts";

/** AWS's answer, or which call it did not answer, and why. */
export type Reading<T> = { readonly value: T } | { readonly unread: Unread };

/**
 * Asks AWS something. If the call fails, or there is no time left for it, the answer is unread, and the run notes that. Throws
 * only what is a fault of ours.
 */
export async function reading<T>(run: Run<RunPorts>, read: () => Promise<T>): Promise<Reading<T>> {
  if (run.isOutOfTime) return { unread: run.ranOutOfTime() };
  try {
    return { value: await read() };
  } catch (error) {
    return { unread: run.callFailed(error) };
  }
}

/** A part of an answer, which is unread if it is odd. The run notes that. */
export function readingOf<T>(run: Run<RunPorts>, part: T | OddAnswer): Reading<T> {
  return isRead(part) ? { value: part } : { unread: run.callFailed(part) };
}

/** The answer. Undefined if it is unread. */
export function contentOf<T>(read: Reading<T>): T | undefined {
  return "value" in read ? read.value : undefined;
}

/** Why the answer is unread. Undefined if it was read. */
export function unreadIn(read: Reading<unknown>): Unread | undefined {
  return "unread" in read ? read.unread : undefined;
}
