import type { LoadBalancerPort } from "../aws/load-balancer-port.ts";
import { groupBy } from "../base/batches.ts";
import type { Unread } from "../model/blocker.ts";
import { isSameLoadBalancer, type LoadBalancer } from "../model/load-balancer.ts";
import type { Memory } from "../model/memory.ts";
import type { RegisteredTarget, Registration } from "../model/registration.ts";
import { contentOf, type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { type LoadBalancerReadings, readLoadBalancers } from "./read-load-balancers.ts";
import type { Clustered, InClusters, Observable, Registered, WithRegistered } from "./records.ts";
import { type Addresses, addressTasksOf } from "./task-addresses.ts";

/**
 * Finds where the instances are registered. It asks the load balancers that their settings name, and those of the services with
 * a task on them. A pass takes one call for each load balancer, whatever the number of instances. Throws only what is a fault
 * of ours.
 */
export async function observeRegistrations<T extends Clustered>(
  run: Run,
  records: readonly T[],
): Promise<WithRegistered<T>[]> {
  const addresses: Addresses = new Map();
  let found = records.map((each): WithRegistered<T> => ({ ...each, registered: nowhere(each) }));
  for (const port of run.ports.loadBalancers.values()) {
    found = await observeKind(run, port, found, addresses);
  }
  return found;
}

function nowhere({ isObserved, termination }: Observable): Registered {
  // A registration that nobody asks about is remembered as it was.
  return {
    registrations: [],
    loadBalancers: isObserved ? [] : termination.memory.loadBalancers,
    unread: undefined,
  };
}

async function observeKind<T extends WithRegistered>(
  run: Run,
  port: LoadBalancerPort,
  records: readonly T[],
  addresses: Addresses,
): Promise<T[]> {
  const readings = await readLoadBalancers(run, port, {
    names: instancesByName(port, records),
    known: new Map(
      records
        .flatMap(({ termination }) => termination.memory.loadBalancers)
        .filter(({ found }) => found.kind === port.kind)
        .map(({ asked, found }) => [asked, found]),
    ),
  });
  const named = records.flatMap((each) => namedIn(port, each));
  for (const name of new Set(named)) checkUse(run, port, name, readings);
  const found: T[] = [];
  for (const each of records) {
    const own = await registeredOf(run, port, {
      record: each,
      managed: managedIn(port, each),
      readings,
      addresses,
    });
    found.push({ ...each, registered: together(each.registered, own) });
  }
  return found;
}

function instancesByName(port: LoadBalancerPort, records: readonly Clustered[]): Map<string, string[]> {
  // Load balancers that the settings name come first, so that log lines keep the input's order.
  const asked = [namedIn, managedIn].flatMap((namesOf) =>
    records.flatMap((record) =>
      namesOf(port, record).map((name) => ({ name, instanceId: record.termination.instanceId })),
    ),
  );
  const byName = groupBy(asked, ({ name }) => name);
  return new Map([...byName].map(([name, those]) => [name, those.map(({ instanceId }) => instanceId)]));
}

function namedIn(port: LoadBalancerPort, { isObserved, termination }: Clustered): readonly string[] {
  return isObserved ? port.namedIn(termination.settings) : [];
}

function managedIn({ kind }: LoadBalancerPort, { isObserved, termination, clusters }: Clustered): string[] {
  if (!isObserved) return [];
  const managed = [...termination.memory.managed, ...clusters.managed];
  return [...new Set(managed.filter((each) => each.kind === kind).map(({ id }) => id))];
}

function together(one: Registered, other: Registered): Registered {
  return {
    registrations: [...one.registrations, ...other.registrations],
    loadBalancers: [...one.loadBalancers, ...other.loadBalancers],
    unread: other.unread ?? one.unread,
  };
}

// The input must name load balancers that we can use. What a service names is its own affair.
function checkUse(
  run: Run,
  { noun, targetTypes, describesByCall }: LoadBalancerPort,
  name: string,
  { resolved, targets }: LoadBalancerReadings,
): void {
  const answer = resolved.get(name);
  if (!answer || "unread" in answer) return;
  const found = answer.value;
  const read = targets.get(found?.id ?? "");
  const hasNone = read !== undefined && "value" in read && read.value === undefined;
  // If describing it took a call, it was there. That it has gone since is no mistake of the input.
  if (!found || (!describesByCall && hasNone)) {
    run.cannotUse(name, `there is no such ${noun}`);
  } else if (!targetTypes.includes(found.targetType)) {
    run.cannotUse(
      name,
      `expected a ${noun} of type ${targetTypes.join(" or ")}, found type ${found.targetType}`,
    );
  }
}

type Search = {
  readonly record: Clustered;
  /** The load balancers of this kind, by id, that services with a task on the instance name, or lately named. */
  readonly managed: readonly string[];
  readonly readings: LoadBalancerReadings;
  readonly addresses: Addresses;
};

// Where one instance is registered, in the load balancers of one kind.
async function registeredOf(run: Run, port: LoadBalancerPort, search: Search): Promise<Registered> {
  const { record, managed, readings } = search;
  const registrations: Registration[] = [];
  const loadBalancers: Memory["loadBalancers"][number][] = [];
  let unread: Unread | undefined;
  const seen = new Set<string>();
  for (const name of new Set([...namedIn(port, record), ...managed])) {
    const answer = readings.resolved.get(name);
    if (answer && "unread" in answer) unread = answer.unread;
    const found = answer && contentOf(answer);
    if (!found) continue;
    if (port.describesByCall) loadBalancers.push({ asked: name, found });
    if (seen.has(found.id)) continue;
    seen.add(found.id);
    const own = await registrationsIn(run, port, found, search);
    if ("unread" in own) unread = own.unread;
    else registrations.push(...own.value);
  }
  return { registrations, loadBalancers, unread };
}

// The registrations of one instance with one load balancer: the instance itself, or addresses of its tasks.
async function registrationsIn(
  run: Run,
  port: LoadBalancerPort,
  found: LoadBalancer,
  { record, managed, readings, addresses }: Search,
): Promise<Reading<Registration[]>> {
  const targets = readings.targets.get(found.id);
  if (!targets || "unread" in targets) return targets ?? { value: [] };
  const isManaged = managed.includes(found.id);
  const read = (target: RegisteredTarget): Registration => ({
    kind: found.kind,
    id: found.id,
    name: found.name,
    target: target.id,
    port: target.port,
    pointsAt: target.pointsAt,
    state: target.state,
    invalid: target.invalid,
    managed: isManaged,
    services: servicesNaming(record.clusters, found),
    canRecheckRegistered: port.canRecheckRegistered,
    networkLoadBalancer: found.network,
    addressTask: undefined,
  });
  const all = targets.value ?? [];
  if (found.targetType !== "ip") {
    return { value: all.filter(({ id }) => id === record.termination.instanceId).map(read) };
  }
  const own = await reading(run, () => addressTasksOf(run, all, record, addresses));
  if ("unread" in own) return own;
  // An address belongs to the task's own network interface, so it points at no port of the instance.
  return {
    value: own.value.map(({ target, task }) => ({ ...read(target), pointsAt: [], addressTask: task })),
  };
}

function servicesNaming({ instances }: InClusters, found: LoadBalancer): string[] {
  const services = instances.flatMap((each) => each.services);
  return services
    .filter(({ loadBalancers }) => loadBalancers.some((each) => isSameLoadBalancer(each, found)))
    .map(({ name }) => name);
}
