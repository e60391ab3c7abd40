import type { LoadBalancer } from "../model/load-balancer.ts";
import { hasAddress, type NetworkInterface, sameForm } from "../model/network-interface.ts";
import type { AddressHolder, DoubtfulAddress, RegisteredTarget } from "../model/registration.ts";
import { hasEnded, type Task } from "../model/tasks.ts";
import type { Run } from "../run/run.ts";
import type { Clustered } from "./records.ts";

/** Who has the addresses of a pass. EC2 is asked when the first is needed, once for all instances. */
export type Addresses = {
  /** The network interfaces that are attached to the instances. Throws an AwsCallError. */
  readonly attached: () => Promise<readonly NetworkInterface[]>;
  /** All interfaces that have an address which one of the instances had before. Throws an AwsCallError. */
  readonly ofOthers: () => Promise<readonly NetworkInterface[]>;
};

/** A target that is the address of an instance, or of a task on it. */
type AddressTarget = {
  readonly target: RegisteredTarget;
  readonly holder: AddressHolder;
  readonly task: Task | undefined;
};

/** The addresses in a group that count for an instance, and those of which nobody can tell. */
type AddressesIn = {
  readonly own: readonly AddressTarget[];
  readonly doubtful: readonly DoubtfulAddress[];
  /** Those that are registered, and that nothing shows to be the instance's. */
  readonly others: readonly string[];
};

/** Who has the addresses of these terminations, as EC2 shows it. */
export function readAddresses(run: Run, records: readonly Clustered[]): Addresses {
  const { ec2 } = run.ports;
  const observed = records.filter(({ isObserved }) => isObserved);
  const ids = new Set(observed.map(({ termination }) => termination.instanceId));
  const past = new Set(observed.flatMap((each) => [...stoppedTasks(each).keys(), ...seenAddresses(each)]));
  return {
    attached: once(() => ec2.interfacesOf([...ids])),
    ofOthers: once(() => ec2.interfacesWith([...past])),
  };
}

/**
 * The targets of a group that are addresses of an instance. Its network interfaces tell, those of its tasks, and what this drain
 * has seen before: an address that the instance had, and that nobody has now. Throws an AwsCallError.
 */
export async function addressesIn(
  group: Pick<LoadBalancer, "id" | "name" | "vpc">,
  targets: readonly RegisteredTarget[],
  record: Pick<Clustered, "clusters" | "termination">,
  addresses: Addresses,
): Promise<AddressesIn> {
  if (targets.length === 0) return { own: [], doubtful: [], others: [] };
  const { instanceId } = record.termination;
  const attached = (await addresses.attached()).filter((each) => each.instanceId === instanceId);
  const known: Known = {
    attached,
    live: tasksByAddress(record, (task) => !hasEnded(task)),
    stopped: stoppedTasks(record),
    seen: new Set(seenAddresses(record, group.id)),
    // A task's own interface is in the VPC of its instance. A branch interface shows no instance.
    isHere: attached.length === 0 || attached.some((each) => isIn(group.vpc, each)),
  };
  const own: AddressTarget[] = [];
  const doubtful: DoubtfulAddress[] = [];
  const others = new Set<string>();
  for (const target of targets) {
    const found = holderOf(sameForm(target.id), group.vpc, known);
    if (found === "another VPC") {
      doubtful.push({ loadBalancer: group.name, address: target.id, port: target.port });
    } else if (found && found.holder !== "nobody") {
      own.push({ target, ...found });
    } else if (target.state === "registered") {
      // Minutes after a task has STOPPED, another one may have its address.
      const isOthers = !found || (await isTaken(target.id, group.vpc, instanceId, addresses));
      if (isOthers) others.add(target.id);
      else own.push({ target, ...found });
    }
  }
  return { own, doubtful, others: [...others] };
}

async function isTaken(
  address: string,
  vpc: string | undefined,
  instanceId: string,
  { ofOthers }: Addresses,
): Promise<boolean> {
  const others = (await ofOthers()).filter((each) => each.instanceId !== instanceId);
  return others.some((each) => isIn(vpc, each) && hasAddress(each, address));
}

/** What is known of an instance's addresses. */
type Known = {
  readonly attached: readonly NetworkInterface[];
  readonly live: ReadonlyMap<string, Task>;
  readonly stopped: ReadonlyMap<string, Task>;
  /** The addresses in the group that this drain has seen as the instance's. */
  readonly seen: ReadonlySet<string>;
  /** Whether the instance is in the VPC of the group, as far as it is known. */
  readonly isHere: boolean;
};

// Whose an address is. Undefined if it is not the instance's. One that it has in another VPC may well be somebody else's here.
function holderOf(
  address: string,
  vpc: string | undefined,
  { attached, live, stopped, seen, isHere }: Known,
): Pick<AddressTarget, "holder" | "task"> | "another VPC" | undefined {
  const having = attached.filter((each) => hasAddress(each, address));
  const here = having.find((each) => isIn(vpc, each));
  if (here && !here.isTasks) return { holder: "instance", task: undefined };
  const task = live.get(address);
  if (task) return here || isHere ? { holder: "task", task } : "another VPC";
  const last = isHere ? stopped.get(address) : undefined;
  if (last || (!here && seen.has(address))) return { holder: "nobody", task: last };
  if (here) return { holder: "unknown task", task: undefined };
  return having.length > 0 ? "another VPC" : undefined;
}

/** Whether an interface is in a VPC. Any is in one that is not known. */
export function isIn(vpc: string | undefined, each: NetworkInterface): boolean {
  return vpc === undefined || each.vpc === vpc;
}

// The tasks that have STOPPED in this drain, by the addresses that they had.
function stoppedTasks(record: Pick<Clustered, "clusters" | "termination">): ReadonlyMap<string, Task> {
  const { since } = record.termination;
  return tasksByAddress(record, (task) => hasEnded(task) && (task.stoppedAt ?? 0) >= since);
}

function tasksByAddress(
  { clusters }: Pick<Clustered, "clusters">,
  isMeant: (task: Task) => boolean,
): ReadonlyMap<string, Task> {
  const tasks = clusters.instances.flatMap((each) => each.tasks).filter(isMeant);
  return new Map(
    tasks.flatMap((task) => task.addresses.map((each): [string, Task] => [sameForm(each), task])),
  );
}

// The addresses that this drain has seen as the instance's: in one group, or in any.
function seenAddresses({ termination }: Pick<Clustered, "termination">, group?: string): string[] {
  return termination.memory.registrations
    .filter(({ id }) => group === undefined || id === group)
    .flatMap(({ address }) => (address === undefined ? [] : sameForm(address)));
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
