/**
 * How far a round has come, as messages carry it. A round asks load balancers in the order of their keys, and goes on at the
 * first after the last. All from one key to another have been asked, both included.
 */
export type RoundProgress = {
  /** When the round began, in milliseconds since 1970. */
  readonly since: number;
  readonly from: string;
  readonly to: string;
};

/** Something that has the instance, and that nobody named. */
export type Unnamed = { readonly kind: "cluster" | "load balancer"; readonly name: string };

/** How far the search has come for what has an instance and is not named. Times are in milliseconds since 1970. */
export type Discovery = {
  /** Whether a whole round has lately ended. Before, nothing is completed. */
  readonly isWhole: boolean;
  /** Whether any round was whole. Before, no task is sent away: an unknown load balancer may still send to it. */
  readonly wasWhole: boolean;
  /** When the last whole round ended. */
  readonly wholeAt: number | undefined;
  /** How far the round under way has come. */
  readonly progress: RoundProgress | undefined;
  /** When the round under way may be whole. */
  readonly expectedAt: number | undefined;
  /** What was found in this pass. */
  readonly unnamed: readonly Unnamed[];
};

/** A name of the input that nothing has. */
export type Missing = { readonly noun: string; readonly name: string };
