import type { StoryLine } from "../kernel/story.ts";

/** What a drain is told to stop of what does not leave by itself. */
export type StopTasks = "none" | "daemon" | "all";

/** The wish that a task stop. */
export type TaskStop = Extract<StoryLine, { kind: "task-stop" }>;

/**
 * Whether a drain may stop a task: never one of a service that ECS replaces elsewhere; a daemon's, or one that the instance
 * itself started, unless it is told to stop none; and others that no service started where it is told to stop all.
 */
export function mayStop(
  told: StopTasks,
  { strategy, startedBy, containerInstance, instanceId }: TaskStop,
): boolean {
  if (told === "none" || strategy === "REPLICA") return false;
  if (told === "all" || strategy === "DAEMON") return true;
  return (
    startedBy !== undefined &&
    [instanceId, containerInstance, containerInstance.split("/").at(-1)].includes(startedBy)
  );
}

/** A task that is stopped, in words. */
export function taskText({ strategy, startedBy }: TaskStop): string {
  if (strategy !== undefined) return `a ${strategy} service's task`;
  return startedBy === undefined ? "a standalone task" : `a task that ${startedBy} started`;
}
