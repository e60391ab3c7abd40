import type { StoryLine } from "../kernel/story.ts";

/** Which of the tasks that do not leave by themselves a drain may stop. */
export type StopTasks = "none" | "daemon" | "all";

/** A request to stop a task. */
export type TaskStop = Extract<StoryLine, { kind: "task-stop" }>;

/** Who has started a task, and where. */
export type TaskOrigin = Pick<TaskStop, "strategy" | "startedBy" | "containerInstance" | "instanceId">;

/**
 * Whether a drain may stop a task. It never stops a replica: ECS replaces it elsewhere. By default it stops daemon tasks and
 * tasks that the instance itself started. With `all` it stops other standalone tasks too, and with `none` nothing.
 */
export function mayStop(
  allowed: StopTasks,
  { strategy, startedBy, containerInstance, instanceId }: TaskOrigin,
): boolean {
  if (allowed === "none" || strategy === "REPLICA") return false;
  if (allowed === "all" || strategy === "DAEMON") return true;
  return (
    startedBy !== undefined &&
    [instanceId, containerInstance, containerInstance.split("/").at(-1)].includes(startedBy)
  );
}

/** A stopped task in words. */
export function taskText({ strategy, startedBy }: TaskStop): string {
  if (strategy !== undefined) return `a ${strategy} service's task`;
  return startedBy === undefined ? "a standalone task" : `a task that ${startedBy} started`;
}
