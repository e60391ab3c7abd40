import type { Run, RunPorts } from "./run.ts";

/** What was read of a piece of AWS, or, for the log, what is waited for because it could not be read. */
export type Reading<T> = { readonly value: T } | { readonly unread: string };

/**
 * Reads something. A failure of AWS becomes what is not known because of it, and is noted in the run; so is what there is
 * no time left to ask for.
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

/** What could not be read, under a key; nothing where it could. */
export function unreadOf<K extends string>(key: K, read: Reading<unknown>): { [P in K]?: string } {
  return ("unread" in read ? { [key]: read.unread } : {}) as { [P in K]?: string };
}
