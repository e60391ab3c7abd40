import type { Run } from "./run.ts";

/** What was read of a piece of AWS, or, for the log, what is waited for because it could not be read. */
export type Reading<T> = { readonly value: T } | { readonly unread: string };

/** Reads something. A failure of AWS becomes what is not known because of it, and is noted in the run. */
export async function reading<T>(run: Run, read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { unread: run.callFailed(error) };
  }
}
