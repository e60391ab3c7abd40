import { event } from "../model/blocker.ts";
import type { Decision, Warning } from "../model/decision.ts";
import type { OurHooks } from "../model/hooks.ts";
import { type InterruptionDoubt, isTakenBack } from "../model/interruption.ts";
import type { AutoScalingView, Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { drop, dropCutOff, wait } from "./decision.ts";
import { afterwards, stepsFor } from "./steps.ts";
import { stillThere, unreadAbout } from "./still-there.ts";
import { NOTICE_MS } from "./timings.ts";
import { countsAsOurs } from "./whose-hook.ts";

/**
 * Rule 12. The termination, with when it is interrupted, if EC2 shows that it takes the instance back. Its group must have a hook of
 * ours: a notice may be about any instance of the account.
 */
export function withProvenInterruption(
  termination: Termination,
  { hooks, interruption }: Pick<AutoScalingView, "hooks" | "interruption">,
  ours: OurHooks,
): Termination {
  const isOurs = hooks?.some((each) => countsAsOurs(each, ours)) === true;
  const isProven = isOurs && interruption !== undefined && isTakenBack(interruption);
  return { ...termination, interruptedAt: isProven ? termination.noticedAt : undefined };
}

/**
 * Rule 12. What is done about a notice while nothing proves it: nothing is touched. A proof may come late, or not be read, so it is
 * asked for again until the two minutes are over.
 */
export function decideUnproven(
  termination: Termination,
  observed: Observation,
  now: number,
  noticedAt: number,
): Decision {
  const end = noticedAt + NOTICE_MS;
  const doubt = doubtOf(observed);
  if (now >= end) return drop(termination.memory, { why: "interruption not proven", doubt }, "warn");
  const unread = [...unreadAbout("interruption", observed.unread), ...unreadAbout("hooks", observed.unread)];
  const blockers = unread.length > 0 ? unread : [event("interruption proven")];
  return {
    ...wait(termination, now, blockers, { latest: [end] }),
    warnings: unprovenInterruption(termination, observed),
  };
}

/** Rule 12. A warning if a notice is not proven, and what was found instead. */
export function unprovenInterruption(
  { noticedAt, interruptedAt }: Termination,
  observed: Observation,
): Warning[] {
  if (noticedAt === undefined || interruptedAt !== undefined || observed.interruption === undefined)
    return [];
  const doubt = doubtOf(observed);
  if (doubt.kind === "unread") return [];
  return [
    {
      level: "warn",
      kind: "interruption not proven",
      fields: {},
      reason: { why: "interruption not proven", doubt },
    },
  ];
}

function doubtOf({ hooks, interruption }: Observation): InterruptionDoubt {
  if (interruption === undefined || hooks === undefined) return { kind: "unread" };
  if (isTakenBack(interruption)) return { kind: "no hook of ours" };
  const { spotStatus: status } = interruption;
  return status === undefined ? { kind: "no Spot request" } : { kind: "Spot request", status };
}

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
    const left = stillThere(observed);
    const reason = { why: "spot interruption", left } as const;
    return left.length === 0
      ? drop(termination.memory, reason)
      : dropCutOff(termination.memory, reason, { left, setting: undefined });
  }
  const steps = stepsFor(termination, observed, now);
  const left = stillThere(afterwards(observed, steps));
  const blockers = left.length > 0 ? left : [event("spot interruption")];
  return { ...wait(termination, now, blockers, { latest: [end] }), steps };
}
