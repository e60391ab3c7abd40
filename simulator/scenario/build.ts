import { arn } from "../kernel/account.ts";
import type { Group, Hook } from "../services/autoscaling/model.ts";
import { type Behaviour, type Cluster, idOf, type TaskDefinition } from "../services/ecs/model.ts";
import type { World } from "../services/world.ts";
import { AwsError } from "../wire/errors.ts";
import { ScenarioError } from "./read.ts";
import type {
  Scenario,
  ScenarioGroup,
  ScenarioHook,
  ScenarioService,
  ScenarioTask,
  ScenarioTasks,
} from "./schema.ts";

/** A scenario's world is built this long before it starts, so that all is running and healthy by then. */
export const WARM_UP_MS = 3_600_000;
/** Standalone tasks start last, when there is somewhere to run. */
const TASKS_BEFORE_START_MS = 600_000;
const ROLE = "arn:aws:iam::123456789012:role/hook";

/**
 * Puts a scenario's world into an empty account whose time is `WARM_UP_MS` before the scenario's start, and lets that time
 * pass. Throws a ScenarioError that names the part of the file when AWS would not take it.
 */
export function buildWorld(world: World, scenario: Scenario): void {
  let part = "";
  try {
    buildParts(world, scenario, (key, i) => {
      part = `${key}[${i}]`;
    });
    world.agenda.settle(world.agenda.now + WARM_UP_MS);
  } catch (error) {
    throw asScenarioError(`${scenario.name}: ${part}`, error);
  }
}

/** What AWS answered to a part of a scenario, as that part's fault; any other error is passed through. */
export function asScenarioError(part: string, error: unknown): unknown {
  return error instanceof AwsError
    ? new ScenarioError(`${part}: ${error.code}: ${error.message}`, { cause: error })
    : error;
}

function buildParts(world: World, scenario: Scenario, begin: (key: keyof Scenario, i: number) => void): void {
  for (const [i, queue] of scenario.queues.entries()) {
    begin("queues", i);
    const target = queue.dead_letter_queue;
    world.queues.create(queue.name, {
      VisibilityTimeout: String(queue.visibility_timeout_seconds),
      MessageRetentionPeriod: String(queue.retention_seconds),
      DelaySeconds: String(queue.delay_seconds),
      ...(target
        ? {
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: arn("sqs", target),
              maxReceiveCount: queue.max_receive_count,
            }),
          }
        : {}),
    });
  }
  for (const { queue } of scenario.event_rules) world.eventRules.add(queue);
  for (const [i, group] of scenario.target_groups.entries()) {
    begin("target_groups", i);
    const { settings } = world.targetGroups.create({
      name: group.name,
      protocol: group.protocol,
      port: group.port,
      targetType: group.target_type,
      delaySeconds: group.deregistration_delay_seconds,
      healthySeconds: group.healthy_after_seconds,
    });
    if (group.unusable_addresses)
      world.targetGroups.createLoadBalancer(`${group.name}-nlb`, "network", group.unusable_addresses);
    if (!group.in_use) continue;
    const loadBalancer = world.targetGroups.createLoadBalancer(`${group.name}-lb`, "application");
    world.targetGroups.createListener(loadBalancer.arn, settings.arn);
  }
  for (const [i, each] of scenario.load_balancers.entries()) {
    begin("load_balancers", i);
    world.classic.create({
      name: each.name,
      listeners: each.listeners.map(({ port, instance_port, protocol }) => ({
        port,
        protocol,
        instancePort: instance_port,
      })),
      draining: {
        enabled: each.connection_draining_seconds > 0,
        timeoutSeconds: Math.max(1, each.connection_draining_seconds),
      },
      requestSeconds: each.requests_finish_after_seconds,
    });
  }
  for (const { name, addresses } of scenario.clusters) world.clusters.create(name, addresses);
  for (const [i, group] of scenario.auto_scaling_groups.entries()) {
    begin("auto_scaling_groups", i);
    buildGroup(world, group);
  }
  for (const [i, { name, services }] of scenario.clusters.entries()) {
    begin("clusters", i);
    for (const service of services) buildService(world, world.clusters.byName(name), service);
  }
  world.agenda.in(WARM_UP_MS - TASKS_BEFORE_START_MS, () => {
    for (const [i, tasks] of scenario.tasks.entries()) {
      begin("tasks", i);
      runTasks(world, tasks);
    }
  });
}

/** Starts standalone tasks, on the instances named or where there is room. Throws as RunTask does. */
export function runTasks(world: World, tasks: ScenarioTasks): void {
  const cluster = world.clusters.byName(tasks.cluster);
  const definition = define(world, tasks.family, tasks.task);
  const usable = [...cluster.containerInstances.values()].filter((each) => each.status.latest === "ACTIVE");
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
    });
  }
}

/** A scenario's hook in Auto Scaling's terms. */
export function hookOf(hook: ScenarioHook): Hook {
  return {
    name: hook.name,
    transition:
      hook.transition === "launching"
        ? "autoscaling:EC2_INSTANCE_LAUNCHING"
        : "autoscaling:EC2_INSTANCE_TERMINATING",
    targetArn: hook.queue && arn("sqs", hook.queue),
    roleArn: hook.queue && ROLE,
    metadata: hook.metadata,
    heartbeatTimeout: hook.heartbeat_timeout_seconds,
    defaultResult: hook.default_result,
  };
}

function buildGroup(world: World, given: ScenarioGroup): void {
  const desired = given.instance_ids?.length ?? given.instances;
  const group = world.groups.create({
    name: given.name,
    minSize: 0,
    maxSize: given.max_size,
    desired,
    launching: {
      bootSeconds: given.boot_seconds,
      cluster: given.cluster,
      taskSlots: given.task_slots ?? Number.POSITIVE_INFINITY,
      instanceIds: [...(given.instance_ids ?? []), ...(given.warm_pool?.instance_ids ?? [])],
      started: (instanceId) => registerItself(world, given, instanceId),
    },
  });
  attach(world, group, given);
  group.retain = given.on_abandon === "retain";
  if (given.warm_pool) {
    const { state: poolState, instance_ids, reuse_on_scale_in: reuseOnScaleIn } = given.warm_pool;
    const maxPrepared = desired + instance_ids.length;
    world.groups.putWarmPool(group, { poolState, reuseOnScaleIn, minSize: 0, maxPrepared });
  }
  for (const hook of given.hooks) world.groups.putHook(group, hookOf(hook));
  for (const [key, value] of Object.entries(given.tags)) group.tags.set(key, value);
  if (given.managed_draining && given.cluster)
    world.managedDraining.enable(world.clusters.byName(given.cluster), group);
}

function attach(world: World, group: Group, given: ScenarioGroup): void {
  for (const name of given.target_groups) {
    const targetGroup = world.targetGroups.byName(name);
    if (targetGroup) group.targetGroupArns.add(targetGroup.settings.arn);
  }
  for (const name of given.load_balancers) group.loadBalancerNames.add(name);
}

function registerItself(world: World, given: ScenarioGroup, instanceId: string): void {
  for (const { name, port } of given.registers_with.target_groups) {
    const targetGroup = world.targetGroups.byName(name);
    targetGroup?.register(instanceId, port ?? targetGroup.settings.port, "operator");
  }
  for (const name of given.registers_with.load_balancers)
    world.classic.find(name)?.register([instanceId], "operator");
}

function buildService(world: World, cluster: Cluster, given: ScenarioService): void {
  const daemon = given.scheduling_strategy === "DAEMON";
  world.clusters.createService(cluster, {
    name: given.name,
    strategy: given.scheduling_strategy,
    definition: define(world, given.name, given.task),
    desiredCount: daemon ? 0 : given.desired_count,
    minimumHealthyPercent: given.minimum_healthy_percent ?? (daemon ? 0 : 100),
    maximumPercent: given.maximum_percent ?? (daemon ? 100 : 200),
    loadBalancers: given.load_balancers.map((each) => ({
      targetGroupArn: each.target_group && world.targetGroups.byName(each.target_group)?.settings.arn,
      loadBalancerName: each.load_balancer,
      containerName: given.task.container,
      containerPort: each.container_port,
    })),
  });
  if (given.scaling) {
    const { min, max } = given.scaling;
    world.scalableTargets.register(`service/${cluster.name}/${given.name}`, min, max);
  }
}

function define(world: World, family: string, task: ScenarioTask): TaskDefinition {
  const behaviour: Behaviour = {
    startSeconds: task.start_seconds,
    stopSeconds: task.stop_seconds,
    runSeconds: task.run_seconds,
    protectedSeconds: task.protected_seconds,
  };
  return world.clusters.define({
    family,
    networkMode: task.network_mode,
    container: task.container,
    ports: task.ports.map((each) => ({ containerPort: each.container_port, hostPort: each.host_port })),
    stopTimeout: task.stop_timeout_seconds,
    behaviour,
  });
}
