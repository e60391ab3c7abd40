import type { Simulation } from "../cloud/simulation.ts";
import type { ClassicFacts, DamageFacts, ServiceFacts, TargetGroupFacts } from "../judge/damage-ledger.ts";
import type { Scope } from "../judge/scope.ts";
import type { TaskThere } from "../judge/whereabouts.ts";
import { exitSeconds } from "../services/ecs/containers.ts";
import type { TargetState } from "../services/elbv2/target-group.ts";
import type { World } from "../services/world.ts";
import { disturbancesIn } from "./disturbances.ts";
import type { Input, Inputs } from "./inputs.ts";
import {
  existsIn,
  isClusterIn,
  isOursIn,
  lateByOf,
  readSinceIn,
  scopesIn,
  servicesIn,
  sweepIntervalOf,
} from "./judging.ts";
import { isNetworkProtocol } from "./network-protocols.ts";
import { noticePolicies } from "./notice-policies.ts";
import { replacingBy } from "./replacing.ts";
import type { Scenario } from "./schema.ts";
import { toldIn } from "./told.ts";

/** What the ledger of damage asks of a scenario and its world. `suspects` are the names under which the functions call AWS. */
export function damageFactsOf(
  scenario: Scenario,
  { simulation, inputs }: { readonly simulation: Simulation; readonly inputs: Inputs },
  suspects: readonly string[],
): DamageFacts {
  const { world } = simulation;
  const startsAt = Date.parse(scenario.starts_at);
  const isOurs: ReadonlySet<string> = new Set(suspects);
  const scopeOf = scopesIn(world, inputs);
  return {
    suspects: isOurs,
    scopeOf,
    hookChangedAt: (group, hook) =>
      world.groups.find(group)?.hooksChangedAt.get(hook) ?? Number.NEGATIVE_INFINITY,
    scopeOfGroup: scopesOfGroups(world, scopeOf),
    isSwept: (group, cluster) => isSwept(inputs.of("terminate"), group, cluster),
    readSince: () => readSinceIn(simulation),
    readLag: () => simulation.readLag,
    wasTold: toldIn(simulation, suspects),
    isDry: (caller) => inputs.of(caller).dry_run === true,
    isOursBy: isOursIn(inputs),
    services: servicesIn(world),
    exists: existsIn(world),
    isCluster: isClusterIn(world),
    targetGroup: (name) => targetGroupFacts(world, name),
    registersItself: (group, place) =>
      scenario.auto_scaling_groups.some(
        ({ name, registers_with: own }) =>
          name === group &&
          (own.load_balancers.includes(place) || own.target_groups.some((each) => each.name === place)),
      ),
    service: (cluster, service) => serviceFacts(world, cluster, service),
    isDaemon: (cluster, service) =>
      world.clusters.find(cluster)?.services.get(service)?.strategy === "DAEMON",
    classic: (name) => classicFacts(world, name),
    listensAnywhere: ({ cluster, arn, hostPorts }) =>
      hostPorts.length === 0 &&
      world.clusters.find(cluster)?.tasks.get(arn)?.definition.networkMode === "host",
    needs: (task) => needs(world, task),
    noticePolicy: noticePolicies(scenario, inputs, startsAt),
    replacing: () => replacingBy(inputs),
    disturbedUntil: disturbancesIn(scenario, startsAt, { agents: true }),
    faultyUntil: disturbancesIn(scenario, startsAt, { agents: false }),
    calls: () => simulation.calls.filter(({ caller }) => isOurs.has(caller)),
    isTagged: (instanceId) =>
      world.instances.get(instanceId)?.tags.has("aws:autoscaling:groupName") !== false,
    ticks: ticksOf(scenario),
    lateBy: lateByOf(scenario),
    doClocksDiffer:
      scenario.functions?.deregister?.clock_skew_seconds !==
      scenario.functions?.terminate?.clock_skew_seconds,
    sweepInterval: sweepIntervalOf(scenario),
  };
}

// A sweep looks for ghosts of the groups that its input names, in the clusters that it may change.
function isSwept(input: Input, group: string, cluster: string): boolean {
  const {
    auto_scaling_groups: groups,
    cluster_name,
    cluster_names,
    clusters,
    sweep_minutes: minutes,
  } = input;
  const has = (list: unknown, name: string) =>
    Array.isArray(list) && list.some((each) => each === name || String(each).endsWith(`/${name}`));
  const isPermitted = clusters === "*" || has([cluster_name], cluster) || has(cluster_names, cluster);
  return minutes !== 0 && isPermitted && has(groups, group);
}

// A group of ours has a hook of ours. One that was deleted is still known by the hook that it had.
function scopesOfGroups(
  { groups }: World,
  scopeOf: (group: string, hook: string) => Scope | undefined,
): (group: string) => Scope | undefined {
  const known = new Map<string, Scope>();
  return (name) => {
    for (const hook of groups.find(name)?.hooks.keys() ?? []) {
      const scope = scopeOf(name, hook);
      if (scope) known.set(name, scope);
    }
    return known.get(name);
  };
}

function targetGroupFacts({ targetGroups }: World, name: string): TargetGroupFacts | undefined {
  const group = targetGroups.byName(name);
  if (!group) return undefined;
  const { delaySeconds, healthySeconds, protocol } = group.settings;
  return {
    inUse: group.loadBalancerArns.size > 0,
    delay: delaySeconds * 1000,
    healthyAfter: healthySeconds * 1000,
    isNetwork: isNetworkProtocol(protocol),
    healthy: group.targets
      .filter(({ state }) => state.latest === "healthy")
      .map(({ id, port }) => `${id}:${port}`),
    wasHealthy: (target) =>
      group.targets.some(
        ({ id, port, state }) =>
          `${id}:${port}` === target && isOut(state.latest) && state.previous === "healthy",
      ),
  };
}

function isOut(state: TargetState): boolean {
  return state === "draining" || state === "gone";
}

function classicFacts({ classic, instances }: World, name: string): ClassicFacts | undefined {
  const found = classic.find(name);
  if (!found) return undefined;
  const { enabled, timeoutSeconds } = found.draining;
  const seconds = enabled ? Math.min(timeoutSeconds, found.requestSeconds ?? timeoutSeconds) : 0;
  return {
    ports: found.listeners.map((each) => each.instancePort),
    delay: seconds * 1000,
    inService: found.instanceIds().registered.filter((id) => instances.get(id)?.state.latest === "running"),
  };
}

function serviceFacts({ clusters }: World, clusterName: string, name: string): ServiceFacts | undefined {
  const cluster = clusters.find(clusterName);
  const service = cluster?.services.get(name);
  if (!cluster || !service || service.strategy === "DAEMON") return undefined;
  const { desiredCount, minimumHealthyPercent } = service;
  return {
    floor: Math.ceil((desiredCount * minimumHealthyPercent) / 100),
    running: [...cluster.tasks.values()]
      .filter((task) => task.service === service && task.lastStatus.latest === "RUNNING" && !task.gone)
      .map(({ arn }) => arn),
  };
}

// How long a task would still have needed, where something says that it ends.
function needs({ agenda, clusters }: World, { cluster, arn, signalledAt }: TaskThere): number | undefined {
  const task = clusters.find(cluster)?.tasks.get(arn);
  if (!task) return undefined;
  const { definition, startedAt = agenda.now } = task;
  const after = (since: number, seconds: number) => Math.max(0, since + seconds * 1000 - agenda.now);
  if (signalledAt !== undefined)
    return after(signalledAt, Math.max(...exitSeconds(definition, new Set()).values()));
  const runs = definition.containers.flatMap(({ essential, runSeconds }) =>
    essential ? (runSeconds ?? []) : [],
  );
  if (runs.length > 0) return after(startedAt, Math.min(...runs));
  return task.protectedUntil === undefined ? undefined : Math.max(0, task.protectedUntil - agenda.now);
}

// Until both functions have run after an instance is held. With a mapping, its message itself invokes deregister.
function ticksOf(scenario: Scenario): number {
  const { functions } = scenario;
  if (!functions) return 0;
  const { deregister, terminate } = functions;
  const first = deregister.event_source_mapping ? 0 : deregister.every_seconds;
  return (first + terminate.every_seconds) * 1000 + lateByOf(scenario);
}
