import { completionText } from "../log-lines/reason-text.ts";
import { stepText } from "../log-lines/step-text.ts";
import {
  type Complete,
  DEADLINE_WARNINGS,
  type Done,
  idOfWarning,
  type Step,
  type WithSteps,
} from "../model/decision.ts";
import { isLogged, shortestId, shortId } from "../model/logged.ts";
import { registrationText } from "../model/registration.ts";
import type { Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";

/** The beginning of the ids of lines that a dry run has logged. */
const WOULD = "would: ";
/** The ids of lines that tell a drain's deadline, also as a message with little room has them. */
const OF_DEADLINE = DEADLINE_WARNINGS.flatMap((kind) => [
  idOfWarning({ kind }),
  shortestId(idOfWarning({ kind })),
]);
const NOTHING_IS_WRITTEN =
  "nothing is written, and no heartbeat is sent: the hook's own timeout and default result decide";

/** Logs, once a drain, what each step would do, and does nothing. */
export function logSteps<T extends WithSteps>(
  run: Run,
  decided: readonly T[],
): (T & { readonly done: Done })[] {
  return decided.map((each) => {
    const { termination, decision } = each;
    const lines = [
      { id: WOULD, fields: { reason: NOTHING_IS_WRITTEN } },
      ...decision.steps.map((step) => ({
        id: shortId(`${WOULD}${idOf(step)}`),
        fields: { would: stepText(step) },
      })),
    ];
    for (const { id, fields } of lines) {
      if (!isLogged(termination.memory, id)) run.logAbout(termination).info("dry run", fields);
    }
    return { ...each, done: { steps: [], failed: false, logged: lines.map(({ id }) => id) } };
  });
}

/** Logs, once a drain, that the lifecycle action would be completed. Returns the termination as it is remembered. */
export function logCompletion(run: Run, termination: Termination, { result, reason }: Complete): Termination {
  const { memory } = termination;
  const id = shortId(`${WOULD}complete with ${result}: ${reason.why}`);
  if (!isLogged(memory, id)) {
    run
      .logAbout(termination)
      .info("dry run", { would: `completion with ${result}: ${completionText(reason)}` });
  }
  return { ...termination, memory: { ...memory, logged: [...new Set([...memory.logged, id])] } };
}

/**
 * Ends the dry run of a termination: from here on it is drained for real, and the log says so. If its time begins only now, what
 * was logged of its deadline did not count, and is logged again.
 */
export function endDryRun(run: Run, termination: Termination): Termination {
  if (!termination.dryRun) return termination;
  run.logAbout(termination).info("dry run is over");
  const { memory } = termination;
  const outdated = new Set(memory.begunAt === undefined ? OF_DEADLINE : []);
  const logged = memory.logged.filter((each) => !each.startsWith(WOULD) && !outdated.has(each));
  return { ...termination, dryRun: false, memory: { ...memory, logged } };
}

// Tells steps apart, so that each is logged once.
function idOf(step: Step): string {
  switch (step.kind) {
    case "drain":
    case "activate":
    case "deregister container instance":
      return `${step.kind} ${step.containerInstance}`;
    case "deregister":
    case "register":
      return `${step.kind} ${registrationText(step.registration)}`;
    case "stop task":
      return `${step.kind} ${step.task}`;
    default:
      return step satisfies never;
  }
}
