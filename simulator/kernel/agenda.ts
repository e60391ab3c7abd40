/** Something that will happen in the world, unless `cancel` is called before its time. */
export type Appointment = { readonly at: number; cancel: () => void };

type Entry = { at: number; order: number; run: () => void; cancelled: boolean };

/**
 * What is going to happen in the simulated world, in order of time.
 *
 * The world does nothing by itself. Call `settle` before reading it: then everything happens that was due by then, each
 * thing at its own time. So a world that is not read costs nothing, and the same calls at the same times give the same
 * world.
 */
export class Agenda {
  #entries: Entry[] = [];
  #order = 0;
  #now: number;

  constructor(startsAt: number) {
    this.#now = startsAt;
  }

  /** The world's time, in milliseconds since 1970: that of the present happening, or of the last `settle`. */
  get now(): number {
    return this.#now;
  }

  /** Plans `run` for `at`. If that time has passed, it runs when the world next settles. */
  at(at: number, run: () => void): Appointment {
    const entry: Entry = { at: Math.max(at, this.#now), order: this.#order++, run, cancelled: false };
    this.#entries.splice(this.#position(entry), 0, entry);
    return {
      at: entry.at,
      cancel: () => {
        entry.cancelled = true;
      },
    };
  }

  /** Plans `run` for `milliseconds` from now. */
  in(milliseconds: number, run: () => void): Appointment {
    return this.at(this.#now + milliseconds, run);
  }

  /** When the next thing happens, or undefined when nothing is planned. */
  next(): number | undefined {
    this.#dropCancelled();
    return this.#entries.at(-1)?.at;
  }

  /** Runs all that is due by `until`, including what is planned on the way. */
  settle(until: number): void {
    for (let entry = this.#takeDue(until); entry; entry = this.#takeDue(until)) {
      this.#now = entry.at;
      entry.run();
    }
    this.#now = Math.max(this.#now, until);
  }

  #takeDue(until: number): Entry | undefined {
    const next = this.next();
    return next !== undefined && next <= until ? this.#entries.pop() : undefined;
  }

  #dropCancelled(): void {
    while (this.#entries.at(-1)?.cancelled) this.#entries.pop();
  }

  // The latest come first, so that taking the next one is a pop.
  #position(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#entries[middle] as Entry;
      if (other.at > entry.at || (other.at === entry.at && other.order > entry.order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
