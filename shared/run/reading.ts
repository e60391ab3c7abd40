import type { Unread } from "../model/blocker.ts";
import type { Run, RunPorts } from "./run.ts";

/** What AWS answered, or which call it did not answer, and why. */
export type Reading<T> = { readonly value: T } | { readonly unread: Unread };

/**
 * Asks AWS something. A call that fails becomes what is unread because of it, and is noted in the run. So is a question for
 * which there is no time left. Throws only what is a fault of ours.
 */
export async function reading<T>(run: Run<RunPorts>, read: () => Promise<T>): Promise<Reading<T>> {
  if (run.isOutOfTime) return { unread: run.ranOutOfTime() };
  try {
    return { value: await read() };
  } catch (error) {
    return { unread: run.callFailed(error) };
  }
}

/** What was read; undefined where it could not be. */
export function contentOf<T>(read: Reading<T>): T | undefined {
  return "value" in read ? read.value : undefined;
}

/** What could not be read; undefined where it could. */
export function unreadIn(read: Reading<unknown>): Unread | undefined {
  return "unread" in read ? read.unread : undefined;
}
