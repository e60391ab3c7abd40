import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { type Decision, drop, wait } from "./decision.ts";
import { afterwards, stepsFor } from "./steps.ts";
import { leftBehind } from "./still-there.ts";

/** How long before it happens EC2 gives notice of a Spot interruption. */
export const NOTICE_MS = 120_000;

/**
 * What is done about an instance that EC2 is about to interrupt: there are two minutes and no lifecycle action, so all
 * steps are taken at once, and nothing is completed.
 */
export function decideInterrupted(
  termination: Termination,
  observed: Observation,
  now: number,
  interruptedAt: number,
): Decision {
  const { memory } = termination;
  const end = interruptedAt + NOTICE_MS;
  if (now >= end) {
    const left = leftBehind(observed);
    const how = left === undefined ? "drained" : `still there: ${left}`;
    return drop(memory, `the Spot interruption is due; ${how}`);
  }
  const steps = stepsFor(termination, observed, now);
  const text =
    leftBehind(afterwards(observed, steps)) ?? "the Spot interruption, with nothing left on the instance";
  return { ...wait(termination, memory, now, text, undefined, [end]), steps };
}
