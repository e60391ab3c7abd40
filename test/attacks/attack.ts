// What an attack is: a message that a stranger sends, and what of it must not follow.

/** Where the instance is of which a message tells. */
export const SITUATIONS = ["in service", "held", "returning", "gone"] as const;
export type Situation = (typeof SITUATIONS)[number];

/** One message of a stranger's, in one situation. */
export type Attack = {
  readonly queue: "lifecycle" | "monitor";
  /** The part of the message that is hostile, by its key. */
  readonly field: string;
  /** What it says, in words. */
  readonly value: string;
  readonly situation: Situation;
  /** The most that follows of it. */
  readonly worst: string;
  readonly body: string;
};

/** The rows that one hostile value makes: one a situation. */
export function inEach(
  attack: Omit<Attack, "situation" | "worst">,
  worst: (situation: Situation) => string,
): Attack[] {
  return SITUATIONS.map((situation) => ({ ...attack, situation, worst: worst(situation) }));
}
