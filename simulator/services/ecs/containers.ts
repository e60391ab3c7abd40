import type { Container, TaskDefinition } from "./model.ts";

/** From a task's placement to when all its containers run, in seconds: each starts after those that it depends on. */
export function startSeconds({ containers }: TaskDefinition): number {
  const startedAt = ({ dependsOn, startSeconds: own }: Container): number =>
    Math.max(0, ...containers.filter(({ name }) => dependsOn.includes(name)).map(startedAt)) + own;
  return Math.max(...containers.map(startedAt));
}

/**
 * When each container exits, in seconds after the agent begins to stop the task. Each gets SIGTERM after those that depend on it
 * have exited, and SIGKILL after its own stop timeout (Amazon ECS API Reference, "ContainerDependency").
 *
 * @param ended the names of the containers that have exited before
 */
export function exitSeconds(
  { containers }: TaskDefinition,
  ended: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const exitsAt = ({ name, stopSeconds, stopTimeout }: Container): number => {
    if (ended.has(name)) return 0;
    const later = containers.filter(({ dependsOn }) => dependsOn.includes(name));
    return Math.max(0, ...later.map(exitsAt)) + Math.min(stopSeconds, stopTimeout);
  };
  return new Map(containers.map((each) => [each.name, exitsAt(each)]));
}

/** A container that depends on itself, by whatever way, or on one that is not there; undefined where all is well. */
export function wrongDependency(
  containers: readonly Pick<Container, "name" | "dependsOn">[],
): string | undefined {
  const placed = new Set<string>();
  let left = [...containers];
  while (left.length > 0) {
    const free = left.filter(({ dependsOn }) => dependsOn.every((each) => placed.has(each)));
    if (free.length === 0) return left[0]?.name;
    for (const { name } of free) placed.add(name);
    left = left.filter(({ name }) => !placed.has(name));
  }
  return undefined;
}
