import { arn, vpcIdOf } from "../kernel/account.ts";
import { type Group, type Hook, LAUNCHING, TERMINATING } from "../services/autoscaling/model.ts";
import type { InterfaceGiven } from "../services/ec2/network-interfaces.ts";
import type { World } from "../services/world.ts";
import type { ScenarioGroup, ScenarioHook } from "./schema.ts";

const ROLE = "arn:aws:iam::123456789012:role/hook";

/** A scenario's hook in Auto Scaling's terms. */
export function hookOf(world: World, hook: ScenarioHook): Hook {
  const target = targetOf(world, hook);
  return {
    name: hook.name,
    transition: hook.transition === "launching" ? LAUNCHING : TERMINATING,
    targetArn: target,
    roleArn: target && ROLE,
    metadata: hook.metadata,
    heartbeatTimeout: hook.heartbeat_timeout_seconds,
    defaultResult: hook.default_result,
  };
}

function targetOf({ topics }: World, { queue, topic }: ScenarioHook): string | undefined {
  if (topic !== undefined) return topics.byName(topic)?.arn;
  return queue && arn("sqs", queue);
}

/** Creates an Auto Scaling group with its hooks, its warm pool and its instances. Throws as AWS does. */
export function buildGroup(world: World, given: ScenarioGroup): void {
  const desired = given.instance_ids?.length ?? given.instances;
  const group = world.groups.create({
    name: given.name,
    minSize: 0,
    maxSize: given.max_size,
    desired,
    launching: {
      bootSeconds: given.boot_seconds,
      cluster: given.cluster,
      vpcId: vpcIdOf(given.vpc),
      interfaces: interfacesOf(given),
      host: {
        taskSlots: given.task_slots ?? Number.POSITIVE_INFINITY,
        resources: {
          cpu: given.cpu ?? Number.POSITIVE_INFINITY,
          memory: given.memory ?? Number.POSITIVE_INFINITY,
        },
        attributes: new Map(Object.entries(given.attributes)),
      },
      joinSeconds: given.joins_after_seconds,
      instanceIds: [...(given.instance_ids ?? []), ...(given.warm_pool?.instance_ids ?? [])],
      isSpot: given.spot,
      started: (instanceId) => registerItself(world, given, instanceId),
    },
  });
  attach(world, group, given);
  group.retain = given.on_abandon === "retain";
  group.rebalances = given.capacity_rebalance;
  group.protectsNew = given.protect_new_instances;
  if (given.warm_pool) {
    const { state: poolState, instance_ids, reuse_on_scale_in: reuseOnScaleIn } = given.warm_pool;
    const maxPrepared = desired + instance_ids.length;
    world.groups.putWarmPool(group, { poolState, reuseOnScaleIn, minSize: 0, maxPrepared });
  }
  for (const hook of given.hooks) world.groups.putHook(group, hookOf(world, hook));
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

function interfacesOf({ network_interfaces, vpc }: ScenarioGroup): Record<string, InterfaceGiven[]> {
  return Object.fromEntries(
    Object.entries(network_interfaces).map(([id, interfaces]) => [
      id,
      interfaces.map(({ vpc: own = vpc, ...held }) => ({ ...held, vpcId: vpcIdOf(own) })),
    ]),
  );
}

function registerItself(world: World, given: ScenarioGroup, instanceId: string): void {
  for (const { name, port } of given.registers_with.target_groups) {
    const targetGroup = world.targetGroups.byName(name);
    const isByAddress = targetGroup?.settings.targetType === "ip";
    const id = isByAddress ? (world.instances.get(instanceId)?.privateIp ?? instanceId) : instanceId;
    targetGroup?.register(id, port ?? targetGroup.settings.port, "operator");
  }
  for (const name of given.registers_with.load_balancers)
    world.classic.find(name)?.register([instanceId], "operator");
}
