import { isDeepStrictEqual } from "node:util";
import { isLeftover } from "../model/blocker.ts";
import { type Memory, type MemoryField, NO_MEMORY } from "../model/memory.ts";
import type { Termination } from "../model/termination.ts";
import type { Keys, Line } from "./memory-line.ts";
import { MEMORY_TABLE, RETIRED_KEYS } from "./memory-table.ts";
import type { Merging } from "./merge-values.ts";
import { type SentOn, sentOn } from "./unknown-keys.ts";

/** The fields of a memory, in the order of their table. */
export const MEMORY_FIELDS: readonly MemoryField[] = Object.keys(MEMORY_TABLE).filter(
  (key): key is MemoryField => Object.hasOwn(MEMORY_TABLE, key),
);
const KNOWN_KEYS: ReadonlySet<string> = new Set(MEMORY_FIELDS.flatMap((field) => MEMORY_TABLE[field].keys));

/** A memory that was read, and the keys in it that this version does not know. */
export type MemoryRead = { readonly memory: Memory; readonly unknown: Pick<SentOn, "kept" | "dropped"> };

/**
 * Reads a memory as a message carries it, each field by itself. A field that cannot be read is forgotten: the drain then only
 * takes longer. Keys that a later version may have written are kept, and sent on.
 */
export function readMemory(value: unknown, instanceId: string): MemoryRead {
  const isRead = typeof value === "object" && value !== null && !Array.isArray(value);
  const message: Keys = isRead ? { ...value } : {};
  let memory = NO_MEMORY;
  const unknown: Keys[] = Object.entries(message)
    .filter(([key]) => !KNOWN_KEYS.has(key) && !RETIRED_KEYS.has(key))
    .map(([key, each]) => ({ [key]: each }));
  for (const field of MEMORY_FIELDS) {
    const read = lineOf(field).read(message, instanceId);
    memory = withField(memory, field, read.value);
    unknown.push(read.unknown);
  }
  const { values, kept, dropped } = sentOn(unknown);
  if (unknown.some(hasRegistrations)) memory = { ...memory, round: undefined, roundAt: undefined };
  return { memory: { ...memory, ofLaterVersion: values }, unknown: { kept, dropped } };
}

// What a round has found and this version cannot read, it finds again: the round begins again.
function hasRegistrations(unknown: Keys): boolean {
  const { keys } = MEMORY_TABLE.registrations;
  return keys.some((key) => Object.hasOwn(unknown, key));
}

/** A memory as a message carries it: times as ISO texts, keys in snake_case. Fields that are as in NO_MEMORY are left out. */
export function writeMemory(memory: Memory): Keys {
  const known = MEMORY_FIELDS.map((field) => writeField(memory, field));
  return Object.fromEntries([memory.ofLaterVersion, ...known].flatMap((each) => Object.entries(each)));
}

/** Whether a memory is as before the first pass. */
export function remembersNothing(memory: Memory): boolean {
  const isAbsent = (value: unknown, absent: unknown) =>
    value === absent || (Array.isArray(absent) && Array.isArray(value) && value.length === 0);
  return (
    Object.keys(memory.ofLaterVersion).length === 0 &&
    MEMORY_FIELDS.every((field) => isAbsent(memory[field], NO_MEMORY[field]))
  );
}

/**
 * The memory of two messages of one drain. Nothing that was done or seen is forgotten. A message that remembers nothing changes
 * nothing.
 */
export function mergeMemories(older: Termination, younger: Termination): Memory {
  const [one, other] = [older.memory, younger.memory];
  if (remembersNothing(other)) return one;
  if (remembersNothing(one)) return other;
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
  return MEMORY_FIELDS.reduce((merged, field) => mergeField(merged, later, field, merging), {
    ...sooner,
    ofLaterVersion: values,
  });
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

function lineOf<F extends MemoryField>(field: F): Line<Memory[F]> {
  return MEMORY_TABLE[field];
}

function withField<F extends MemoryField>(memory: Memory, field: F, value: Memory[F]): Memory {
  return { ...memory, [field]: value };
}

// A list has the items that this version knows, and those that it does not know.
function writeField<F extends MemoryField>(memory: Memory, field: F): Keys {
  const { write, isList } = lineOf(field);
  const own = write(memory[field], memory);
  if (!isList) return own;
  return Object.fromEntries(
    Object.entries(own).map(([key, items]) => {
      const others = memory.ofLaterVersion[key];
      return [key, Array.isArray(items) && Array.isArray(others) ? [...items, ...others] : items];
    }),
  );
}

function mergeField<F extends MemoryField>(
  sooner: Memory,
  later: Memory,
  field: F,
  merging: Merging,
): Memory {
  return withField(sooner, field, lineOf(field).merge(sooner[field], later[field], merging));
}
