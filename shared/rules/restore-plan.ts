import type { Step } from "../model/decision.ts";
import type { Memory } from "../model/memory.ts";
import { isSame, type SeenRegistration, seenOf } from "../model/registration.ts";
import type { Termination } from "../model/termination.ts";

/**
 * Rule 9. The steps that may be taken now, and the memory with all steps that will be taken. Something is only taken from a
 * returning instance if it is in the restore plan of the message that brought it. Otherwise, a run that dies after the step and
 * before the next message would lose what has to be given back.
 */
export function stepsInPlan(
  { memory, restorePlan }: Termination,
  steps: readonly Step[],
): { readonly steps: readonly Step[]; readonly memory: Memory } {
  if (memory.returns === undefined) return { steps, memory };
  const { draining, deregistrations } = takenBy(steps);
  return {
    steps: steps.filter((step) => {
      if (step.kind === "drain")
        return restorePlan?.plannedDraining.includes(step.containerInstance) === true;
      if (!isTaking(step)) return true;
      return includes(restorePlan?.plannedDeregistrations ?? [], step.registration);
    }),
    memory: {
      ...memory,
      plannedDraining: [...new Set([...memory.plannedDraining, ...draining])],
      plannedDeregistrations: [
        ...memory.plannedDeregistrations,
        ...deregistrations.filter((what) => !includes(memory.plannedDeregistrations, what)),
      ],
    },
  };
}

/** What steps take from an instance, and what a returning one gets back: container instances set DRAINING, and registrations. */
export function takenBy(steps: readonly Step[]): {
  readonly draining: readonly string[];
  readonly deregistrations: readonly SeenRegistration[];
} {
  return {
    draining: steps.flatMap((step) => (step.kind === "drain" ? [step.containerInstance] : [])),
    deregistrations: steps.flatMap((step) => (isTaking(step) ? [seenOf(step.registration)] : [])),
  };
}

// No service uses an orphan any more, so it is not given back. Nor is the address of a task, which ends with the drain.
function isTaking(step: Step): step is Extract<Step, { kind: "deregister" }> {
  return step.kind === "deregister" && step.why !== "orphaned" && step.registration.addressTask === undefined;
}

function includes(all: readonly SeenRegistration[], what: SeenRegistration): boolean {
  return all.some((each) => isSame(each, what));
}
