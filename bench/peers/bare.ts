import type { Simulation } from "../../simulator/cloud/simulation.ts";
import type { StoryLine } from "../../simulator/kernel/story.ts";

/**
 * How ECS lists container instances, which AWS says nothing of: in any order, the same in each run; or so that those which
 * go come last, on the last page.
 */
export type ListOrder = "any" | "going last";

/**
 * How long each lifecycle action took to be completed after its instance was ready, in seconds. An instance is ready when it
 * was told to terminate and its last task is gone. Undefined where tasks still ran.
 *
 * @param lines the whole story of a world without load balancers
 */
export function lagsAfterReady(lines: readonly StoryLine[]): (number | undefined)[] {
  const running = new Map<string, Set<string>>();
  const readyAt = new Map<string, number>();
  const lags: (number | undefined)[] = [];
  for (const line of lines) {
    const { at } = line;
    if (line.kind === "task") {
      const tasks = running.get(line.instanceId) ?? new Set();
      running.set(line.instanceId, tasks);
      if (!line.gone) tasks.add(line.arn);
      else if (tasks.delete(line.arn)) readyAt.set(line.instanceId, at);
    }
    if (line.kind === "action-started")
      readyAt.set(line.instanceId, Math.max(at, readyAt.get(line.instanceId) ?? at));
    if (line.kind === "action-ended" && line.how === "call") {
      const isRunning = (running.get(line.instanceId)?.size ?? 0) > 0;
      lags.push(isRunning ? undefined : (at - (readyAt.get(line.instanceId) ?? at)) / 1_000);
    }
  }
  return lags;
}

/** Lets the clusters of a world list their instances in this order. */
export function listInOrder({ world }: Simulation, order: ListOrder): void {
  const random = world.random("order of lists");
  for (const { containerInstances } of world.clusters.all) {
    const listed = [...containerInstances];
    containerInstances.clear();
    // Auto Scaling takes the oldest first, and ECS here lists them in the order of their registration.
    for (const [arn, each] of order === "any" ? random.shuffled(listed) : listed.reverse())
      containerInstances.set(arn, each);
  }
}
