/** Questions of one kind that wait for their answers. Who asks the same meanwhile gets the same answer. */
export class Waiting<T> {
  readonly #asked = new Map<string, Promise<T>>();

  /** The answer. Rejects as `ask` does. */
  async ask(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = this.#asked.get(key) ?? ask();
    this.#asked.set(key, answer);
    try {
      return await answer;
    } finally {
      this.#asked.delete(key);
    }
  }
}
