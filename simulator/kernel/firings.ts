/** How often each kind of fault has really happened; one that never did proves nothing. */
export class Firings {
  readonly #counts = new Map<string, number>();

  /** Counts one more of a kind, or several. */
  count(kind: string, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
