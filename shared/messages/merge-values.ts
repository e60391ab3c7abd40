import { union } from "../base/batches.ts";
import type { Memory } from "../model/memory.ts";

/** What else the merging of two memories goes by. */
export type Merging = {
  /** Whether there was a pass for the later of the two. */
  readonly isLaterPassed: boolean;
  /** Whether both messages name their lifecycle action by the same token. */
  readonly isSameToken: boolean;
};

/**
 * How two memories of one drain become one, for one field. `sooner` is that of the message whose next pass is due first; one
 * without a pass so far is the later one.
 */
export type Merge<T> = (sooner: T, later: T, merging: Merging) => T;

type Time = number | undefined;
type List<T> = readonly T[];

/** As the one has it that is due first. */
export function ofSooner<T>(sooner: T): T {
  return sooner;
}

/** As the one has it that is due first, or else as the other has it. */
export function ofEither<T>(sooner: T | undefined, later: T | undefined): T | undefined {
  return sooner ?? later;
}

/** Whether it holds for one of them. */
export function ifEither(sooner: boolean, later: boolean): boolean {
  return sooner || later;
}

/** What either has, each thing once: nothing that was done or seen is forgotten. */
export function ofBoth<T>(sooner: List<T>, later: List<T>): List<T> {
  return union(sooner, later);
}

/** The same, where a list may not be known yet. */
export function ofBothKnown<T>(sooner?: List<T>, later?: List<T>): List<T> | undefined {
  return sooner && later ? union(sooner, later) : (sooner ?? later);
}

/** The earliest: what began for both began with the one that saw it first. */
export function earliest(sooner: Time, later: Time): Time {
  return sooner === undefined || later === undefined ? (sooner ?? later) : Math.min(sooner, later);
}

/** The latest of what was done. */
export function latest(sooner: Time, later: Time): Time {
  return sooner === undefined || later === undefined ? (sooner ?? later) : Math.max(sooner, later);
}

/**
 * Since when something is not there. The one may have looked before it came, and the other since: so it counts where both say
 * so, from the latest time. One that had no pass says nothing.
 */
export function latestIfBoth(sooner: Time, later: Time, { isLaterPassed }: Merging): Time {
  if (!isLaterPassed) return sooner;
  return sooner === undefined || later === undefined ? undefined : Math.max(sooner, later);
}

/** One without the other's token may be of another lifecycle action, which was not refused. */
export function latestOfSameAction(sooner: Time, later: Time, { isSameToken }: Merging): Time {
  return isSameToken ? latest(sooner, later) : undefined;
}

/** The versions at which both have seen a container instance without tasks. */
export function sameVersions(
  sooner: Memory["noTasksVersions"],
  later: Memory["noTasksVersions"],
  { isLaterPassed }: Merging,
): Memory["noTasksVersions"] {
  if (!isLaterPassed) return sooner;
  return sooner.filter((each) =>
    later.some(({ arn, version }) => arn === each.arn && version === each.version),
  );
}
