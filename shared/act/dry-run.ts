import type { Observation } from "../model/observation.ts";
import type { Memory, Termination } from "../model/termination.ts";
import type { Decision, Outcome } from "../rules/decision.ts";
import { leftBehind } from "../rules/still-there.ts";
import type { Run } from "../run/run.ts";
import type { Done, Planned } from "./carry-out.ts";
import { nameOf } from "./step-text.ts";

const WOULD = "would: ";
const NOTHING_IS_WRITTEN =
  "nothing is written, and no heartbeat is sent: the hook's own timeout and default result decide";

/** Says, once a drain, what each step would do, and does nothing. */
export function logStepsInDryRun(run: Run, planned: readonly Planned[]): Map<Termination, Done> {
  return new Map(
    planned.map(({ termination, steps }) => {
      const logged = [WOULD, ...steps.map((step) => WOULD + nameOf(step))];
      const news = logged.filter((each) => !termination.memory.logged.includes(each));
      for (const each of news) {
        const would = each.slice(WOULD.length);
        run.log.info("dry run", {
          instance_id: termination.instanceId,
          ...(would === "" ? { reason: NOTHING_IS_WRITTEN } : { would }),
        });
      }
      return [termination, { steps: [], failed: false, logged }];
    }),
  );
}

/** A decision whose waiting is for what is there, rather than for what would be there after its steps. */
export function asItIsInDryRun(
  decision: Decision,
  observed: Observation,
  before: Memory,
  now: number,
): Decision {
  const waitingFor = leftBehind(observed);
  if (decision.outcome.kind !== "wait" || decision.steps.length === 0 || waitingFor === undefined) {
    return decision;
  }
  const changedAt = waitingFor === before.waitingFor ? (before.changedAt ?? now) : now;
  return {
    ...decision,
    outcome: { ...decision.outcome, waitingFor },
    memory: { ...decision.memory, waitingFor, changedAt },
  };
}

/** Says, once a drain, that the lifecycle action would be completed. Returns the termination as it is to be watched. */
export function logCompletionInDryRun(
  run: Run,
  termination: Termination,
  { result, reason }: Extract<Outcome, { kind: "complete" }>,
): Termination {
  const { instanceId, memory } = termination;
  const would = `completion with ${result}: ${reason}`;
  if (!memory.logged.includes(WOULD + would)) run.log.info("dry run", { instance_id: instanceId, would });
  return {
    ...termination,
    memory: {
      ...memory,
      waitingFor: "the hook's own timeout: this is a dry run",
      logged: [...new Set([...memory.logged, WOULD + would])],
    },
  };
}

/** A termination that was on a dry run and no longer is: from here on it is drained for real, and the log says so. */
export function endDryRun(run: Run, termination: Termination): Termination {
  if (!termination.dryRun) return termination;
  run.log.info("dry run is over", { instance_id: termination.instanceId });
  const logged = termination.memory.logged.filter((each) => !each.startsWith(WOULD));
  return { ...termination, dryRun: false, memory: { ...termination.memory, logged } };
}
