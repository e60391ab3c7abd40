import type { Past } from "./past.ts";

/** A value, and since when it has been that, in milliseconds since 1970. */
type Change<T> = { readonly at: number; readonly value: T };

/**
 * A value with its past. Reads of AWS may lag, so Describe shows the value of a moment ago. Whether something was done too
 * early is judged by the times of the real changes.
 */
export class History<T> implements Past {
  #latest: Change<T>;
  /** The values before the latest one, in order. */
  readonly #before: Change<T>[] = [];

  constructor(at: number, value: T) {
    this.#latest = { at, value };
  }

  /** The value as it is. */
  get latest(): T {
    return this.#latest.value;
  }

  /** The value before the latest change; undefined where there was none, or where it is forgotten. */
  get previous(): T | undefined {
    return this.#before.at(-1)?.value;
  }

  /** The time of the latest change. */
  get since(): number {
    return this.#latest.at;
  }

  /** Notes the value as it is. Returns whether it has not changed since, when asked later: also within the same millisecond. */
  watch(): () => boolean {
    const noted = this.#latest;
    return () => this.#latest === noted;
  }

  /** Sets the value from `at` on, which must not lie before the latest change. An equal value is no change. */
  set(at: number, value: T): void {
    if (value === this.latest) return;
    if (at < this.since) throw new RangeError(`history: ${at} lies before the last change, ${this.since}`);
    this.#before.push(this.#latest);
    this.#latest = { at, value };
  }

  /** The value at a moment, or undefined before there was one. */
  at(moment: number): T | undefined {
    if (this.since <= moment) return this.latest;
    return this.#before.findLast(({ at }) => at <= moment)?.value;
  }

  /** Forgets the values of before a time; the value at that time stays. */
  forget(before: number): void {
    const kept =
      this.since <= before ? this.#before.length : this.#before.findLastIndex(({ at }) => at <= before);
    if (kept > 0) this.#before.splice(0, kept);
  }
}
