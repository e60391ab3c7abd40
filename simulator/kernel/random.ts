import { createHash } from "node:crypto";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

const HEX = "0123456789abcdef";

/** Returns the random stream of a concern. The same concern always gets the same stream object. */
export type RandomSource = (concern: string) => Random;

/**
 * All the randomness of a run, from one seed. Each concern has its own stream, so that a new draw in one does not change
 * the draws of the others.
 */
export function randomSource(seed: number | string): RandomSource {
  const streams = new Map<string, Random>();
  return (concern) => {
    const known = streams.get(concern);
    if (known) return known;
    const stream = new Random(createHash("sha256").update(`${seed}/${concern}`).digest().readInt32LE(0));
    streams.set(concern, stream);
    return stream;
  };
}

/** One stream of random draws. */
export class Random {
  readonly #generator: RandomGenerator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** A number from 0 up to, but not including, 1. */
  fraction(): number {
    return uniformFloat64(this.#generator);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return uniformInt(this.#generator, low, high);
  }

  /** True in `probability` (0 to 1) of the draws. It draws even for 0 and 1, so that later draws stay the same. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of the items. Throws a RangeError when there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("pick: there is nothing to pick from");
    return items[this.whole(0, items.length - 1)] as T;
  }

  /** The items in another order; the list itself stays as it is. */
  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items];
    return items.map(() => rest.splice(this.whole(0, rest.length - 1), 1)[0] as T);
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    return Array.from({ length: digits }, () => HEX[this.whole(0, 15)]).join("");
  }

  /** A version 4 UUID. */
  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${this.pick(["8", "9", "a", "b"])}${this.hex(3)}-${this.hex(12)}`;
  }
}
