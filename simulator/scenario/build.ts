import { arn, vpcIdOf } from "../kernel/account.ts";
import type { World } from "../services/world.ts";
import { AwsError } from "../wire/errors.ts";
import { buildGroup } from "./build-groups.ts";
import { buildService, runTasks } from "./build-services.ts";
import { ScenarioError } from "./read.ts";
import type { Scenario } from "./schema.ts";

/** A scenario's world is built this long before its start, so that all is running and healthy by then. */
export const WARM_UP_MS = 3_600_000;
/** Standalone tasks start last, when there is somewhere to run. */
const TASKS_BEFORE_START_MS = 600_000;

/**
 * Builds a scenario's world in an empty account, and lets `WARM_UP_MS` pass, until the scenario's start. Throws a
 * ScenarioError that names the part of the file when AWS would refuse it.
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

/** An error of AWS becomes a ScenarioError that names the part of the scenario. Any other error is returned as it is. */
export function asScenarioError(part: string, error: unknown): unknown {
  return error instanceof AwsError
    ? new ScenarioError(`${part}: ${error.code}: ${error.message}`, { cause: error })
    : error;
}

function buildParts(world: World, scenario: Scenario, begin: (key: keyof Scenario, i: number) => void): void {
  // The order counts: each part may name those before it.
  for (const [i, queue] of scenario.queues.entries()) {
    begin("queues", i);
    buildQueue(world, queue);
  }
  for (const { name, account, queues: subscriptions } of scenario.topics)
    world.topics.create(name, subscriptions, account);
  for (const rule of scenario.event_rules) world.eventRules.add(rule);
  for (const [i, group] of scenario.target_groups.entries()) {
    begin("target_groups", i);
    buildTargetGroup(world, group);
  }
  for (const [i, each] of scenario.load_balancers.entries()) {
    begin("load_balancers", i);
    buildLoadBalancer(world, each);
  }
  for (const { name, addresses, tags, trunking } of scenario.clusters) {
    const cluster = world.clusters.create(name, addresses);
    cluster.hasTrunks = trunking;
    for (const [key, value] of Object.entries(tags)) cluster.tags.set(key, value);
  }
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

function buildQueue({ queues }: World, queue: Scenario["queues"][number]): void {
  const target = queue.dead_letter_queue;
  const redrive = target && {
    deadLetterTargetArn: arn("sqs", target),
    maxReceiveCount: queue.max_receive_count,
  };
  queues.create(queue.name, {
    VisibilityTimeout: String(queue.visibility_timeout_seconds),
    MessageRetentionPeriod: String(queue.retention_seconds),
    DelaySeconds: String(queue.delay_seconds),
    ...(redrive ? { RedrivePolicy: JSON.stringify(redrive) } : {}),
    ...(queue.policy ? { Policy: JSON.stringify(queue.policy) } : {}),
  });
}

function buildTargetGroup({ targetGroups, firings }: World, group: Scenario["target_groups"][number]): void {
  const created = targetGroups.create({
    name: group.name,
    protocol: group.protocol,
    port: group.port,
    targetType: group.target_type,
    vpcId: vpcIdOf(group.vpc),
    delaySeconds: group.deregistration_delay_seconds,
    healthySeconds: group.healthy_after_seconds,
  });
  if (group.unhealthy) {
    created.failHealthChecks(true);
    firings.count("targets never healthy");
  }
  if (group.unusable_addresses)
    targetGroups.createLoadBalancer(`${group.name}-nlb`, "network", group.unusable_addresses);
  if (!group.in_use) return;
  const loadBalancer = targetGroups.createLoadBalancer(`${group.name}-lb`, "application");
  targetGroups.createListener(loadBalancer.arn, created.settings.arn);
}

function buildLoadBalancer({ classic }: World, given: Scenario["load_balancers"][number]): void {
  classic.create({
    name: given.name,
    listeners: given.listeners.map(({ port, instance_port, protocol }) => ({
      port,
      protocol,
      instancePort: instance_port,
    })),
    draining: {
      enabled: given.connection_draining_seconds > 0,
      timeoutSeconds: Math.max(1, given.connection_draining_seconds),
    },
    requestSeconds: given.requests_finish_after_seconds,
  });
}
