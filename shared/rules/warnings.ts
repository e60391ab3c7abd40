import type { Blocker } from "../model/blocker.ts";
import type { Warning } from "../model/decision.ts";
import { type Hook, hookOf } from "../model/hooks.ts";
import type { Observation } from "../model/observation.ts";
import { ignoredKeys, keysInText, keysOfMetadata, unknownKeys } from "../model/settings.ts";
import { hasEnded, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { deadlineOf, halfTimeOf, halfTimeWarning, timeoutWarning, unprovenWarnings } from "./deadline.ts";
import { timeWarnings } from "./drain-time.ts";
import { holdingTasks } from "./holding-tasks.ts";
import { leftAlone } from "./left-addresses.ts";
import { newTaskWarnings } from "./new-tasks.ts";
import { searchWarnings } from "./rounds.ts";
import { unprovenInterruption } from "./spot-interruption.ts";
import { stallWarnings } from "./stall-reasons.ts";
import { pointingAtAny } from "./steps.ts";

import { hasManagedDrainingHook } from "./whose-hook.ts";

/** What the hooks of this package are called in its template, before the stage. */
const OUR_HOOKS = "asg-drain-";

/**
 * The warnings about an instance that a hook holds. Each is logged once in a drain.
 *
 * @param left what is still there after the steps of this pass
 */
export function warningsFor(
  termination: Termination,
  observed: Observation,
  now: number,
  left: readonly Blocker[],
): Warning[] {
  const hook = hookOf(termination, observed);
  const deadline = deadlineOf(termination, hook);
  return [
    ...(hook
      ? [timeoutWarning(termination, hook), ...twins(hook, observed), ...ignored(hook), ...unknown(hook)]
      : []),
    ...timeWarnings(termination, observed, { deadline, hook }, now),
    ...managedDraining(observed),
    ...outOfOrder(termination, observed),
    ...lacking(termination, observed),
    ...leftAlone(observed),
    ...(now >= halfTimeOf(termination, deadline) && left.length > 0
      ? [halfTimeWarning(termination, observed, deadline, left)]
      : []),
    ...(left.length > 0 ? unprovenWarnings(termination, observed, deadline, now) : []),
    ...unprovenInterruption(termination, observed),
    ...newTaskWarnings(termination, observed, left),
    ...holdingTasks(termination, observed, now),
    ...searchWarnings(termination, observed),
    ...stallWarnings(termination, observed, now),
  ];
}

function twins(hook: Hook, { hooks = [] }: Observation): Warning[] {
  const sharesQueue = ({ target }: Hook) => target !== undefined && target === hook.target;
  return hooks
    .filter(({ name }) => name !== hook.name)
    .filter((each) => sharesQueue(each) || each.name.startsWith(OUR_HOOKS))
    .map((each) => ({
      level: "warn",
      kind: "two hooks of ours on one group",
      fields: { other_hook: each.name },
      reason: { why: sharesQueue(each) ? "same queue" : "two deployments" },
      about: each.name,
    }));
}

function ignored({ metadata }: Hook): Warning[] {
  const keys = ignoredKeys(metadata);
  if (keys.length === 0) return [];
  return [
    {
      level: "warn",
      kind: "metadata not heeded",
      fields: { keys },
      reason: { why: "metadata" },
    },
  ];
}

// Metadata may also be somebody else's altogether. Then nothing in it looks like a setting, and it is no warning.
function unknown({ metadata }: Hook): Warning[] {
  const named = keysInText(metadata);
  if (named.length > 0) {
    const reason = { why: "metadata no JSON" } as const;
    return [{ level: "warn", kind: "metadata not heeded", fields: { keys: named }, reason, about: "text" }];
  }
  const keys = unknownKeys(metadata);
  if (keys.length === 0) return [];
  const isMeantForUs = keysOfMetadata(metadata) !== undefined || keys.some(({ meant }) => meant.length > 0);
  return [
    {
      level: isMeantForUs ? "warn" : "info",
      kind: "metadata not heeded",
      fields: {
        unknown_keys: keys.map(({ key, meant }) => ({
          key,
          ...(meant.length === 0 ? {} : { did_you_mean: meant.join(" or ") }),
        })),
      },
      reason: { why: "unknown metadata" },
      about: keys.map(({ key }) => key).join(),
    },
  ];
}

function managedDraining(observed: Observation): Warning[] {
  if (observed.managedDraining !== true && !hasManagedDrainingHook(observed)) return [];
  return [{ level: "info", kind: "ECS drains it too", fields: {}, reason: { why: "managed draining" } }];
}

// ECS stops the services' tasks of an instance that is DRAINING. It knows nothing of our registrations, which still send to them.
// A task that has stopped since the lifecycle action began may have had connections. Managed draining sets it DRAINING within seconds.
function outOfOrder({ memory, since }: Termination, observed: Observation): Warning[] {
  const mayHaveServed = (task: Task) =>
    task.service !== undefined && (!hasEnded(task) || (task.stoppedAt ?? 0) >= since);
  const isManaged = managedDraining(observed).length > 0;
  const byOthers = observed.clusterInstances.filter(
    ({ containerInstance: { arn, status } }) =>
      (status === "DRAINING" || (isManaged && status === "ACTIVE")) &&
      !memory.drained.some(({ what }) => what === arn),
  );
  const served = byOthers.flatMap(({ tasks }) => tasks.filter(mayHaveServed));
  const pointing = pointingAtAny(served, observed);
  if (pointing.length === 0) return [];
  return [
    {
      level: "warn",
      kind: "drained out of order",
      fields: { load_balancers: [...new Set(pointing.map(({ name }) => name))] },
      reason: { why: isManaged ? "managed draining first" : "somebody first" },
    },
  ];
}

function lacking({ settings, memory }: Termination, { unread }: Observation): Warning[] {
  const { clusterNames: clusters } = settings;
  if (memory.containerInstances.length > 0 || unread.tasks !== undefined) return [];
  if (clusters.length === 0) {
    if (memory.noContainerInstanceSince === undefined) return [];
    const searched = settings.discover !== "named";
    return [{ level: "info", kind: "in no cluster", fields: {}, reason: { why: "in no cluster", searched } }];
  }
  return [
    {
      level: "warn",
      kind: "cluster lacks the instance",
      fields: {},
      reason: { why: "cluster lacks it", clusters },
    },
  ];
}
