import type { LoadBalancerPort } from "../aws/load-balancer-port.ts";
import { groupBy, union } from "../base/batches.ts";
import type { Unread } from "../model/blocker.ts";
import { isSameLoadBalancer, type LoadBalancer, type LoadBalancerId } from "../model/load-balancer.ts";
import type { Memory } from "../model/memory.ts";
import type { Questions } from "../model/questions.ts";
import type { RegisteredTarget, Registration } from "../model/registration.ts";
import { hasEnded, type Service } from "../model/tasks.ts";
import { contentOf, type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { type Addresses, addressesIn, readAddresses } from "./addresses.ts";
import {
  type LoadBalancerReadings,
  type LoadBalancersAsked,
  readLoadBalancers,
} from "./read-load-balancers.ts";
import type { Clustered, InClusters, Observable, Registered, WithRegistered } from "./records.ts";
import { goRound, holdersOf } from "./rounds.ts";

/**
 * Finds where the instances are registered. It asks the load balancers that their settings name, those of the services with a task
 * on them, and those that an earlier pass found. A pass takes one call for each load balancer, whatever the number of instances.
 * Where that is due, it goes on with a round through all load balancers of the account. Throws only what is a fault of ours.
 */
export async function observeRegistrations<T extends Clustered>(
  run: Run,
  records: readonly T[],
  questions: Pick<Questions, "isRoundDue" | "roundUntil">,
): Promise<WithRegistered<T>[]> {
  const ports = [...run.ports.loadBalancers.values()];
  const now = run.now();
  const kinds: Asked[] = [];
  for (const port of ports) {
    const asked = askedOf(port, records);
    const known = await readLoadBalancers(run, port, asked);
    noteAll(run, asked, known);
    kinds.push({ port, asked, known });
  }
  const due = records
    .filter((each) => each.isObserved && questions.isRoundDue(each.termination, now))
    .map(({ termination }) => termination);
  await goRound(run, due, questions.roundUntil(run.startedAt, run.now()));
  const addresses = readAddresses(run, records);
  let found = records.map((each): WithRegistered<T> => ({ ...each, registered: nowhere(each) }));
  for (const kind of kinds) {
    const readings = both(kind.known, await readFound(run, kind, records));
    found = await observeKind(run, { port: kind.port, readings, addresses }, found);
  }
  return found;
}

function nowhere({ isObserved, termination }: Observable): Registered {
  // A registration that nobody asks about is remembered as it was.
  return {
    registrations: [],
    loadBalancers: isObserved ? [] : termination.memory.loadBalancers,
    unread: undefined,
    unnamed: [],
    missing: [],
    doubtful: [],
    others: [],
    asked: [],
  };
}

/** The load balancers of one kind that are asked before the round goes on, about which instances, and what they have answered. */
type Asked = {
  readonly port: LoadBalancerPort;
  readonly asked: LoadBalancersAsked;
  readonly known: LoadBalancerReadings;
};

/** What is asked of the load balancers of one kind, and what was answered. */
type Kind = {
  readonly port: LoadBalancerPort;
  readonly readings: LoadBalancerReadings;
  readonly addresses: Addresses;
};

async function observeKind<T extends WithRegistered>(
  run: Run,
  kind: Kind,
  records: readonly T[],
): Promise<T[]> {
  const found: T[] = [];
  for (const each of records) {
    const own = await registeredOf(run, kind, each);
    found.push({ ...each, registered: together(each.registered, own) });
  }
  return found;
}

// What a round has seen of all load balancers counts for those that are asked anyway.
function noteAll(run: Run, { names }: LoadBalancersAsked, { resolved, targets }: LoadBalancerReadings): void {
  for (const [name, answer] of resolved) {
    const found = contentOf(answer);
    const read = targets.get(found?.id ?? "");
    if (found && read && "value" in read) run.round.note(found, read.value ?? [], names.get(name) ?? []);
  }
}

function both(one: LoadBalancerReadings, other: LoadBalancerReadings): LoadBalancerReadings {
  return {
    resolved: new Map([...one.resolved, ...other.resolved]),
    targets: new Map([...one.targets, ...other.targets]),
  };
}

// Those that the round has found, and that nobody has asked in this pass. A classic load balancer tells what it drains of those
// instances alone that it is asked about, so it is asked about all of them once more.
function readFound(
  run: Run,
  { port, asked: { names }, known: { targets } }: Asked,
  records: readonly Clustered[],
): Promise<LoadBalancerReadings> {
  const askedAbout = (id: string) => names.get(id) ?? [];
  const isRead = (id: string, instanceId: string) =>
    targets.has(id) && (!port.discoversEach || askedAbout(id).includes(instanceId));
  const held = records
    .filter(({ termination }) => termination.settings.discover === "all")
    .flatMap((record) =>
      heldIn(run, port, record).map((found) => ({ found, id: record.termination.instanceId })),
    )
    .filter(({ found, id }) => !isRead(found.id, id));
  const byId = groupBy(held, ({ found }) => found.id);
  return readLoadBalancers(run, port, {
    names: new Map(
      [...byId].map(([id, those]) => [
        id,
        union(
          askedAbout(id),
          those.map((each) => each.id),
        ),
      ]),
    ),
    known: new Map(held.map(({ found }) => [found.id, found])),
  });
}

function askedOf(port: LoadBalancerPort, records: readonly Clustered[]): LoadBalancersAsked {
  // Load balancers that the settings name come first, so that log lines keep the input's order.
  const all = [namedIn, managedIn, knownOf].flatMap((namesOf) =>
    records.flatMap((record) =>
      namesOf(port, record).map((name) => ({ name, instanceId: record.termination.instanceId })),
    ),
  );
  const byName = groupBy(all, ({ name }) => name);
  return {
    names: new Map([...byName].map(([name, those]) => [name, those.map(({ instanceId }) => instanceId)])),
    known: new Map(
      records
        .flatMap(({ termination }) => termination.memory.loadBalancers)
        .filter(({ found }) => found.kind === port.kind)
        .flatMap(({ asked, found }): [string, LoadBalancer][] => [
          [asked, found],
          [found.id, found],
        ]),
    ),
  };
}

function namedIn(port: LoadBalancerPort, { isObserved, termination }: Clustered): readonly string[] {
  return isObserved ? port.namedIn(termination.settings) : [];
}

function managedIn({ kind }: LoadBalancerPort, { isObserved, termination, clusters }: Clustered): string[] {
  if (!isObserved) return [];
  const managed = [...termination.memory.managed, ...clusters.managed];
  return [...new Set(managed.filter((each) => each.kind === kind).map(({ id }) => id))];
}

// Those that an earlier pass has seen. Nobody may have named them.
function knownOf({ kind }: LoadBalancerPort, { isObserved, termination }: Clustered): string[] {
  const { settings, memory } = termination;
  if (!isObserved || settings.discover !== "all") return [];
  const seen = [...memory.registrations, ...memory.plannedDeregistrations];
  return [...new Set(seen.filter((each) => each.kind === kind).map(({ id }) => id))];
}

// The load balancers that this run has found the instance in, and that are taken for its own.
function heldIn(run: Run, { kind }: LoadBalancerPort, record: Clustered): LoadBalancer[] {
  const { isObserved, termination } = record;
  if (!isObserved || termination.settings.discover === "named") return [];
  return holdersOf(run, record).filter((each) => each.kind === kind);
}

function together(one: Registered, other: Registered): Registered {
  return {
    registrations: [...one.registrations, ...other.registrations],
    loadBalancers: [...one.loadBalancers, ...other.loadBalancers],
    unread: other.unread ?? one.unread,
    unnamed: [...one.unnamed, ...other.unnamed],
    missing: [...one.missing, ...other.missing],
    doubtful: [...one.doubtful, ...other.doubtful],
    others: [...one.others, ...other.others],
    asked: [...one.asked, ...other.asked],
  };
}

type Search = {
  readonly record: Clustered;
  /** The load balancers of this kind, by id, that the settings name. */
  readonly named: ReadonlySet<string>;
  /** Those that services with a task on the instance name, or lately named. */
  readonly managed: readonly string[];
};

// Where one instance is registered, in the load balancers of one kind.
async function registeredOf(run: Run, kind: Kind, record: Clustered): Promise<Registered> {
  const { port, readings } = kind;
  const names = namedIn(port, record);
  const named = new Set(names.flatMap((name) => idOf(readings, name) ?? []));
  const managed = managedIn(port, record);
  const held = heldIn(run, port, record);
  const isAll = record.termination.settings.discover === "all";
  const others = isAll ? [...knownOf(port, record), ...held.map(({ id }) => id)] : [];
  const parts: Found[] = [];
  const loadBalancers: Memory["loadBalancers"][number][] = [];
  const absent = names.filter((name) => isAbsent(kind, record, name));
  let unread = isAll ? undefined : unreadNames(run, port, absent);
  const seen = new Set<string>();
  const all = new Set([...names, ...managed, ...others]);
  for (const name of all) {
    const answer = readings.resolved.get(name);
    if (answer && "unread" in answer) unread = answer.unread;
    const found = answer && contentOf(answer);
    if (!found) continue;
    if (names.includes(name)) checkType(run, port, name, found);
    if (seen.has(found.id)) continue;
    if (port.describesByCall) loadBalancers.push({ asked: name, found });
    seen.add(found.id);
    const own = await registrationsIn(run, kind, found, { record, named, managed });
    if ("unread" in own) unread = own.unread;
    else parts.push(own.value);
  }
  const registrations = parts.flatMap((each) => each.registrations);
  const isUnnamed = ({ id }: LoadBalancerId) => !named.has(id) && !managed.includes(id);
  const told = isAll ? registrations : held;
  return {
    registrations,
    loadBalancers,
    unread,
    unnamed: [...new Set(told.filter(isUnnamed).map(({ name }) => name))],
    missing: isAll ? absent.map((name) => ({ noun: port.noun, name })) : [],
    doubtful: parts.flatMap((each) => each.doubtful),
    others: parts.flatMap((each) => each.others),
    asked: isAll ? answeredOf(kind, all) : held,
  };
}

// A name that nothing has is answered too: what was found there is gone.
function answeredOf(
  { port: { kind }, readings: { resolved } }: Kind,
  names: Iterable<string>,
): LoadBalancerId[] {
  return [...names].flatMap((name) => {
    const answer = resolved.get(name);
    if (!answer) return [];
    return [{ kind, id: contentOf(answer)?.id ?? name }];
  });
}

function idOf({ resolved }: LoadBalancerReadings, name: string): string | undefined {
  const answer = resolved.get(name);
  return answer && contentOf(answer)?.id;
}

// Whether there is no load balancer of a name. If describing one took a call, it was there, and so was one that the instance was
// seen in. That it has gone since is no mistake of the input.
function isAbsent(
  { port, readings: { resolved, targets } }: Kind,
  { termination: { memory } }: Clustered,
  name: string,
): boolean {
  const answer = resolved.get(name);
  if (!answer || "unread" in answer) return false;
  const found = answer.value;
  if (!found) return true;
  const read = targets.get(found.id);
  const hasNone = read !== undefined && "value" in read && read.value === undefined;
  const wasSeen = memory.registrations.some((each) => isSameLoadBalancer(each, found));
  return !port.describesByCall && hasNone && !wasSeen;
}

// What does not exist is not known to be empty, unless all load balancers are searched.
function unreadNames(run: Run, port: LoadBalancerPort, absent: readonly string[]): Unread | undefined {
  for (const name of absent) run.cannotUse(name, `there is no such ${port.noun}`);
  return absent.length === 0 ? undefined : { call: port.describesBy, why: "gone" };
}

// The input must name load balancers that we can use. What a service names is its own affair.
function checkType(
  run: Run,
  { noun, targetTypes }: LoadBalancerPort,
  name: string,
  { targetType }: LoadBalancer,
): void {
  if (targetTypes.includes(targetType)) return;
  const expected = targetTypes.join(" or ");
  run.cannotUse(name, `expected a ${noun} of type ${expected}, found type ${targetType}`);
}

/** What one load balancer shows of one instance. */
type Found = Pick<Registered, "registrations" | "doubtful" | "others">;

// The registrations of one instance with one load balancer: the instance itself, or addresses of its own or of its tasks.
async function registrationsIn(
  run: Run,
  kind: Kind,
  found: LoadBalancer,
  search: Search,
): Promise<Reading<Found>> {
  const { record } = search;
  const targets = kind.readings.targets.get(found.id);
  const none = { registrations: [], doubtful: [], others: [] };
  if (!targets || "unread" in targets) return targets ?? { value: none };
  const all = targets.value ?? [];
  const registrationOf = asRegistration(kind, found, search);
  if (found.targetType !== "ip") {
    const registrations = all.filter(({ id }) => id === record.termination.instanceId).map(registrationOf);
    return { value: { ...none, registrations } };
  }
  return reading(run, async () => {
    const { own, doubtful, others } = await addressesIn(found, all, record, kind.addresses);
    const registrations = own.map(
      ({ target, holder, task }): Registration => ({
        ...registrationOf(target),
        // A task's own network interface has ports of its own.
        pointsAt: holder === "instance" ? target.pointsAt : [],
        address: target.id,
        holder,
        addressTask: task,
      }),
    );
    const isUnexplained = search.named.has(found.id) && own.length + doubtful.length === 0;
    const unexplained = isUnexplained && others.length > 0 ? [{ group: found, addresses: others }] : [];
    return { registrations, doubtful, others: unexplained };
  });
}

// How a target of a load balancer is read as a registration of the instance, by its id.
function asRegistration(
  { port }: Kind,
  found: LoadBalancer,
  { record, named, managed }: Search,
): (target: RegisteredTarget) => Registration {
  const services = servicesNaming(record.clusters, found);
  return (target) => {
    const isByAddress = found.targetType === "ip";
    const isManaged =
      managed.includes(found.id) &&
      (isByAddress || !isAnothersPort(target, found, { ...record.clusters, services }));
    return {
      kind: found.kind,
      id: found.id,
      name: found.name,
      target: target.id,
      port: target.port,
      pointsAt: target.pointsAt,
      state: target.state,
      invalid: target.invalid,
      managed: isManaged,
      unnamed: !isManaged && !named.has(found.id),
      services: services
        .filter((each) => !isByAddress || registersAt(each, found, target.port))
        .map(({ name }) => name),
      canRecheckRegistered: port.canRecheckRegistered,
      networkLoadBalancer: found.network,
      address: undefined,
      holder: undefined,
      addressTask: undefined,
    };
  };
}

function servicesNaming({ instances }: Pick<InClusters, "instances">, found: LoadBalancer): Service[] {
  return instances
    .flatMap((each) => each.services)
    .filter(({ loadBalancers }) => loadBalancers.some((each) => isSameLoadBalancer(each, found)));
}

// Whether a service registers its tasks in a load balancer by this port of a container. Where it does not say, it may.
function registersAt({ registers = [] }: Service, { id }: LoadBalancer, port: number | undefined): boolean {
  const own = registers.filter((each) => each.id === id);
  return own.length === 0 || own.some(({ containerPort }) => containerPort === port);
}

// Whether something else listens at the port of a target than what the services register that name its group: another container, or
// another task. ECS knows nothing of such a target.
function isAnothersPort(
  { port }: RegisteredTarget,
  found: LoadBalancer,
  { instances, services }: Pick<InClusters, "instances"> & { readonly services: readonly Service[] },
): boolean {
  const listening = instances
    .flatMap(({ tasks }) => tasks)
    .filter((task) => !hasEnded(task))
    .flatMap(({ service, bound = [] }) => bound.map((each) => ({ service, ...each })))
    .filter(({ hostPorts }) => port !== undefined && hostPorts.includes(port));
  const isOwn = ({ service, containerPort }: (typeof listening)[number]) =>
    services.some((each) => each.name === service && registersAt(each, found, containerPort));
  return listening.length > 0 && !listening.some(isOwn);
}
