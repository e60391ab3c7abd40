/**
 * Something that has a past. The simulated world remembers everything, so that a test can find out why something was done.
 * A world that lives for weeks must forget.
 *
 * All parts forget alike. What was over before a time, in milliseconds since 1970, is dropped. What still exists stays,
 * however old it is. That time must lie further back than reads lag, and than anything that the judge needs. AWS forgets
 * too: EC2 and ECS show what has ended for about an hour, Auto Scaling not at all.
 */
export interface Past {
  /** Forgets what was over before a time, in milliseconds since 1970. */
  forget(before: number): void;
}

/** Drops the entries that are over from the beginning of a record, which is in order of time. */
export function dropWhile<T>(record: T[], isOver: (entry: T) => boolean): void {
  const kept = record.findIndex((each) => !isOver(each));
  record.splice(0, kept === -1 ? record.length : kept);
}
