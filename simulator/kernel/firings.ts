/** How often each kind of fault has really happened. A fault that never happened proves nothing. */
export class Firings {
  readonly #counts = new Map<string, number>();

  /** Counts a kind of fault, once or several times. */
  count(kind: string, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
