import type { Past } from "../../simulator/kernel/past.ts";
import type { Disturbed } from "../../simulator/scenario/judging.ts";

/** Since when and until when faults are on, in milliseconds since 1970, and how far reads lag then, in milliseconds. */
type Window = { readonly from: number; readonly until: number; readonly readLag: number };

/** What somebody acts upon may have been read this long before, when reads still lagged. */
const READ_BEFORE_MS = 600_000;

/** When faults were on, for the judge: they come and go. */
export class Windows implements Past {
  #windows: Window[] = [];

  add(window: Window): void {
    this.#windows.push(window);
  }

  forget(before: number): void {
    this.#windows = this.#windows.filter(({ until }) => until >= before);
  }

  /** What the judge is told of them. */
  judged(now: () => number): Required<Disturbed> {
    return {
      faultsEndAt: (before) => this.#windows.findLast(({ from }) => from <= before)?.until,
      readLag: () =>
        Math.max(
          0,
          ...this.#windows
            .filter(({ until }) => now() < until + READ_BEFORE_MS)
            .map(({ readLag }) => readLag),
        ),
    };
  }
}
