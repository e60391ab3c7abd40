import type { Ground } from "../kernel/ground.ts";
import type { Groups } from "./autoscaling/groups.ts";
import { type Group, type Hook, type LifecycleAction, TERMINATING } from "./autoscaling/model.ts";
import type { Clusters } from "./ecs/clusters.ts";
import { type Cluster, type ContainerInstance, MANAGED_DRAINING_HOOK } from "./ecs/model.ts";

const HOOK: Hook = {
  name: MANAGED_DRAINING_HOOK,
  transition: TERMINATING,
  // ECS learns of it through EventBridge, which needs no target.
  targetArn: undefined,
  roleArn: undefined,
  metadata: undefined,
  heartbeatTimeout: 3600,
  defaultResult: "CONTINUE",
};
const EVENT_MS = 1_000;
const CHECK_MS = 10_000;
/** ECS waits for up to 48 hours, so it must send heartbeats. How often it does so is an assumption. */
const HEARTBEAT_MS = 1_800_000;

/** An instance that ECS drains. */
type Draining = {
  readonly cluster: Cluster;
  readonly group: Group;
  readonly instanceId: string;
  readonly action: LifecycleAction;
  /** When the hook's timer last started, in milliseconds since 1970. */
  heartbeatAt: number;
};

/**
 * ECS's managed draining. When its group terminates an instance, ECS sets it DRAINING. When the instance's tasks have stopped,
 * ECS completes a hook of its own.
 *
 * Amazon ECS Developer Guide, "Safely stop Amazon ECS workloads running on EC2 instances".
 */
export class ManagedDraining {
  readonly #world: Ground & { readonly clusters: Clusters; readonly groups: Groups };
  readonly #clusterOf = new Map<Group, Cluster>();

  constructor(world: Ground & { readonly clusters: Clusters; readonly groups: Groups }) {
    this.#world = world;
    world.groups.notifications.onBegun((group, instanceId, action) => {
      const cluster = this.#clusterOf.get(group);
      if (!cluster || action.hook.name !== MANAGED_DRAINING_HOOK) return;
      world.agenda.in(EVENT_MS, () =>
        this.#begin({ cluster, group, instanceId, action, heartbeatAt: world.agenda.now }),
      );
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

  #begin(draining: Draining): void {
    for (const each of registered(draining)) this.#world.clusters.setStatus(each, "DRAINING", "ecs");
    this.#check(draining);
  }

  #check(draining: Draining): void {
    const { group, instanceId, action } = draining;
    if (action.ended) return;
    const { agenda, groups } = this.#world;
    const key = { hook: MANAGED_DRAINING_HOOK, token: action.token, instanceId };
    if (registered(draining).every(({ tasks }) => tasks.size === 0)) {
      groups.actions.complete(group, key, "CONTINUE", "ecs");
      return;
    }
    if (agenda.now - draining.heartbeatAt >= HEARTBEAT_MS) {
      groups.actions.heartbeat(group, key);
      draining.heartbeatAt = agenda.now;
    }
    agenda.in(CHECK_MS, () => this.#check(draining));
  }
}

function registered({ cluster, instanceId }: Draining): ContainerInstance[] {
  return [...cluster.containerInstances.values()].filter(
    (each) => each.instanceId === instanceId && each.status.latest !== "INACTIVE",
  );
}
