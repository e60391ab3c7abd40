/**
 * Something that has a past. The simulated world remembers all of it, so that anybody can be asked later why something was
 * done; a world that lives for weeks must forget.
 *
 * All parts forget alike: what was over before a time, in milliseconds since 1970, leaves nothing behind, and what still is
 * stays, however old it is. That time has to lie further back than reads lag and than anything that a judge asks about. AWS
 * forgets too: EC2 and ECS show what has ended for about an hour, Auto Scaling not at all.
 */
export interface Past {
  /** Forgets what was over before a time, in milliseconds since 1970. */
  forget(before: number): void;
}

/** Drops the entries at the beginning of a record, which is in order of time, that are over. */
export function dropWhile<T>(record: T[], isOver: (entry: T) => boolean): void {
  const kept = record.findIndex((each) => !isOver(each));
  record.splice(0, kept === -1 ? record.length : kept);
}
