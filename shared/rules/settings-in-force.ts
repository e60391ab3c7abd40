// Rule 18: which settings count.

import { hookOf } from "../model/hooks.ts";
import type { AutoScalingView } from "../model/observation.ts";
import {
  type DrainKeys,
  type DrainSettings,
  keysOfMetadata,
  keysOver,
  settingsUnder,
} from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";

/** What tells the settings that a hook of ours sets. */
type HookView = Pick<AutoScalingView, "hooks" | "owner">;

/**
 * Rule 18. The settings by which a pass decides: those of the hook's NotificationMetadata, as it was just read, over those of
 * the function's input. These stand over those that deregister's message tells. While the hook cannot be read, or if it is not ours, they stay
 * as they are. Then nothing is decided by them: no step is taken, and nothing is completed.
 *
 * @param keys the settings of the function's input. Undefined if it has none.
 */
export function settingsInForce(
  termination: Termination,
  view: HookView,
  keys: DrainKeys | undefined,
): DrainSettings {
  const { settings, told } = termination;
  if (view.owner !== "ours") return settings;
  return settingsUnder(hookOf(termination, view)?.metadata, keysOver(told, keys));
}

/** Rule 18. What is wrong in the NotificationMetadata of a termination's hook, if that is ours. */
export function metadataProblems(termination: Termination, view: HookView): readonly string[] {
  if (view.owner !== "ours") return [];
  return keysOfMetadata(hookOf(termination, view)?.metadata)?.problems ?? [];
}

/** Rule 18. Whether somebody has edited the metadata of a termination's hook since a pass read it. */
export function isEdited(
  termination: Pick<Termination, "hook">,
  before: Pick<AutoScalingView, "hooks">,
  now: Pick<AutoScalingView, "hooks">,
): boolean {
  return hookOf(termination, before)?.metadata !== hookOf(termination, now)?.metadata;
}
