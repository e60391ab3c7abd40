import type { GhostDecision, Suspect } from "../model/ghost.ts";
import type { DrainSettings } from "../model/settings.ts";
import { isSilent } from "../model/tasks.ts";

/** Rule 15. Whether a suspect is a ghost: its instance has ended, and ECS goes on counting its tasks. */
export function isGhost({ containerInstance, instance }: Suspect): boolean {
  return isSilent({ containerInstance }) && (instance === undefined || instance.state === "terminated");
}

/**
 * Rule 15. What a sweep does about a ghost. It only takes out what EC2 calls terminated, and what a group of ours launched.
 *
 * @param ours the names of our groups
 * @param settingsOf the settings of the drains in a group, by all that is known of them
 */
export function decideGhost(
  { instance }: Suspect,
  ours: ReadonlySet<string>,
  settingsOf: (group: string) => readonly DrainSettings[],
): GhostDecision {
  if (instance === undefined) return { kind: "left", reason: { why: "unknown to EC2" } };
  const { group } = instance;
  if (group === undefined) return { kind: "left", reason: { why: "no group" } };
  if (!ours.has(group)) return { kind: "left", reason: { why: "another group", group } };
  const isKept = settingsOf(group).some((each) => each.deregisterContainerInstance === "never");
  return isKept ? { kind: "left", reason: { why: "never", group } } : { kind: "take out", group };
}
