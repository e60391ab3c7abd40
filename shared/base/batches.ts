import type { AwsCallError } from "./errors.ts";

/** How many calls of a kind are under way at once. Whoever caused the scale-in makes calls of the same account too. */
const AT_ONCE = 4;

/** What became of each item of a batch. A call may succeed while AWS refuses some of its items. */
export type BatchResult<T> = {
  readonly done: readonly T[];
  /** Each has the call's own failure, if it failed as a whole and nobody has noted that. */
  readonly failed: readonly { readonly item: T; readonly reason: string; readonly cause?: AwsCallError }[];
};

/** Splits a list into pieces of at most `size` items. */
export function pieces<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** Groups items by a key, in the order in which the keys first came up. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Two lists in one, each thing once. Things are compared by content: one list comes from a message, the other from AWS. */
export function union<T>(known: readonly T[], found: readonly T[]): readonly T[] {
  return unionOf([known, found]);
}

/** Lists in one, each thing once, in the order in which they come. The first list stays as it is. */
export function unionOf<T>([known = [], ...others]: readonly (readonly T[])[]): readonly T[] {
  const found = others.flat();
  if (found.length === 0) return known;
  const texts = new Set(known.map((each) => JSON.stringify(each)));
  const added = found.filter((each) => {
    const text = JSON.stringify(each);
    if (texts.has(text)) return false;
    texts.add(text);
    return true;
  });
  return added.length === 0 ? known : [...known, ...added];
}

/** Does something for every item, a few at a time, and returns the results in the items' order. Rejects as soon as one does. */
export async function forEachOf<T, R>(
  items: Iterable<T>,
  work: (item: T) => Promise<R>,
  atOnce = AT_ONCE,
): Promise<R[]> {
  const queue = [...items].entries();
  const results: R[] = [];
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
