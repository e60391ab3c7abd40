import type { Agenda } from "./agenda.ts";
import type { Firings } from "./firings.ts";
import type { RandomSource } from "./random.ts";
import type { Story } from "./story.ts";

/** What every part of the simulated world needs: the time, randomness, and the record of what happens. */
export type Ground = {
  readonly agenda: Agenda;
  readonly random: RandomSource;
  readonly story: Story;
  /** How often each kind of fault has happened. */
  readonly firings: Firings;
};
