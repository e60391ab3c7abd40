// What is odd in a body or an input: texts, numbers, times and whole values that nobody would send on purpose.
import type { Random } from "../../simulator/kernel/random.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | Form;
/** A JSON object. */
export type Form = { [key: string]: Json };

/**
 * Stands in a value for something nested this many levels deep. It is put in once the value is text, since
 * JSON.stringify itself cannot write what is nested deeper than the stack.
 */
const DEEP = /"nested (\d+) (list|object)"/g;

/** Keys that every object has already, by its prototype. */
const PROTOTYPE_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "__defineGetter__",
  "then",
  "length",
  "toJSON",
];

const ODD_TEXTS = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\uFEFF",
  "\uD800",
  "\uDC00\uD800",
  "\uFFFE\uFFFF",
  "\u202Efleet",
  "\u200F\u200Bfleet",
  "e\u0301\u0301\u0301",
  "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}",
  "\u2028\u2029",
  "\u0085\u007F\u001B[31m",
  "İıſK",
  "null",
  "undefined",
  "[object Object]",
  "NaN",
  "-0",
  "{{7*7}}",
  "%s%n%00",
  "../../etc/passwd",
  "'; --",
];

const ODD_NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  59,
  60,
  172_800,
  172_801,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1.7976931348623157e308,
  5e-324,
];

const EDGE_TIMES = [
  "0000-01-01T00:00:00Z",
  "0000-01-01T00:00:00.000Z",
  "0000-01-01T00:00:00+23:59",
  "9999-12-31T23:59:59Z",
  "9999-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59.999-23:59",
  "1969-12-31T23:59:59.999Z",
  "1970-01-01T00:00:00Z",
  "2026-02-29T00:00:00Z",
  "2028-02-29T00:00:00Z",
  "2026-11-20T24:00:00Z",
  "2026-11-20T23:59:60Z",
  "2026-11-20T09:00Z",
  "2026-11-20T09:00:00",
  "2026-11-20",
  "2026-11-20T09:00:00.123456789012345678Z",
  "2026-11-20T09:00:00+00:00",
  "2026-11-20T09:00:00-00:00",
  "+275760-09-13T00:00:00.000Z",
  "+275760-09-13T00:00:00.001Z",
  "-271821-04-20T00:00:00.000Z",
];

/** A text of characters of all sorts, up to so many. */
export function oddText(random: Random, most = 40): string {
  switch (random.whole(0, 4)) {
    case 0:
      return random.pick(ODD_TEXTS);
    case 1:
      return random.pick(PROTOTYPE_KEYS);
    case 2:
      return random.pick(EDGE_TIMES);
    case 3:
      return "a".repeat(random.whole(0, most));
    default:
      return Array.from({ length: random.whole(1, Math.max(1, Math.min(most, 20))) }, () =>
        String.fromCharCode(random.whole(0, 0xffff)),
      ).join("");
  }
}

/** A number, as JSON has it; the largest ones are written by `withDepths`. */
function oddNumber(random: Random): number {
  return random.chance(0.7)
    ? random.pick(ODD_NUMBERS)
    : (random.fraction() - 0.5) * 10 ** random.whole(0, 30);
}

/** A key: one of `known`, or one that no object should have. */
export function oddKey(random: Random, known: readonly string[]): string {
  if (known.length > 0 && random.chance(0.5)) return random.pick(known);
  return random.chance(0.5) ? random.pick(PROTOTYPE_KEYS) : oddText(random);
}

/** A value of about `size` characters of JSON at the most. */
export function oddValue(random: Random, size: number, known: readonly string[] = []): Json {
  switch (random.whole(0, 9)) {
    case 9:
      return lengthy(random);
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return oddNumber(random);
    case 3:
      return oddText(random, size);
    case 4:
      return `nested ${random.whole(1, Math.max(1, size >> 3))} ${random.pick(["list", "object"])}`;
    case 5:
      return random.pick(["1e400", "-1e400"]);
    case 6:
    case 7:
      return listOf(random, size, known);
    default:
      return objectOf(random, size, known);
  }
}

/**
 * What a large value is written as in JSON: one long text, something deep, or something wide. It grows by the same number
 * of bytes with each time that its part is repeated, whatever it is wrapped in.
 */
export type Large = (times: number) => string;

/** A large value. */
export function largeValue(random: Random, known: readonly string[]): Large {
  const listOfSame = (each: Json): Large => {
    const text = JSON.stringify(each);
    return (times) => `[${`${text},`.repeat(times)}${text}]`;
  };
  switch (random.whole(0, 6)) {
    case 0: {
      const character = JSON.stringify(random.pick(["a", "\u0000", "\uD800", "é", "\\", "0"])).slice(1, -1);
      return (times) => `"${character.repeat(times)}"`;
    }
    case 1:
      return (times) => nested(times, "list");
    case 2:
      return (times) => nested(times, "object");
    case 3:
      return listOfSame(oddNumber(random));
    case 4:
      return listOfSame(random.pick(["a", "i-0123456789abcdef0", "\uD800"]));
    case 5:
      return listOfSame(ownObject([[oddKey(random, known), oddNumber(random)]]));
    default: {
      const key = JSON.stringify(oddText(random, 8)).slice(1, -1);
      const entry = (i: number) => `,"${key}${String(i).padStart(7, "0")}":0`;
      return (times) => `{"first":0${Array.from({ length: times }, (_, i) => entry(i)).join("")}}`;
    }
  }
}

// Both are wide, so that what is large is not only one long text; their items grow smaller, so that they end.
function listOf(random: Random, size: number, known: readonly string[]): Json {
  const same = random.chance(0.5) ? oddValue(random, 20, known) : undefined;
  const length = random.whole(0, Math.max(1, size >> 5));
  return Array.from({ length }, () => same ?? oddValue(random, Math.min(size >> 2, 60), known));
}

// What is taken for a text or a list by its length, and is neither.
function lengthy(random: Random): Json {
  return { length: random.pick<Json>([{ toString: 0 }, 1, -1, "1", null, [{ toString: null }]]) };
}

function objectOf(random: Random, size: number, known: readonly string[]): Json {
  const length = random.whole(0, Math.max(1, size >> 6));
  return ownObject(
    Array.from({ length }, (_, i): [string, Json] => [
      length > 30 ? `${i}` : oddKey(random, known),
      oddValue(random, Math.min(size >> 2, 60), known),
    ]),
  );
}

/** An object with own properties, even where a key is `__proto__`. */
export function ownObject(entries: readonly (readonly [string, Json])[]): Form {
  return Object.fromEntries(entries);
}

/** JSON text with what JSON.stringify cannot write: values nested too deeply for it, and numbers without end. */
export function textOf(value: Json): string {
  return JSON.stringify(value)
    .replaceAll(DEEP, (_, depth: string, kind: string) => nested(Number(depth), kind))
    .replaceAll(/"(-?1e400)"/g, "$1");
}

function nested(depth: number, kind: string): string {
  return kind === "list"
    ? "[".repeat(depth) + "]".repeat(depth)
    : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}
