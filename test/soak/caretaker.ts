import type { Scenario } from "../../simulator/scenario/schema.ts";
import { isEnded } from "../../simulator/services/ec2/instances.ts";
import type { World } from "../../simulator/services/world.ts";
import type { Place } from "../simulation/world.ts";

/** ECS keeps the container instance of an instance that died without its agent; somebody takes it out after this long. */
const LEFT_BEHIND_MS = 3_600_000;

/**
 * Does what the people do who run such a fleet, so that it stays what it was: the groups, their pools and the services get
 * back their sizes, and what dead instances have left behind in their clusters is taken out.
 */
export function takeCare(world: World, { auto_scaling_groups: groups, clusters }: Scenario): void {
  for (const { name, instances, warm_pool: pool } of groups) {
    const group = world.groups.byName(name);
    world.groups.setDesired(group, instances);
    if (!pool || !group.warmPool) continue;
    world.groups.putWarmPool(group, {
      ...group.warmPool,
      minSize: 0,
      maxPrepared: instances + pool.instance_ids.length,
    });
  }
  for (const { name, services } of clusters) {
    const cluster = world.clusters.byName(name);
    for (const given of services.filter(({ scheduling_strategy: strategy }) => strategy === "REPLICA")) {
      const service = cluster.services.get(given.name);
      if (!service) continue;
      service.desiredCount = given.desired_count;
      world.clusters.changed(service);
    }
    for (const each of cluster.containerInstances.values()) {
      const instance = world.instances.get(each.instanceId);
      const isLeftBehind =
        !instance || (isEnded(instance) && instance.state.since < world.agenda.now - LEFT_BEHIND_MS);
      if (isLeftBehind) world.clusters.agents.deregister(each, true, "operator");
    }
  }
}

/**
 * The world as a scenario has it, with the instances that its groups and their pools have now; a group without any is left
 * out.
 */
export function asItIs(place: Place, world: World): Place {
  const groups = place.auto_scaling_groups.map((given) => {
    const all = [...world.groups.byName(given.name).instances.values()];
    const idsOf = (isWanted: (state: string) => boolean) =>
      all.filter(({ state }) => isWanted(state.latest ?? "")).map(({ instanceId }) => instanceId);
    const pool = given.warm_pool && {
      warm_pool: { ...given.warm_pool, instance_ids: idsOf((state) => state.startsWith("Warmed:")) },
    };
    return { ...given, instance_ids: idsOf((state) => state === "InService"), ...pool };
  });
  return { ...place, auto_scaling_groups: groups.filter(({ instance_ids: ids }) => ids.length > 0) };
}
