// What an attack is: a message that a stranger sends, and what of it must not follow.

/** Where the instance is of which a message tells. */
export const SITUATIONS = ["in service", "held", "returning", "gone"] as const;
export type Situation = (typeof SITUATIONS)[number];

/**
 * How the functions are deployed. As the template does it: SENDER_ROLE_IDS has the roles that write memory, and terminate has
 * deregister's input. Or without that variable. Or terminate's input only tells which hook is ours, and has no settings. Or it is
 * `queue_name` alone.
 */
export type Deployment = "as the template" | "no roles named" | "no settings" | "queue_name alone";

/** What a row does that is not prevented, and how its test tells. */
export type Harm = Partial<Difference> & { readonly worst: string };

/** Harms by the field of a row, its value and its situation. */
export type Harms = Readonly<Record<string, Readonly<Record<string, Partial<Record<Situation, Harm>>>>>>;

/** The rows as they are in another deployment, where some of them do harm. */
export function deployed(attacks: readonly Attack[], deployment: Deployment, harms: Harms): Attack[] {
  return attacks.map((attack) => {
    const harm = harms[attack.field]?.[attack.value]?.[attack.situation];
    if (!harm) return { ...attack, deployment };
    const { worst, ...difference } = harm;
    return { ...attack, deployment, worst, harm: difference };
  });
}

/** What differs from the same world without the message. */
export type Difference = {
  /** The actions that change something in AWS and are not called without the message, or not so. */
  readonly added: readonly string[];
  /** Those that are missing. */
  readonly missing: readonly string[];
  /** When the drain ends, by more than 15 s, or how. */
  readonly end: "the same" | "sooner" | "later" | "never" | "otherwise";
  /** The judge's rules that are broken. */
  readonly violations: readonly string[];
};

/** One message of a stranger's, in one situation. */
export type Attack = {
  readonly deployment: Deployment;
  readonly queue: "lifecycle" | "monitor";
  /** The part of the message that is hostile, by its key. */
  readonly field: string;
  /** What it says, in words. */
  readonly value: string;
  readonly situation: Situation;
  /** The most that follows of it. */
  readonly worst: string;
  /** The body. TRUE_TOKEN in it stands for the token of the lifecycle action that holds the instance. */
  readonly body: string;
  /** What differs because of it, where that is known and not prevented. */
  readonly harm?: Partial<Difference>;
};

/** What a body has instead of the token of the lifecycle action, which only a played world gives out. */
export const TRUE_TOKEN = "TRUE-TOKEN";

/** The rows that one hostile value makes: one a situation. */
export function inEach(
  attack: Omit<Attack, "deployment" | "situation" | "worst" | "harm">,
  worst: (situation: Situation) => string,
  situations: readonly Situation[] = SITUATIONS,
): Attack[] {
  return situations.map((situation) => ({
    ...attack,
    deployment: "as the template",
    situation,
    worst: worst(situation),
  }));
}
