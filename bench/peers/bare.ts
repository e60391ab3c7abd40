import type { Simulation } from "../../simulator/cloud/simulation.ts";
import type { StoryLine } from "../../simulator/kernel/story.ts";

/** From DRAINING to the end of an instance's tasks, in seconds. */
const DRAIN_SECONDS = 60;

/**
 * How ECS lists container instances, which AWS says nothing of: in any order, the same in each run; or so that those which
 * go come last, on the last page.
 */
export type ListOrder = "any" | "going last";

/**
 * Makes a world without load balancers fit to compare the peers on. Its clusters list their instances in this order. The tasks
 * of an instance stop some time after it is set DRAINING, all at once and without a last phase.
 */
export function prepareBare(simulation: Simulation, order: ListOrder): void {
  listInOrder(simulation, order);
  stopTasks(simulation);
}

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

function listInOrder({ world }: Simulation, order: ListOrder): void {
  const random = world.random("order of lists");
  for (const { containerInstances } of world.clusters.all) {
    const listed = [...containerInstances];
    containerInstances.clear();
    // Auto Scaling takes the oldest first, and ECS here lists them in the order of their registration.
    for (const [arn, each] of order === "any" ? random.shuffled(listed) : listed.reverse())
      containerInstances.set(arn, each);
  }
}

function stopTasks({ world }: Simulation): void {
  world.story.listen((line) => {
    if (line.kind !== "container-instance" || line.status !== "DRAINING") return;
    world.agenda.in(DRAIN_SECONDS * 1_000, () => {
      const cluster = world.clusters.byName(line.cluster);
      for (const task of [...cluster.tasks.values()]) {
        if (task.containerInstance.instanceId === line.instanceId) {
          world.clusters.tasks.stop(task, "UserInitiated", "its work is done");
        }
      }
    });
  });
}
