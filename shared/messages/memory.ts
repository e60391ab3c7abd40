import { type Memory, type MemoryField, NO_MEMORY } from "../model/memory.ts";
import type { Keys, Line } from "./memory-line.ts";
import { MEMORY_TABLE, RETIRED_KEYS } from "./memory-table.ts";
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
  return (
    Object.keys(memory.ofLaterVersion).length === 0 && MEMORY_FIELDS.every((field) => isAbsent(memory, field))
  );
}

/** Whether a field of a memory is as before the first pass. */
export function isAbsent(memory: Memory, field: MemoryField): boolean {
  const [value, absent]: readonly unknown[] = [memory[field], NO_MEMORY[field]];
  return value === absent || (Array.isArray(absent) && Array.isArray(value) && value.length === 0);
}

/** The line of a field in the table. */
export function lineOf<F extends MemoryField>(field: F): Line<Memory[F]> {
  return MEMORY_TABLE[field];
}

/** A memory with another value of a field. */
export function withField<F extends MemoryField>(memory: Memory, field: F, value: Memory[F]): Memory {
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
