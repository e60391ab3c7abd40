import { AwsCallError } from "../base/errors.ts";
import { kindOf, lacksPermission } from "./failure-kinds.ts";
import type { Pace } from "./pace.ts";

/**
 * Makes one call to AWS. Throws an AwsCallError with the kind of the failure.
 *
 * @param action the IAM action that the call needs, such as `elasticloadbalancing:DescribeTargetHealth`
 */
export async function call<T>(action: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    throw new AwsCallError(action, kindOf(error), error, lacksPermission(error));
  }
}

/** AWS's answer, or undefined if it fails in a way that is an answer too. Throws all other failures on. */
export async function unless<T>(
  isAnswer: (failure: AwsCallError) => boolean,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AwsCallError && isAnswer(error)) return undefined;
    throw error;
  }
}

/** AWS's answer, or undefined if the thing does not exist. Throws all other failures on. */
export async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  return unless(({ kind }) => kind === "gone", ask);
}

/** How one call to AWS is made. */
export type Call = typeof call;

/** Makes calls likewise, each at its pace. They throw an OutOfTime too. */
export function pacedCall(pace: Pace): Call {
  return async (action, send) => {
    await pace(action);
    return call(action, send);
  };
}
