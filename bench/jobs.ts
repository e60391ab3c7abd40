import type { Simulation } from "../simulator/cloud/simulation.ts";
import type { Fleet } from "./fleet.ts";

/** From DRAINING to the end of an instance's jobs in a world without load balancers, in seconds. */
const BARE_SECONDS = 60;

/**
 * Ends the standalone tasks of each instance some time after it is set DRAINING, all at once and without a last phase. Those of
 * the instance that is set DRAINING next end later, if the fleet says so.
 */
export function endJobs({ world }: Simulation, { bare = false, endEachSeconds }: Fleet): void {
  if (!bare && endEachSeconds === undefined) return;
  let draining = 0;
  world.story.listen((line) => {
    if (line.kind !== "container-instance" || line.status !== "DRAINING") return;
    draining += 1;
    const seconds = endEachSeconds === undefined ? BARE_SECONDS : draining * endEachSeconds;
    world.agenda.in(seconds * 1_000, () => {
      const cluster = world.clusters.byName(line.cluster);
      for (const task of [...cluster.tasks.values()]) {
        if (task.service === undefined && task.containerInstance.instanceId === line.instanceId) {
          world.clusters.tasks.stop(task, "UserInitiated", "its work is done");
        }
      }
    });
  });
}
