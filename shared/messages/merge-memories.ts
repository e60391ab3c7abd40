import { isDeepStrictEqual } from "node:util";
import { isLeftover } from "../model/blocker.ts";
import type { Memory, MemoryField } from "../model/memory.ts";
import type { Termination } from "../model/termination.ts";
import { isAbsent, lineOf, MEMORY_FIELDS, remembersNothing, withField } from "./memory.ts";
import type { Merging } from "./merge-values.ts";
import { sentOn } from "./unknown-keys.ts";

/** The memories of messages of one drain while they are merged, one after the other. Their lists are united at the end. */
export type Merged = {
  /** The termination with the memory of all. Of a list that is to be united, it only has whether there is anything in it. */
  readonly termination: Termination;
  /** The memories whose lists are to be united, in their order. */
  readonly parts: readonly Memory[];
};

/** The first message of a drain, before others are merged into it. */
export function unmerged(termination: Termination): Merged {
  return { termination, parts: [termination.memory] };
}

/**
 * Merges one more message's memory. Nothing that was done or seen is forgotten. A message that remembers nothing changes nothing.
 */
export function withMemoryOf({ termination: older, parts }: Merged, younger: Termination): Merged {
  const [one, other] = [older.memory, younger.memory];
  if (remembersNothing(other)) return { termination: older, parts };
  if (remembersNothing(one)) return { termination: { ...older, memory: other }, parts: [other] };
  const isSooner =
    other.nextPassAt !== undefined && (one.nextPassAt === undefined || other.nextPassAt < one.nextPassAt);
  const [sooner, later] = isSooner ? [other, one] : [one, other];
  const merging = {
    isLaterPassed: later.nextPassAt !== undefined,
    isSameToken: older.token === younger.token,
    soonerSince: (isSooner ? younger : older).since,
    laterSince: (isSooner ? older : younger).since,
    lastSeenAt: isToldAlike(older, younger) ? latestSeen(one, other) : undefined,
  };
  const { values } = sentOn([{ ...later.ofLaterVersion, ...sooner.ofLaterVersion }]);
  const memory = MEMORY_FIELDS.reduce((merged, field) => mergeField(merged, later, field, merging), {
    ...sooner,
    ofLaterVersion: values,
  });
  return {
    termination: { ...older, memory },
    parts: isSooner ? [other, ...parts] : [...parts, other],
  };
}

/** The memory of all that were merged, with all that their lists have. */
export function mergedMemory({ termination: { memory }, parts }: Merged): Memory {
  if (parts.length === 1) return memory;
  return MEMORY_FIELDS.reduce((united, field) => uniteField(united, parts, field), memory);
}

// Whether both were told of the same places: then what the one does not find, the other does not find either.
function isToldAlike(older: Termination, younger: Termination): boolean {
  return isDeepStrictEqual(older.told, younger.told) || isDeepStrictEqual(older.settings, younger.settings);
}

// The version before did not remember when it saw something. Without that, only what it saw tells that there was something.
function latestSeen(...memories: readonly Memory[]): number | undefined {
  const isUntold = ({ lastSeenAt, registrations, blockers }: Memory) =>
    lastSeenAt === undefined && (registrations.length > 0 || blockers.some(isLeftover));
  if (memories.some(isUntold)) return undefined;
  return Math.max(...memories.map(({ lastSeenAt = Number.NEGATIVE_INFINITY }) => lastSeenAt));
}

function mergeField<F extends MemoryField>(
  sooner: Memory,
  later: Memory,
  field: F,
  merging: Merging,
): Memory {
  const { merge } = lineOf(field);
  if (typeof merge === "function")
    return withField(sooner, field, merge(sooner[field], later[field], merging));
  return isAbsent(sooner, field) ? withField(sooner, field, later[field]) : sooner;
}

function uniteField<F extends MemoryField>(memory: Memory, parts: readonly Memory[], field: F): Memory {
  const { merge } = lineOf(field);
  if (typeof merge === "function") return memory;
  return withField(memory, field, merge.all(parts.map((each) => each[field])));
}
