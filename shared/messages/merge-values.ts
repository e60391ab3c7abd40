import { unionOf } from "../base/batches.ts";
import type { Memory } from "../model/memory.ts";

/** What else decides how two memories merge. */
export type Merging = {
  /** Whether there was a pass for the later of the two. */
  readonly isLaterPassed: boolean;
  /** Whether both messages name their lifecycle action by the same token. */
  readonly isSameToken: boolean;
  /** When the terminations of the two messages began, in milliseconds since 1970. */
  readonly soonerSince: number;
  readonly laterSince: number;
  /** When either last saw a registration or a task there. Undefined if one of them does not tell, or was told of other places. */
  readonly lastSeenAt: number | undefined;
};

/**
 * How two memories of one drain become one, for one field. `sooner` is from the message whose next pass is due first. A message
 * without a pass so far is the later one.
 */
export type Merge<T> = (sooner: T, later: T, merging: Merging) => T;

/**
 * How all memories of one drain become one, for a field that unites lists. They stand in the order that merging two of them at a
 * time has: what is due first comes first. To unite a long list with that of each message takes far too long.
 */
type MergeAll<T> = { readonly all: (values: readonly T[]) => T };
/** Either. */
export type AnyMerge<T> = Merge<T> | MergeAll<T>;

type Time = number | undefined;
type List<T> = readonly T[];

/** The value of the message that is due first. */
export function ofSooner<T>(sooner: T): T {
  return sooner;
}

/** The value of the message that is due first, or else of the other. */
export function ofEither<T>(sooner: T | undefined, later: T | undefined): T | undefined {
  return sooner ?? later;
}

/** Whether it holds for one of them. */
export function ifEither(sooner: boolean, later: boolean): boolean {
  return sooner || later;
}

/** Whether it holds for both of them. A message without a pass tells nothing. */
export function ifBoth(sooner: boolean, later: boolean, { isLaterPassed }: Merging): boolean {
  return isLaterPassed ? sooner && later : sooner;
}

/** All that any of them has, each thing once: nothing that was done or seen is forgotten. */
export const ofBoth = { all: unionOf };

/** The same, where a list may not be known yet. */
export const ofBothKnown = {
  all: <T>(lists: readonly (List<T> | undefined)[]): List<T> | undefined => {
    const known = lists.filter((each) => each !== undefined);
    return known.length === 0 ? undefined : unionOf(known);
  },
};

/** The earliest: it began when the first of them saw it. */
export function earliest(sooner: Time, later: Time): Time {
  return sooner === undefined || later === undefined ? (sooner ?? later) : Math.min(sooner, later);
}

/** The latest of what was done. */
export function latest(sooner: Time, later: Time): Time {
  return sooner === undefined || later === undefined ? (sooner ?? later) : Math.max(sooner, later);
}

/**
 * The latest heartbeat that was sent. Where none was, the timer began with the lifecycle action, and that is only known from the
 * time in a message. Anybody may write a later one, so the earliest counts. If one of the two does not know it, a heartbeat is due.
 */
export function latestBeat(sooner: Time, later: Time, { soonerSince, laterSince }: Merging): Time {
  const sent = latest(sooner === soonerSince ? undefined : sooner, later === laterSince ? undefined : later);
  if (sent !== undefined) return sent;
  return sooner === undefined || later === undefined ? undefined : Math.min(sooner, later);
}

/**
 * Since when something is not there. One drain may have had its pass before the thing came, and the other after. So it only
 * counts if both say so, from the latest time. A message without a pass tells nothing.
 */
export function latestIfBoth(sooner: Time, later: Time, { isLaterPassed }: Merging): Time {
  if (!isLaterPassed) return sooner;
  return sooner === undefined || later === undefined ? undefined : Math.max(sooner, later);
}

/**
 * When everything was gone. What the one found gone is gone for the other too, unless either has seen something since. So it is the
 * earliest time after that. If nobody can tell, both must say so.
 */
export function goneOfBoth(sooner: Time, later: Time, merging: Merging): Time {
  const { isLaterPassed, lastSeenAt } = merging;
  if (!isLaterPassed || lastSeenAt === undefined) return latestIfBoth(sooner, later, merging);
  const [first] = [sooner, later]
    .filter((each) => each !== undefined)
    .filter((each) => each >= lastSeenAt)
    .sort((a, b) => a - b);
  return first;
}

/** The latest time, if both have the same token. Otherwise one may be of another lifecycle action, which was not refused. */
export function latestOfSameAction(sooner: Time, later: Time, { isSameToken }: Merging): Time {
  return isSameToken ? latest(sooner, later) : undefined;
}

/** The versions in which both have seen a container instance without tasks. */
export function sameVersions(
  sooner: Memory["noTasksVersions"],
  later: Memory["noTasksVersions"],
  { isLaterPassed }: Merging,
): Memory["noTasksVersions"] {
  if (!isLaterPassed) return sooner;
  const textOf = ({ arn, version }: Memory["noTasksVersions"][number]) => JSON.stringify([arn, version]);
  const texts = new Set(later.map(textOf));
  return sooner.filter((each) => texts.has(textOf(each)));
}
