import type { Ground } from "../kernel/ground.ts";
import type { Groups } from "./autoscaling/groups.ts";
import type { Group, Hook, LifecycleAction } from "./autoscaling/model.ts";
import type { Clusters } from "./ecs/clusters.ts";
import { type Cluster, type ContainerInstance, MANAGED_DRAINING_HOOK } from "./ecs/model.ts";

const HOOK: Hook = {
  name: MANAGED_DRAINING_HOOK,
  transition: "autoscaling:EC2_INSTANCE_TERMINATING",
  // ECS hears of it through EventBridge, which needs no target.
  targetArn: undefined,
  roleArn: undefined,
  metadata: undefined,
  heartbeatTimeout: 3600,
  defaultResult: "CONTINUE",
};
const EVENT_MS = 1_000;
const LOOK_MS = 10_000;
/** ECS waits for up to 48 hours, so it must keep its hook alive; how often it does so is an assumption. */
const HEARTBEAT_MS = 1_800_000;

/**
 * ECS's managed draining: it sets an instance that its group terminates DRAINING, and completes a hook of its own when
 * the instance's tasks have stopped (Amazon ECS Developer Guide, "Safely stop Amazon ECS workloads running on EC2
 * instances").
 */
export class ManagedDraining {
  readonly #world: Ground & { readonly clusters: Clusters; readonly groups: Groups };
  readonly #clusterOf = new Map<Group, Cluster>();

  constructor(world: Ground & { readonly clusters: Clusters; readonly groups: Groups }) {
    this.#world = world;
    world.groups.notifications.onBegun((group, instanceId, action) => {
      const cluster = this.#clusterOf.get(group);
      if (!cluster || action.hook.name !== MANAGED_DRAINING_HOOK) return;
      world.agenda.in(EVENT_MS, () => this.#drain(cluster, group, instanceId, action));
    });
  }

  /** Makes a group the capacity provider of a cluster, with managed draining. */
  enable(cluster: Cluster, group: Group): void {
    cluster.capacityProviders.push({
      name: `${group.name}-capacity`,
      cluster: cluster.name,
      group,
      managedDraining: true,
    });
    this.#clusterOf.set(group, cluster);
    this.#world.groups.putHook(group, HOOK);
  }

  #drain(cluster: Cluster, group: Group, instanceId: string, action: LifecycleAction): void {
    for (const each of registered(cluster, instanceId))
      this.#world.clusters.setStatus(each, "DRAINING", "ecs");
    this.#look(cluster, group, instanceId, action, this.#world.agenda.now);
  }

  #look(cluster: Cluster, group: Group, instanceId: string, action: LifecycleAction, beatAt: number): void {
    if (action.ended) return;
    const { agenda, groups } = this.#world;
    const key = { hook: MANAGED_DRAINING_HOOK, token: action.token, instanceId };
    if (registered(cluster, instanceId).every(({ tasks }) => tasks.size === 0)) {
      groups.actions.complete(group, key, "CONTINUE", "ecs");
      return;
    }
    const isDue = agenda.now - beatAt >= HEARTBEAT_MS;
    if (isDue) groups.actions.heartbeat(group, key);
    agenda.in(LOOK_MS, () => this.#look(cluster, group, instanceId, action, isDue ? agenda.now : beatAt));
  }
}

function registered(cluster: Cluster, instanceId: string): ContainerInstance[] {
  return [...cluster.containerInstances.values()].filter(
    (each) => each.instanceId === instanceId && each.status.latest !== "INACTIVE",
  );
}
