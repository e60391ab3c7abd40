import type { GroupInstance } from "./autoscaling/model.ts";
import type { Task } from "./ecs/model.ts";
import type { World } from "./world.ts";

/** The present world, for people and tests. No AWS API shows all of this. Times are ISO strings. */
export function snapshot(world: World) {
  return {
    now: iso(world.agenda.now),
    instances: world.instances.all.map(({ id, state }) => ({
      id,
      state: state.latest,
      since: iso(state.since),
    })),
    queues: world.queues.all.map((queue) => {
      const { visible, inFlight, delayed } = queue.counts();
      return {
        name: queue.name,
        visible,
        in_flight: inFlight,
        delayed,
        waiting_receives: queue.waitingReceives,
      };
    }),
    groups: world.groups.all.map((group) => ({
      name: group.name,
      desired: group.desired,
      instances: [...group.instances.values()].map(groupInstance),
    })),
    clusters: world.clusters.all.map((cluster) => ({
      name: cluster.name,
      container_instances: [...cluster.containerInstances.values()].map((each) => ({
        arn: each.arn,
        instance_id: each.instanceId,
        status: each.status.latest,
        agent_connected: each.agentConnected.latest,
      })),
      tasks: world.clusters.known(cluster).map(taskOf),
    })),
    target_groups: world.targetGroups.all.map((group) => ({
      name: group.settings.name,
      arn: group.settings.arn,
      targets: group.targets
        .filter(({ state }) => state.latest !== "gone")
        .map(({ id, port, state }) => ({ id, port, state: state.latest, since: iso(state.since) })),
    })),
    load_balancers: world.classic.all.map((each) => ({ name: each.name, ...each.instanceIds() })),
    events: world.eventBuses.events.map(({ id, bus, source, detailType, detail, at }) => ({
      id,
      bus,
      source,
      detail_type: detailType,
      detail: JSON.parse(detail) as unknown,
      time: iso(at),
    })),
  };
}

function groupInstance({ instanceId, state, actions }: GroupInstance) {
  return {
    instance_id: instanceId,
    state: state.latest ?? "gone",
    since: iso(state.since),
    actions: actions.map(({ hook, token, startedAt, timer, ended }) => ({
      hook: hook.name,
      token,
      started_at: iso(startedAt),
      ...(ended ? { ended: ended.how, result: ended.result } : { times_out_at: iso(timer.at) }),
    })),
  };
}

function taskOf(task: Task) {
  return {
    arn: task.arn,
    service: task.service?.name ?? null,
    instance_id: task.containerInstance.instanceId,
    status: task.lastStatus.latest,
    since: iso(task.lastStatus.since),
    host_ports: task.bindings.map(({ hostPort }) => hostPort),
    address: task.address ?? null,
    // The truth; the status is what ECS shows.
    containers: task.containers.latest,
    protected_until: task.protectedUntil === undefined ? null : iso(task.protectedUntil),
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
