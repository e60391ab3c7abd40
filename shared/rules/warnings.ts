import type { Hook, Observation } from "../model/observation.ts";
import { unheededKeys } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { type Deadline, halfTimeOf, halfTimeWarning, timeoutWarning } from "./deadline.ts";
import type { Warning } from "./decision.ts";
import { hookOf } from "./heartbeat.ts";
import { stallWarnings } from "./stall-reasons.ts";

/** ECS's own hook, by which it drains the instances of a capacity provider (ECS managed draining). */
export const MANAGED_DRAINING_HOOK = "ecs-managed-draining-termination-hook";
/** What the hooks of this package are called in its template, before the stage. */
const OUR_HOOKS = "asg-drain-";

/** What is worth a line about an instance that a hook holds, besides what is waited for. Each is said once in a drain. */
export function warningsFor(
  termination: Termination,
  observed: Observation,
  now: number,
  deadline: Deadline,
  left: string | undefined,
): Warning[] {
  const hook = hookOf(termination, observed);
  return [
    ...(hook ? [timeoutWarning(termination, hook), ...twins(hook, observed), ...unheeded(hook)] : []),
    ...managedDraining(observed),
    ...lacking(termination, observed),
    ...(now >= halfTimeOf(termination, deadline) && left !== undefined
      ? [halfTimeWarning(termination, observed, deadline, left)]
      : []),
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
      phrase: "two hooks of ours on one group",
      fields: {
        life_cycle_hook_name: hook.name,
        other_hook: each.name,
        reason: sharesQueue(each)
          ? "both write to the same queue, so each instance is drained twice: remove one"
          : "two deployments drain the same group: remove one",
      },
      about: each.name,
    }));
}

function unheeded({ name, metadata }: Hook): Warning[] {
  const keys = unheededKeys(metadata);
  if (keys.length === 0) return [];
  return [
    {
      level: "warn",
      phrase: "metadata ignored",
      fields: {
        life_cycle_hook_name: name,
        keys: keys.join(", "),
        reason: "a hook's NotificationMetadata cannot say this: only the functions' inputs can",
      },
    },
  ];
}

function managedDraining({ hooks = [], managedDraining: attached }: Observation): Warning[] {
  if (attached !== true && !hooks.some(({ name }) => name === MANAGED_DRAINING_HOOK)) return [];
  return [
    {
      level: "info",
      phrase: "ECS drains it too",
      fields: { reason: "managed draining is on; the two do not hinder each other" },
    },
  ];
}

function lacking({ settings, memory }: Termination, { unread }: Observation): Warning[] {
  const { clusterNames } = settings;
  if (clusterNames.length === 0 || memory.containerInstances.length > 0 || unread.tasks !== undefined)
    return [];
  const reason = `none of its container instances is this one: ${clusterNames.join(", ")}`;
  return [{ level: "warn", phrase: "cluster lacks the instance", fields: { reason } }];
}
