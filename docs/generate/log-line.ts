/** What a log line means, and what an operator does about it. */
export type LogLine = {
  readonly level: string;
  readonly from: string;
  readonly means: string;
  readonly todo: string;
};

/** What is done about most lines. */
export const NOTHING = "Nothing.";
