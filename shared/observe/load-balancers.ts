import type { Service } from "../aws/ecs.ts";
import type { ClassicLoadBalancer } from "../aws/elb.ts";
import type { RegisteredTarget, TargetGroup } from "../aws/elbv2.ts";
import { forEachOf } from "../base/batches.ts";
import type { Registration } from "../model/observation.ts";
import type { Memory, Termination } from "../model/termination.ts";
import { STOPPED } from "../rules/still-there.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import type { InstanceInClusters } from "./cluster.ts";
import { readTargetGroups } from "./target-groups.ts";
import { type Addresses, addressesOf, isAddressReused } from "./task-addresses.ts";

/** Where an instance is registered, as far as it could be read. */
export type Registrations = {
  registrations: Registration[];
  targetGroups: Memory["targetGroups"];
  unread: string | undefined;
};

/**
 * Finds where the instances are registered: in the target groups and classic load balancers that their settings name,
 * and in those of the services with a task on them. One call a target group and look, whatever the number of instances.
 */
export async function observeRegistrations(
  run: Run,
  terminations: readonly Termination[],
  clusterInstances: ReadonlyMap<Termination, InstanceInClusters>,
): Promise<Map<Termination, Registrations>> {
  const found = new Map<Termination, Registrations>(
    terminations.map((each) => [each, { registrations: [], targetGroups: [], unread: undefined }]),
  );
  await observeTargetGroups(run, terminations, clusterInstances, found);
  await observeClassic(run, terminations, clusterInstances, found);
  return found;
}

async function observeTargetGroups(
  run: Run,
  terminations: readonly Termination[],
  clusterInstances: ReadonlyMap<Termination, InstanceInClusters>,
  found: ReadonlyMap<Termination, Registrations>,
): Promise<void> {
  const managedOf = (each: Termination) => [
    ...each.memory.managedTargetGroups,
    ...(clusterInstances.get(each)?.targetGroups ?? []),
  ];
  const named = new Set(terminations.flatMap((each) => each.settings.targetGroups));
  const { resolved, targets } = await readTargetGroups(
    run,
    new Set([...named, ...terminations.flatMap(managedOf)]),
    new Map(
      terminations.flatMap(({ memory }) => memory.targetGroups.map(({ asked, group }) => [asked, group])),
    ),
  );
  for (const nameOrArn of named) checkUse(run, nameOrArn, resolved.get(nameOrArn));

  const addresses: Addresses = new Map();
  for (const termination of terminations) {
    const managed = new Set(managedOf(termination));
    const result = found.get(termination) as Registrations;
    const seen = new Set<string>();
    for (const nameOrArn of new Set([...termination.settings.targetGroups, ...managed])) {
      const group = resolved.get(nameOrArn);
      if (group && "unread" in group) result.unread = group.unread;
      if (!group || "unread" in group || !group.value) continue;
      result.targetGroups = [...result.targetGroups, { asked: nameOrArn, group: group.value }];
      if (seen.has(group.value.arn)) continue;
      const { arn } = group.value;
      seen.add(arn);
      const listed = targets.get(arn);
      if (listed && "unread" in listed) result.unread = listed.unread;
      if (!listed || "unread" in listed) continue;
      const clusterInstance = clusterInstances.get(termination);
      const context = { group: group.value, managed: managed.has(arn), clusterInstance, termination };
      const own =
        group.value.targetType === "ip"
          ? await reading(run, () => addressRegistrations(run, listed.value ?? [], context, addresses))
          : { value: instanceRegistrations(listed.value ?? [], context) };
      if ("unread" in own) result.unread = own.unread;
      else result.registrations.push(...own.value);
    }
  }
}

type Context = {
  readonly group: TargetGroup;
  readonly managed: boolean;
  readonly clusterInstance: InstanceInClusters | undefined;
  readonly termination: Termination;
};

function instanceRegistrations(targets: readonly RegisteredTarget[], context: Context): Registration[] {
  return targets
    .filter(({ id }) => id === context.termination.instanceId)
    .map((target) => ({ ...registrationOf(target, context), pointsAt: [target.port] }));
}

// An address is the instance's while its task has not STOPPED. After that it may be another task's within minutes, and
// is looked at only where nobody takes it out: neither draining, nor held by another.
async function addressRegistrations(
  run: Run,
  targets: readonly RegisteredTarget[],
  context: Context,
  addresses: Addresses,
): Promise<Registration[]> {
  const tasks = addressesOf(context.clusterInstance, context.termination.since);
  const registrations: Registration[] = [];
  for (const target of targets) {
    const held = tasks.get(target.id);
    if (!held) continue;
    if (held.task.status === STOPPED) {
      if (target.state === "draining") continue;
      if (await isAddressReused(run, addresses, held, target.id)) continue;
    }
    registrations.push({ ...registrationOf(target, context), addressTask: held.task });
  }
  return registrations;
}

function registrationOf(
  target: RegisteredTarget,
  { group, managed, clusterInstance }: Context,
): Registration {
  return {
    kind: "target",
    id: group.arn,
    name: group.name,
    target: target.id,
    port: target.port,
    pointsAt: [],
    state: target.state,
    invalid: target.invalid,
    managed,
    services: servicesNaming(clusterInstance, (service) => service.targetGroups.includes(group.arn)),
    networkLoadBalancer: group.network,
    addressTask: undefined,
  };
}

// What the input names must be of use; what a service names is the service's own affair.
function checkUse(run: Run, nameOrArn: string, answer: Reading<TargetGroup | undefined> | undefined): void {
  if (!answer || "unread" in answer) return;
  const group = answer.value;
  if (!group) run.cannotUse(nameOrArn, "there is no such target group");
  else if (!["instance", "ip"].includes(group.targetType)) {
    run.cannotUse(
      nameOrArn,
      `expected a target group of type instance or ip, found type ${group.targetType}`,
    );
  }
}

async function observeClassic(
  run: Run,
  terminations: readonly Termination[],
  clusterInstances: ReadonlyMap<Termination, InstanceInClusters>,
  found: ReadonlyMap<Termination, Registrations>,
): Promise<void> {
  const managedOf = (each: Termination) => [
    ...each.memory.managedElbNames,
    ...(clusterInstances.get(each)?.elbNames ?? []),
  ];
  const named = new Set(terminations.flatMap((each) => each.settings.elbNames));
  await forEachOf(new Set([...named, ...terminations.flatMap(managedOf)]), async (name) => {
    const concerned = terminations.filter(
      (each) => each.settings.elbNames.includes(name) || managedOf(each).includes(name),
    );
    const answer = await reading(run, () =>
      observeOne(
        run,
        name,
        concerned.map((each) => each.instanceId),
      ),
    );
    for (const termination of concerned) {
      const result = found.get(termination) as Registrations;
      if ("unread" in answer) {
        result.unread = answer.unread;
        continue;
      }
      if (!answer.value) {
        if (termination.settings.elbNames.includes(name))
          run.cannotUse(name, "there is no such classic load balancer");
        continue;
      }
      const { loadBalancer, draining } = answer.value;
      const registered = loadBalancer.instanceIds.has(termination.instanceId);
      if (!registered && !draining.has(termination.instanceId)) continue;
      result.registrations.push({
        kind: "classic",
        id: name,
        name,
        target: termination.instanceId,
        port: undefined,
        pointsAt: loadBalancer.instancePorts,
        state: registered ? "registered" : "draining",
        invalid: false,
        managed: managedOf(termination).includes(name),
        networkLoadBalancer: false,
        addressTask: undefined,
        services: servicesNaming(clusterInstances.get(termination), (service) =>
          service.elbNames.includes(name),
        ),
      });
    }
  });
}

// What a load balancer drains it lists no more, so the others are asked for.
async function observeOne(
  run: Run,
  name: string,
  instanceIds: readonly string[],
): Promise<{ loadBalancer: ClassicLoadBalancer; draining: ReadonlySet<string> } | undefined> {
  const loadBalancer = await run.ports.classic.describe(name);
  if (!loadBalancer) return undefined;
  const unlisted = [...new Set(instanceIds)].filter((id) => !loadBalancer.instanceIds.has(id));
  return {
    loadBalancer,
    draining: unlisted.length === 0 ? new Set() : await run.ports.classic.draining(name, unlisted),
  };
}

function servicesNaming(
  clusterInstance: InstanceInClusters | undefined,
  names: (service: Service) => boolean,
): string[] {
  const services = (clusterInstance?.clusterInstances ?? []).flatMap((each) => each.services);
  return services.filter(names).map(({ name }) => name);
}
