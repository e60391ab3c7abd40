import type * as z from "zod/mini";
import type { Memory } from "../model/memory.ts";
import type { AnyMerge, Merge } from "./merge-values.ts";

/** Keys of a message with their values. */
export type Keys = Readonly<Record<string, unknown>>;

/** A value of a memory in a message, under one key. */
export type Value<T> = {
  /** Undefined if this version does not know the value. */
  readonly read: (raw: unknown, instanceId: string) => { readonly value: T } | undefined;
  readonly write: (value: T) => unknown;
  /** Whether the value is written under this key. */
  readonly takes: (value: T) => boolean;
};

/** A field as it was read, and the parts of it that this version does not know, by key. */
export type FieldRead<T> = { readonly value: T; readonly unknown: Keys };

/** One field of a memory: how it is written, read and merged. */
export type Line<T> = {
  /** Its keys in the message. */
  readonly keys: readonly string[];
  /** Its value where the message has none of its keys. Then nothing is written either. */
  readonly absent: T;
  readonly write: (value: T, memory: Memory) => Keys;
  /** Reads the field by itself. Mistakes elsewhere in the message do not matter. */
  readonly read: (message: Keys, instanceId: string) => FieldRead<T>;
  readonly merge: AnyMerge<T>;
  /** Whether its values stand in a list. Then some may be unknown, and others not. */
  readonly isList: boolean;
  /** For a field that only saves calls: which calls, and how many. */
  readonly saves?: string;
};

/** What else a line may say. */
export type Extra = Pick<Line<unknown>, "saves">;

type Values<T> = Readonly<Record<string, Value<T>>>;

/** A value by the schema that reads it and the function that writes it. The schema must read what the function writes. */
export function valueBy<T, Raw>(
  schema: z.ZodMiniType<T, Raw>,
  write: (value: T) => NoInfer<Raw>,
  takes: (value: T) => boolean = () => true,
): Value<T> {
  const read = (raw: unknown) => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? { value: parsed.data } : undefined;
  };
  return { read, write, takes };
}

/** A field that may be undefined, in one key or another. */
export function optional<T>(values: Values<T>, merge: NoInfer<AnyMerge<T | undefined>>, extra: Extra = {}) {
  const line: Line<T | undefined> = {
    keys: Object.keys(values),
    absent: undefined,
    write: (value) => (value === undefined ? {} : written(values, value)),
    read: (message, instanceId) => readOne<T | undefined>(values, undefined, message, instanceId),
    merge,
    isList: false,
    ...extra,
  };
  return line;
}

/** A field that always has a value. Its usual value is not written. */
export function usually<T>(absent: T, values: Values<T>, merge: Merge<T>): Line<T> {
  return {
    keys: Object.keys(values),
    absent,
    write: (value) => (value === absent ? {} : written(values, value)),
    read: (message, instanceId) => readOne(values, absent, message, instanceId),
    merge,
    isList: false,
  };
}

/** A field that is a list. Each item is written under the first key that takes it. An unknown item does not spoil the others. */
export function listOf<T>(values: Values<T>, merge: NoInfer<AnyMerge<readonly T[]>>, extra: Extra = {}) {
  const line: Line<readonly T[]> = {
    keys: Object.keys(values),
    absent: [],
    write: (items) => Object.fromEntries(itemsByKey(values, items)),
    read: (message, instanceId) => readItems(values, message, instanceId),
    merge,
    isList: true,
    ...extra,
  };
  return line;
}

function written<T>(values: Values<T>, value: T): Keys {
  const own = Object.entries(values).find(([, { takes }]) => takes(value));
  return own === undefined ? {} : { [own[0]]: own[1].write(value) };
}

function readOne<T>(
  values: Readonly<Record<string, Pick<Value<T>, "read">>>,
  absent: T,
  message: Keys,
  instanceId: string,
): FieldRead<T> {
  const unknown: [string, unknown][] = [];
  let found: { readonly value: T } | undefined;
  for (const [key, { read }] of Object.entries(values)) {
    if (!Object.hasOwn(message, key)) continue;
    const own = read(message[key], instanceId);
    if (own === undefined) unknown.push([key, message[key]]);
    found ??= own;
  }
  return { value: found === undefined ? absent : found.value, unknown: Object.fromEntries(unknown) };
}

function itemsByKey<T>(values: Values<T>, items: readonly T[]): [string, unknown[]][] {
  const keyOf = (item: T) => Object.keys(values).find((key) => values[key]?.takes(item));
  return Object.entries(values).flatMap(([key, { write }]) => {
    const own = items.filter((item) => keyOf(item) === key);
    return own.length === 0 ? [] : [[key, own.map(write)]];
  });
}

function readItems<T>(values: Values<T>, message: Keys, instanceId: string): FieldRead<readonly T[]> {
  const items: T[] = [];
  const unknown: [string, unknown][] = [];
  for (const [key, { read }] of Object.entries(values)) {
    if (!Object.hasOwn(message, key)) continue;
    const raw = message[key];
    if (!Array.isArray(raw)) {
      unknown.push([key, raw]);
      continue;
    }
    const found = raw.map((each: unknown) => ({ each, item: read(each, instanceId) }));
    items.push(...found.flatMap(({ item }) => (item === undefined ? [] : [item.value])));
    const rest = found.filter(({ item }) => item === undefined);
    if (rest.length > 0) unknown.push([key, rest.map(({ each }) => each)]);
  }
  return { value: items, unknown: Object.fromEntries(unknown) };
}
