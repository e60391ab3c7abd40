// Rule 3: gone means gone.

import { type Blocker, event } from "../model/blocker.ts";
import type { Decision, Step } from "../model/decision.ts";
import { hookOf } from "../model/hooks.ts";
import type { Memory } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import type { CompletionReason } from "../model/reason.ts";
import { INACTIVE } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { decideCompleted, tryCompletion } from "./completion.ts";
import { decideDeadInstance } from "./dead-instance.ts";
import { atDeadline, deadlineOf, isEndDue, nextEndAt } from "./deadline.ts";
import { complete, type Until, wait } from "./decision.ts";
import { isHeartbeatDue, nextHeartbeatAt } from "./heartbeat.ts";
import { blockerToRecheck } from "./recheck.ts";
import { mayBeTaken, stepsInPlan } from "./restore-plan.ts";
import { roundAwaitedUntil } from "./rounds.ts";
import { metadataProblems } from "./settings-in-force.ts";
import { settleMilliseconds } from "./settle.ts";
import { afterwards, leaving, stepsFor } from "./steps.ts";
import { leftoversOf, stillThere } from "./still-there.ts";
import { RECHECKS_MS, SETTLE_MS, UNKNOWN_MS } from "./timings.ts";
import { warningsFor } from "./warnings.ts";

/** What is done about an instance that a hook holds. The termination's memory has this pass in it already. */
export function decideDraining(held: Termination, observed: Observation, now: number): Decision {
  const { completedAt, deadSince } = held.memory;
  if (completedAt !== undefined) return decideCompleted(held, observed, now, completedAt);
  if (deadSince !== undefined) {
    return tryCompletion(held, observed, now, decideDeadInstance(held, observed, now));
  }
  const { steps, memory } = stepsInPlan(held, stepsFor(held, observed, now));
  const termination = { ...held, memory };
  const after = afterwards(observed, steps);
  const left = stillThere(after);
  const deadline = deadlineOf(termination, hookOf(termination, observed));
  const warnings = warningsFor(termination, observed, now, left);
  const ending = endOf(termination, observed, now);
  if (ending) return { ...tryCompletion(termination, observed, now, ending), warnings };
  const latest = [
    nextEndAt(deadline, observed, now),
    nextHeartbeatAt(termination, observed),
    memory.unknownSince === undefined ? undefined : memory.unknownSince + UNKNOWN_MS,
  ];
  const decision =
    steps.length > 0 || left.length > 0
      ? { ...waitForRest(termination, observed, { after, left }, { now, latest }), steps }
      : decideEmpty(termination, observed, { now, latest });
  return { ...decision, warnings };
}

// Its time is over, or nothing may be taken from it.
function endOf(termination: Termination, observed: Observation, now: number): Decision | undefined {
  const left = stillThere(observed);
  if (left.length > 0 && !mayBeTaken(termination, observed)) {
    const cutOff = { left, setting: "SENDER_ROLE_IDS" } as const;
    return complete(termination.memory, "CONTINUE", { why: "not drained", left }, cutOff);
  }
  return isEndDue(termination, observed, now) ? atDeadline(termination, observed) : undefined;
}

type Times = { readonly now: number; readonly latest: readonly (number | undefined)[] };

/** The observation as it will be after the steps, and what is still there then. */
type Rest = { readonly after: Observation; readonly left: readonly Blocker[] };

// Something is still there, or a step was just taken.
function waitForRest(
  termination: Termination,
  observed: Observation,
  { after, left }: Rest,
  { now, latest }: Times,
): Decision {
  const { memory } = termination;
  // If something is only unread, it may well be gone.
  const isThere = leftoversOf(observed).length > 0;
  const waiting = {
    ...termination,
    memory: {
      ...memory,
      goneAt: isThere ? undefined : memory.goneAt,
      recheck: blockerToRecheck(termination, after, now, latest),
    },
  };
  const known = roundAwaitedUntil(termination, observed, { left, now });
  return wait(waiting, now, left.length > 0 ? left : [event("effect")], { known, latest });
}

// Nothing is left. Once that is certain, and has settled, the lifecycle action is completed.
function decideEmpty(termination: Termination, observed: Observation, { now, latest }: Times): Decision {
  const { memory } = termination;
  // If a heartbeat came due during this pass, it cannot wait for the time at which something is known to change.
  const mayRest = !isHeartbeatDue(termination, observed, now, false);
  const waitFor = (blocker: Blocker, known: Until["known"], change: Partial<Memory> = {}) =>
    wait({ ...termination, memory: { ...memory, ...change } }, now, [blocker], {
      known: mayRest ? known : undefined,
      latest,
    });
  const believed = believedAt(memory);
  if (now < believed) return waitFor(event("later read"), believed);
  const goneAt = memory.goneAt ?? now;
  const settled = goneAt + settleMilliseconds(termination);
  if (now < settled) {
    // Meanwhile somebody may set it ACTIVE, or register it again.
    return waitFor(event("settled"), Math.min(settled, now + RECHECKS_MS), { goneAt });
  }
  if (metadataProblems(termination, observed).length > 0) {
    // Its owner may have named more, or wanted to wait for longer. Hooks are read once a run.
    return waitFor(event("hook corrected"), now + RECHECKS_MS, { goneAt });
  }
  const steps = lastSteps(termination, observed);
  if (steps.length > 0) {
    return { ...waitFor(event("container instance gone"), undefined, { goneAt }), steps };
  }
  const end = complete({ ...memory, goneAt }, "CONTINUE", reasonOf(termination, observed));
  return tryCompletion(termination, observed, now, end);
}

// Rule 3. If a pass saw something that is now gone, one pass is enough. If nothing was ever seen, two passes must find nothing,
// some time apart.
function believedAt(memory: Memory): number {
  const { actedAt, containerInstances, noContainerInstanceSince, registrations, noRegistrationSince } =
    memory;
  return Math.max(
    actedAt === undefined ? 0 : actedAt + SETTLE_MS,
    containerInstances.length > 0 || noContainerInstanceSince === undefined
      ? 0
      : noContainerInstanceSince + SETTLE_MS,
    registrations.length > 0 || noRegistrationSince === undefined ? 0 : noRegistrationSince + SETTLE_MS,
  );
}

// An instance that returns needs its container instance again.
function lastSteps({ settings, memory }: Termination, { clusterInstances }: Observation): Step[] {
  if (settings.deregisterContainerInstance !== "always" || memory.returns !== undefined) return [];
  return leaving(clusterInstances, false);
}

function reasonOf({ memory, settings }: Termination, { clusterInstances }: Observation): CompletionReason {
  if (settings.deregisterContainerInstance === "always") return { why: "drained" };
  const gone =
    memory.containerInstances.length > 0 &&
    clusterInstances.every(({ containerInstance }) => containerInstance.status === INACTIVE);
  return { why: gone ? "drained, left its cluster" : "drained" };
}
