import type { Step } from "../model/decision.ts";
import { progressOf } from "../model/lifecycle-state.ts";
import type { Memory } from "../model/memory.ts";
import type { AutoScalingView } from "../model/observation.ts";
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

/**
 * Rule 9. Whether an instance is on its way back by what Auto Scaling shows and the memory says, and what was taken from it is to be
 * given back. If nobody knows who wrote the message, only a warm pool counts: Auto Scaling shows the instance there, and our hook on
 * its group. Of what is given back there, ECS shows that it was taken.
 */
export function comesBack({ memory }: Termination, observed: AutoScalingView): boolean {
  if (memory.returns === undefined || observed.areSendersKnown) return memory.returns !== undefined;
  const { groupInstance: { state = "" } = {}, owner } = observed;
  return owner === "ours" && state.startsWith("Warmed:") && progressOf(state) !== "elsewhere";
}

/** Rule 9. Whether anything may be taken from an instance that our hook holds: it dies, or somebody can give it back. */
export function mayBeTaken({ memory }: Termination, { areSendersKnown }: AutoScalingView): boolean {
  return areSendersKnown || memory.returns !== "root volume";
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
