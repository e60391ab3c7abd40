import { idOfWarning } from "../model/decision.ts";
import { isHeld, situationOf } from "../model/lifecycle-state.ts";
import { isLogged } from "../model/logged.ts";
import type { Questions, TaskLists } from "../model/questions.ts";
import { isSame } from "../model/registration.ts";
import { type ContainerInstance, hasEnded, isSilent, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { deadlineOf, halfTimeOf, isTimeOver } from "./deadline.ts";
import { areOwnersDue } from "./left-addresses.ts";
import { isRoundDue, isRoundFresh, isSearchedAgain, roundUntil } from "./rounds.ts";
import { areProtectionsDue } from "./stall-reasons.ts";
import { hasOurs } from "./steps.ts";
import { DISCONNECTED_MS, NOTICE_MS, SETTLE_MS } from "./timings.ts";

/** Which questions a pass asks AWS. A question is left out if its answer cannot have changed, or decides nothing. */
export const questions: Questions = {
  // An instance that no hook of ours holds is left alone, unless it will be interrupted, or has something to get back.
  isObserved({ group, interruptedAt, memory }, { groupInstance, owner }) {
    if (!groupInstance || groupInstance.group !== group) return false;
    if (situationOf(groupInstance.state) === "held") {
      return memory.completedAt === undefined && (owner === "ours" || interruptedAt !== undefined);
    }
    return interruptedAt !== undefined || memory.returns !== undefined;
  },

  // It only matters near the end of a drain that may end with ABANDON.
  isRetentionDue(termination, hook, now) {
    if (termination.settings.onTimeout !== "abandon") return false;
    return now >= halfTimeOf(termination, deadlineOf(termination, hook));
  },

  isActivityDue: (termination, view, hook, now) =>
    isHeld(termination, view) && isTimeOver(termination, hook, now),

  // A hook's drain goes on after the two minutes, and is then as any other.
  isInterruptionDue: ({ group, hook, noticedAt }, { groupInstance }, now) =>
    groupInstance?.group === group &&
    noticedAt !== undefined &&
    (hook === undefined || now < noticedAt + NOTICE_MS),

  isRoundDue,
  isRoundFresh,
  roundUntil,
  isSearchedAgain,

  areProtectionsDue,
  areOwnersDue,

  // Its container instance drains, though not by us, and a capacity provider launched it.
  mayBeManagedDraining: ({ memory }, instances) =>
    instances.some(
      ({ containerInstance: { arn, status, capacityProvider } }) =>
        status === "DRAINING" &&
        capacityProvider !== undefined &&
        !memory.drained.some(({ what }) => what === arn),
    ),

  tasksToList,

  // It will become DRAINING, and has a registration of ours, behind which a task may listen.
  areHostPortsDue: ({ interruptedAt, memory }, registrations) =>
    interruptedAt === undefined && hasOurs(memory, registrations),

  // When something is first seen, and when the deadline is told, which it is again after a dry run. Before an interruption there
  // are two minutes, whatever it takes.
  areDrainTimesDue({ interruptedAt, memory }, instances, registrations) {
    if (interruptedAt !== undefined || instances.length + registrations.length === 0) return false;
    const isTold = isLogged(memory, idOfWarning({ kind: "held by the lifecycle hook" }));
    return (
      !isTold ||
      instances.some(({ containerInstance: { arn } }) =>
        memory.containerInstances.every((seen) => seen.arn !== arn),
      ) ||
      registrations.some((each) => memory.registrations.every((seen) => !isSame(seen, each)))
    );
  },

  // One that was dead is asked about again: how it is dead is for EC2 to say.
  isInstanceDoubtful({ memory: { disconnectedSince, deadSince } }, instances, registrations, now) {
    if (deadSince !== undefined) return true;
    const wasSilent = disconnectedSince !== undefined && now - disconnectedSince >= DISCONNECTED_MS;
    return (wasSilent && instances.some(isSilent)) || registrations.some(({ invalid }) => invalid);
  },
};

// Which lists may have tasks that are not known. The container instance counts its tasks to run, so the count tells whether all
// of these are known. It tells nothing about stopping tasks. A task that began to stop lately may be in neither list, because
// each read lags by itself. So skip the list of tasks to run only once the count has been zero for long enough.
function tasksToList(
  { memory }: Termination,
  { arn, version, tasksToRun }: ContainerInstance,
  known: readonly Task[],
  now: number,
): TaskLists {
  const isAsItWas = memory.noTasksVersions.some((each) => each.arn === arn && each.version === version);
  const isMiscounted = known.filter((task) => task.shouldRun).length !== tasksToRun;
  const isSettled = isAsItWas || known.some((task) => !hasEnded(task));
  const stopping = isMiscounted || memory.tasks === undefined || !isSettled;
  const isNoneToRun = memory.noTasksToRunSince !== undefined && now - memory.noTasksToRunSince >= SETTLE_MS;
  return { stopping, toRun: isMiscounted || (stopping && !isNoneToRun) };
}
