import type { Random } from "../../kernel/random.ts";

/**
 * The addresses for the network interfaces of tasks. One task at a time has an address. Those of a list are given out in
 * its order, so that a free one is soon used again. Without a list, they are drawn from 10.1.0.0/16.
 */
export class Addresses {
  readonly #random: Random;
  readonly #listed: readonly string[] | undefined;
  readonly #taken = new Set<string>();

  constructor(random: Random, listed?: readonly string[]) {
    this.#random = random;
    this.#listed = listed;
  }

  /** Whether one is left. */
  get areLeft(): boolean {
    return this.#listed === undefined || this.#listed.some((address) => !this.#taken.has(address));
  }

  /** Takes one that is free; undefined where none is left. */
  take(): string | undefined {
    const address = this.#listed ? this.#listed.find((each) => !this.#taken.has(each)) : this.#draw();
    if (address !== undefined) this.#taken.add(address);
    return address;
  }

  free(address: string): void {
    this.#taken.delete(address);
  }

  #draw(): string {
    for (;;) {
      const address = `10.1.${this.#random.whole(0, 255)}.${this.#random.whole(1, 254)}`;
      if (!this.#taken.has(address)) return address;
    }
  }
}
