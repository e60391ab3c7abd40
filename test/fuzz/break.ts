// Breaks what is well-formed: a value in some of its places, or its text in some of its characters.
import type { Random } from "../../simulator/kernel/random.ts";
import { type Json, oddKey, oddText, ownObject } from "./draw.ts";

/** Gives what is put in; `known` are the keys that the whole has. */
export type Put = (random: Random, known: readonly string[]) => Json;

/** The same value, wrong in so many places. */
export function brokenValue(random: Random, value: Json, puts: readonly Put[]): Json {
  const known = keysIn(value);
  return puts.reduce((broken, put) => breakOnce(random, broken, () => put(random, known), known), value);
}

function breakOnce(random: Random, value: Json, put: () => Json, known: readonly string[]): Json {
  const isLeaf = typeof value !== "object" || value === null;
  if (isLeaf || random.chance(0.1)) return put();
  if (Array.isArray(value)) {
    if (value.length === 0) return [put()];
    const at = random.whole(0, value.length - 1);
    return value.map((each, i) => (i === at ? breakOnce(random, each, put, known) : each));
  }
  const entries = Object.entries(value);
  const at = random.whole(0, Math.max(0, entries.length - 1));
  if (entries.length === 0 || random.chance(0.25)) {
    return ownObject([...entries, [oddKey(random, known), put()]]);
  }
  if (random.chance(0.15)) return ownObject(entries.filter((_, i) => i !== at));
  return ownObject(
    entries.map(([key, each], i) => [key, i === at ? breakOnce(random, each, put, known) : each]),
  );
}

function keysIn(value: Json): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    ...(Array.isArray(value) ? [] : [key]),
    ...keysIn(each),
  ]);
}

/** The same text, wrong in one to four places. */
export function brokenText(random: Random, text: string): string {
  let broken = text;
  for (let times = random.whole(1, 4); times > 0; times--) {
    const from = random.whole(0, broken.length);
    const to = Math.min(broken.length, from + random.whole(0, 12));
    const [before, piece, after] = [broken.slice(0, from), broken.slice(from, to), broken.slice(to)];
    broken = random.pick([
      () => before + after,
      () => before + piece + piece + after,
      () => before + oddText(random) + after,
      () =>
        before +
        random.pick(['"', "\\", "{", "}", "[", "]", ",", ":", "&", "*", "|", "\n", "\t", "- "]) +
        piece +
        after,
      () => before,
      () => `${before}\\u${random.hex(4)}${after}`,
    ])();
  }
  return broken;
}
