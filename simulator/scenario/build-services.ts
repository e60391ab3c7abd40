import { readConstraints } from "../services/ecs/constraints.ts";
import {
  type Cluster,
  type Container,
  defaultPercents,
  idOf,
  type ServiceLoadBalancer,
  type TaskDefinition,
} from "../services/ecs/model.ts";
import { isSchedulable } from "../services/ecs/placement.ts";
import type { World } from "../services/world.ts";
import { AwsError } from "../wire/errors.ts";
import type { ScenarioService, ScenarioTask, ScenarioTasks } from "./schema.ts";

const ROLE = "arn:aws:iam::123456789012:role/ecsInfrastructureRole";

/** Creates an ECS service, and its bounds as a scalable target where it has some. Throws as AWS does. */
export function buildService(world: World, cluster: Cluster, given: ScenarioService): void {
  const defaults = defaultPercents(given.scheduling_strategy);
  world.clusters.createService(cluster, {
    name: given.name,
    strategy: given.scheduling_strategy,
    deployment: given.deployment,
    launchType: given.launch_type,
    constraints: readConstraints(given.placement_constraints),
    bakeSeconds: given.bake_seconds,
    desiredCount: given.scheduling_strategy === "DAEMON" ? 0 : given.desired_count,
    minimumHealthyPercent: given.minimum_healthy_percent ?? defaults.minimumHealthyPercent,
    maximumPercent: given.maximum_percent ?? defaults.maximumPercent,
    version: {
      definition: define(world, given.name, given.task),
      named: loadBalancersOf(world, given.load_balancers, given.task.container),
    },
  });
  if (given.scaling) {
    const { min, max } = given.scaling;
    world.scalableTargets.register(`service/${cluster.name}/${given.name}`, min, max);
  }
}

/** The load balancers of a service in ECS's terms. */
export function loadBalancersOf(
  { targetGroups }: World,
  given: ScenarioService["load_balancers"],
  containerName: string,
): ServiceLoadBalancer[] {
  const arnOf = (name: string | undefined) =>
    name === undefined ? undefined : targetGroups.byName(name)?.settings.arn;
  return given.map((each) => {
    const targetGroupArn = arnOf(each.target_group);
    const alternateTargetGroupArn = arnOf(each.alternate_target_group);
    const listener = [...targetGroups.listeners.values()].find(
      (one) => one.targetGroupArn === targetGroupArn,
    );
    return {
      targetGroupArn,
      loadBalancerName: each.load_balancer,
      containerName,
      containerPort: each.container_port,
      ...(alternateTargetGroupArn
        ? {
            advancedConfiguration: {
              alternateTargetGroupArn,
              productionListenerRule: listener?.arn.replace(":listener/", ":listener-rule/"),
              roleArn: ROLE,
            },
          }
        : {}),
    };
  });
}

/** Starts standalone tasks on the named instances, or where there is room. Throws as RunTask does. */
export function runTasks(world: World, tasks: ScenarioTasks): void {
  const cluster = world.clusters.byName(tasks.cluster);
  const definition = define(world, tasks.family, tasks.task);
  const usable = [...cluster.containerInstances.values()].filter(isSchedulable);
  const chosen = tasks.instance_ids
    ? usable.filter((each) => tasks.instance_ids?.includes(each.instanceId))
    : Array.from({ length: tasks.count }, (_, i) => usable[i % Math.max(1, usable.length)]);
  for (const containerInstance of chosen) {
    if (!containerInstance)
      throw new AwsError(
        "InvalidParameterException",
        "No Container Instances were found in your cluster.",
        400,
      );
    world.clusters.tasks.start(cluster, {
      definition,
      containerInstance,
      group: tasks.group ?? `family:${tasks.family}`,
      startedBy: tasks.started_by
        ?.replaceAll("{instance_id}", containerInstance.instanceId)
        .replaceAll("{container_instance_id}", idOf(containerInstance.arn)),
      service: undefined,
      version: undefined,
    });
  }
}

function define(world: World, family: string, task: ScenarioTask): TaskDefinition {
  const containerOf = (each: ScenarioTask["sidecars"][number]): Container => ({
    name: each.name,
    essential: each.essential,
    ports: each.ports.map(({ container_port, host_port }) => ({
      containerPort: container_port,
      hostPort: host_port,
    })),
    stopTimeout: each.stop_timeout_seconds,
    dependsOn: each.depends_on,
    startSeconds: each.start_seconds,
    stopSeconds: each.stop_seconds,
    runSeconds: each.run_seconds,
  });
  const first = { ...task, name: task.container, essential: true };
  return world.clusters.define({
    family,
    networkMode: task.network_mode,
    containers: [first, ...task.sidecars].map(containerOf),
    resources: { cpu: task.cpu, memory: task.memory },
    behaviour: {
      protectedSeconds: task.protected_seconds,
      deletedSeconds: task.deleted_seconds,
      neverStops: task.never_stops,
    },
  });
}
