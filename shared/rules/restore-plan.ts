import type { SeenRegistration } from "../model/termination.ts";
import { isSame, type Memory, type Termination } from "../model/termination.ts";
import type { Step } from "./decision.ts";
import { seenOf } from "./remember.ts";

/**
 * The steps that may be taken now, and the memory with all that are to be. From an instance that comes back only that is
 * taken which the message that brought it has written down: a run that dies after the step and before the next message
 * would lose what is to be given back.
 */
export function restorePlan(
  { memory, restorePlan: known }: Termination,
  steps: readonly Step[],
): { readonly steps: readonly Step[]; readonly memory: Memory } {
  if (memory.returns === undefined) return { steps, memory };
  const plannedDraining = steps.flatMap((step) => (step.kind === "drain" ? [step.containerInstance] : []));
  const plannedDeregistrations = steps.flatMap((step) => (isTaking(step) ? [seenOf(step.registration)] : []));
  return {
    steps: steps.filter((step) => {
      if (step.kind === "drain") return known?.plannedDraining.includes(step.containerInstance) === true;
      if (!isTaking(step)) return true;
      const what = seenOf(step.registration);
      return known?.plannedDeregistrations.some((each) => isSame(each, what)) === true;
    }),
    memory: {
      ...memory,
      plannedDraining: [...new Set([...memory.plannedDraining, ...plannedDraining])],
      plannedDeregistrations: [
        ...memory.plannedDeregistrations,
        ...plannedDeregistrations.filter((what) => !includes(memory.plannedDeregistrations, what)),
      ],
    },
  };
}

// An orphan is nobody's any more, so nobody is to get it back.
function isTaking(step: Step): step is Extract<Step, { kind: "deregister" }> {
  return step.kind === "deregister" && step.why !== "orphaned";
}

function includes(all: readonly SeenRegistration[], what: SeenRegistration): boolean {
  return all.some((each) => isSame(each, what));
}
