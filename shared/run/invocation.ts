import type { Context } from "aws-lambda";

/** What Lambda tells a function of its invocation. */
export type Invocation = {
  readonly requestId: string;
  /** How long until Lambda ends the run, in milliseconds. */
  readonly remainingMilliseconds: () => number;
};

/** How much of Lambda's time a run keeps for its end: for a call that hangs, and to pass on or hand over what is left. */
const KEPT_MS = 24_000;

/** An invocation as Lambda's context describes it. */
export function invocationOf(context: Context): Invocation {
  return { requestId: context.awsRequestId, remainingMilliseconds: () => context.getRemainingTimeInMillis() };
}

/** Until when a run may make calls other than those to hand over, in milliseconds since 1970. */
export function handsOverAt(now: number, { remainingMilliseconds }: Invocation): number {
  return now + remainingMilliseconds() - KEPT_MS;
}
