import { event } from "../model/blocker.ts";
import type { Decision } from "../model/decision.ts";
import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { drop, wait } from "./decision.ts";
import { afterwards, stepsFor } from "./steps.ts";
import { stillThere } from "./still-there.ts";
import { NOTICE_MS } from "./timings.ts";

/**
 * Rule 12. What is done about an instance that EC2 will interrupt. There are only two minutes, so all steps are taken at once.
 * There is no lifecycle action, so nothing is completed.
 */
export function decideInterrupted(
  termination: Termination,
  observed: Observation,
  now: number,
  interruptedAt: number,
): Decision {
  const end = interruptedAt + NOTICE_MS;
  if (now >= end) {
    return drop(termination.memory, { why: "spot interruption", left: stillThere(observed) });
  }
  const steps = stepsFor(termination, observed, now);
  const left = stillThere(afterwards(observed, steps));
  const blockers = left.length > 0 ? left : [event("spot interruption")];
  return { ...wait(termination, now, blockers, { latest: [end] }), steps };
}
