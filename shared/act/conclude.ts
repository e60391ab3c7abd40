import { secondsBetween, timeText } from "../base/log.ts";
import type { Observation } from "../model/observation.ts";
import type { Memory, Termination } from "../model/termination.ts";
import { queuedUntil } from "../rules/completion-queue.ts";
import type { Outcome } from "../rules/decision.ts";
import { otherHooks } from "../rules/heartbeat.ts";
import type { Run } from "../run/run.ts";
import { completeAction } from "./complete-action.ts";
import { logCompletionInDryRun } from "./dry-run.ts";

/** What became of a termination in a look: still to be watched, or ended and to be forgotten. */
export type Reconciled = {
  /** The termination as it was handed in. */
  readonly before: Termination;
  /** The same with what is remembered now. */
  readonly termination: Termination;
  readonly ending: "waiting" | "completed" | "dropped";
};

/** The same, or that it is to be looked at once more because the completion was refused. */
export type Concluded = Reconciled | (Omit<Reconciled, "ending"> & { readonly ending: "refused" });

/** How long after its look a lifecycle action may be completed: where calls have to wait for each other, it is looked again. */
const FRESH_MS = 20_000;

/** What differs between the functions that look. */
export type PassOptions = {
  /** Whether a lifecycle action may be completed; deregister leaves that to terminate, whose look comes later. */
  readonly mayComplete: boolean;
  /** Whether nothing may be written: what would be done is logged. */
  readonly dryRun: boolean;
  /**
   * Until when this run looks again and completes, in milliseconds since 1970: the next one then still receives what is
   * handed over.
   */
  readonly until: number;
};

/** What is to be concluded of one termination. */
type Conclusion = {
  readonly before: Termination;
  readonly termination: Termination;
  readonly observed: Observation;
  /** When it was decided, in milliseconds since 1970. */
  readonly decidedAt: number;
};

/**
 * Ends a look at one termination as it was decided: goes on watching it, lets it go, or completes its lifecycle action while
 * what the look has found is fresh. A failure of AWS is noted in the run; throws only what is a fault of ours.
 */
export async function conclude(
  run: Run,
  { before, termination, observed, decidedAt }: Conclusion,
  outcome: Outcome,
  options: PassOptions,
): Promise<Concluded> {
  switch (outcome.kind) {
    case "wait":
      return watch(run, before, termination, options);
    case "drop":
      logDropped(run, termination, outcome);
      return { before, termination, ending: "dropped" };
    case "complete": {
      if (!options.mayComplete) return { before, termination, ending: "waiting" };
      if (options.dryRun) {
        return watchAgain(run, before, logCompletionInDryRun(run, termination, outcome), options);
      }
      const now = run.now();
      if (now >= Math.min(decidedAt + FRESH_MS, options.until)) {
        const memory = {
          ...termination.memory,
          waitingFor: "its turn to be completed",
          queuedUntil: queuedUntil(termination, observed, now),
        };
        return watchAgain(run, before, { ...termination, memory }, options, now);
      }
      const end = await completeAction(run, termination, outcome, otherHooks(before, observed));
      return end.kind === "waiting"
        ? watchAgain(run, before, end.termination, options)
        : { before, termination: end.termination, ending: end.kind };
    }
    default:
      return outcome satisfies never;
  }
}

// To be looked at again as decided.
function watch(run: Run, before: Termination, termination: Termination, { until }: PassOptions): Reconciled {
  const { waitingFor, nextPassAt, failures } = termination.memory;
  if (waitingFor !== before.memory.waitingFor) {
    run.log.info("waiting", {
      instance_id: before.instanceId,
      waiting_for: waitingFor,
      held_seconds: secondsBetween(before.since, run.now()),
      looks_again:
        nextPassAt === undefined || nextPassAt >= until
          ? "in the next run of terminate"
          : timeText(nextPassAt),
      ...(failures > 0 ? { failures } : {}),
    });
  }
  return { before, termination, ending: "waiting" };
}

// To be looked at again, for what has come up since the decision.
function watchAgain(
  run: Run,
  before: Termination,
  termination: Termination,
  options: PassOptions,
  nextPassAt = run.now() + before.settings.pollSeconds * 1_000,
): Reconciled {
  const now = run.now();
  const { waitingFor, changedAt } = termination.memory;
  const memory: Memory = {
    ...termination.memory,
    changedAt: waitingFor === before.memory.waitingFor ? (changedAt ?? now) : now,
    nextPassAt,
  };
  return watch(run, before, { ...termination, memory }, options);
}

function logDropped(
  run: Run,
  { instanceId, group, since }: Termination,
  { reason, level }: Extract<Outcome, { kind: "drop" }>,
): void {
  run.log[level]("termination dropped", {
    instance_id: instanceId,
    auto_scaling_group: group,
    reason,
    held_seconds: secondsBetween(since, run.now()),
  });
}
