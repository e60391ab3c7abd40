import type { ServiceLoadBalancers } from "./aws/ecs.ts";
import type { ClassicLoadBalancer } from "./aws/elb.ts";
import type { RegisteredTarget, TargetGroup } from "./aws/elbv2.ts";
import { forEachOf } from "./batches.ts";
import type { Registration } from "./observation.ts";
import type { Membership } from "./observe-cluster.ts";
import type { Ports } from "./ports.ts";
import { type Reading, reading } from "./reading.ts";
import type { Run } from "./run.ts";
import type { Termination } from "./termination.ts";

/** Where an instance is registered, as far as it could be read. */
export type Registrations = { registrations: Registration[]; unread: string | undefined };

/**
 * Finds where the instances are registered: in the target groups and classic load balancers that their settings name,
 * and in those of the services with a task on them. One call a target group and look, whatever the number of instances.
 */
export async function observeRegistrations(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
  members: ReadonlyMap<Termination, Membership>,
): Promise<Map<Termination, Registrations>> {
  const found = new Map<Termination, Registrations>(
    terminations.map((each) => [each, { registrations: [], unread: undefined }]),
  );
  await observeTargetGroups(ports, run, terminations, members, found);
  await observeClassic(ports, run, terminations, members, found);
  return found;
}

async function observeTargetGroups(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
  members: ReadonlyMap<Termination, Membership>,
  found: ReadonlyMap<Termination, Registrations>,
): Promise<void> {
  const managedOf = (each: Termination) => [
    ...each.memory.managedTargetGroups,
    ...(members.get(each)?.targetGroups ?? []),
  ];
  const named = new Set(terminations.flatMap((each) => each.settings.targetGroups));
  const resolved = new Map<string, Reading<TargetGroup | undefined>>();
  await forEachOf(new Set([...named, ...terminations.flatMap(managedOf)]), async (nameOrArn) => {
    resolved.set(nameOrArn, await resolve(ports, run, nameOrArn, named.has(nameOrArn)));
  });

  // A group may be named twice, by name and by ARN; it is asked once.
  const targets = new Map<string, Reading<readonly RegisteredTarget[]>>();
  const groups = new Map(
    [...resolved.values()].flatMap((each) =>
      "value" in each && each.value ? [[each.value.arn, each.value]] : [],
    ),
  );
  await forEachOf(groups.values(), async ({ arn, targetType }) => {
    if (targetType === "instance")
      targets.set(arn, await reading(run, async () => (await ports.targetGroups.targets(arn)) ?? []));
  });

  for (const termination of terminations) {
    const managed = new Set(managedOf(termination));
    const result = found.get(termination) as Registrations;
    const seen = new Set<string>();
    for (const nameOrArn of new Set([...termination.settings.targetGroups, ...managed])) {
      const group = resolved.get(nameOrArn);
      if (group && "unread" in group) result.unread = group.unread;
      if (!group || "unread" in group || !group.value || seen.has(group.value.arn)) continue;
      const { arn, name } = group.value;
      seen.add(arn);
      const listed = targets.get(arn);
      if (listed && "unread" in listed) result.unread = listed.unread;
      if (!listed || "unread" in listed) continue;
      const services = servicesNaming(members.get(termination), (service) =>
        service.targetGroups.includes(arn),
      );
      for (const { id, port, state } of listed.value) {
        if (id !== termination.instanceId) continue;
        result.registrations.push({
          kind: "target",
          id: arn,
          name,
          port,
          pointsAt: [port],
          state,
          managed: managed.has(arn),
          services,
        });
      }
    }
  }
}

async function resolve(
  ports: Ports,
  run: Run,
  nameOrArn: string,
  named: boolean,
): Promise<Reading<TargetGroup | undefined>> {
  if (!run.targetGroups.has(nameOrArn)) {
    const answer = await reading(run, () => ports.targetGroups.describe(nameOrArn));
    if ("unread" in answer) return answer;
    run.targetGroups.set(nameOrArn, answer.value);
  }
  const group = run.targetGroups.get(nameOrArn);
  // What the input names must be of use; what a service names is the service's own affair.
  if (named && !group) run.cannotUse(nameOrArn, "there is no such target group");
  if (named && group && group.targetType !== "instance") {
    run.cannotUse(nameOrArn, `expected a target group of type instance, found type ${group.targetType}`);
  }
  return { value: group };
}

async function observeClassic(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
  members: ReadonlyMap<Termination, Membership>,
  found: ReadonlyMap<Termination, Registrations>,
): Promise<void> {
  const managedOf = (each: Termination) => [
    ...each.memory.managedElbNames,
    ...(members.get(each)?.elbNames ?? []),
  ];
  const named = new Set(terminations.flatMap((each) => each.settings.elbNames));
  await forEachOf(new Set([...named, ...terminations.flatMap(managedOf)]), async (name) => {
    const concerned = terminations.filter(
      (each) => each.settings.elbNames.includes(name) || managedOf(each).includes(name),
    );
    const answer = await reading(run, () =>
      observeOne(
        ports,
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
        port: undefined,
        pointsAt: loadBalancer.instancePorts,
        state: registered ? "registered" : "draining",
        managed: managedOf(termination).includes(name),
        services: servicesNaming(members.get(termination), (service) => service.elbNames.includes(name)),
      });
    }
  });
}

// What a load balancer drains it lists no more, so the others are asked for.
async function observeOne(
  ports: Ports,
  name: string,
  instanceIds: readonly string[],
): Promise<{ loadBalancer: ClassicLoadBalancer; draining: ReadonlySet<string> } | undefined> {
  const loadBalancer = await ports.classic.describe(name);
  if (!loadBalancer) return undefined;
  const unlisted = [...new Set(instanceIds)].filter((id) => !loadBalancer.instanceIds.has(id));
  return {
    loadBalancer,
    draining: unlisted.length === 0 ? new Set() : await ports.classic.draining(name, unlisted),
  };
}

function servicesNaming(
  membership: Membership | undefined,
  names: (service: ServiceLoadBalancers) => boolean,
): string[] {
  return [...(membership?.services ?? [])].filter(([, service]) => names(service)).map(([name]) => name);
}
