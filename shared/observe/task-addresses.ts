import type { RegisteredTarget } from "../model/registration.ts";
import { hasEnded, type Task } from "../model/tasks.ts";
import type { Run } from "../run/run.ts";
import type { Clustered } from "./records.ts";

/** A task with an address of its own, and the cluster it is in. */
type AddressOwner = { readonly cluster: string; readonly task: Task };

/** The addresses of the tasks to run, by cluster: read when first needed, once a pass. */
export type Addresses = Map<string, Promise<ReadonlyMap<string, string>>>;

/** A target that is the address of a task on the instance. */
export type AddressTarget = { readonly target: RegisteredTarget; readonly task: Task };

/**
 * The targets that are addresses of the instance's tasks. An address belongs to the instance until its task has STOPPED. Within
 * minutes after that, another task may get it. So it then counts only if it is neither draining nor used by another task. Throws
 * an AwsCallError.
 */
export async function addressTasksOf(
  run: Run,
  targets: readonly RegisteredTarget[],
  { clusters, termination }: Pick<Clustered, "clusters" | "termination">,
  addresses: Addresses,
): Promise<AddressTarget[]> {
  const owners = ownersOf(clusters.instances, termination.since);
  const own: AddressTarget[] = [];
  for (const target of targets) {
    const owner = owners.get(target.id);
    if (!owner) continue;
    if (hasEnded(owner.task)) {
      if (target.state === "draining") continue;
      if (await isAddressReused(run, addresses, owner, target.id)) continue;
    }
    own.push({ target, task: owner.task });
  }
  return own;
}

// The addresses that the instance's tasks have, or had until they STOPPED in this drain. A live task comes before a stopped one.
function ownersOf(
  instances: Clustered["clusters"]["instances"],
  since: number,
): ReadonlyMap<string, AddressOwner> {
  const owners = instances.flatMap(({ cluster, tasks }) =>
    tasks.map((task): AddressOwner => ({ cluster, task })),
  );
  const isLive = ({ task }: AddressOwner) => !hasEnded(task);
  const stopped = owners.filter((each) => !isLive(each) && (each.task.stoppedAt ?? 0) >= since);
  return new Map(
    [...stopped, ...owners.filter(isLive)].flatMap((each) =>
      each.task.addresses.map((address): [string, AddressOwner] => [address, each]),
    ),
  );
}

// Whether a task to run of the cluster now has the address of one that has STOPPED.
async function isAddressReused(
  run: Run,
  addresses: Addresses,
  { cluster, task }: AddressOwner,
  address: string,
): Promise<boolean> {
  const known = addresses.get(cluster) ?? readAddresses(run, cluster);
  addresses.set(cluster, known);
  const owner = (await known).get(address);
  return owner !== undefined && owner !== task.arn;
}

async function readAddresses(run: Run, cluster: string): Promise<ReadonlyMap<string, string>> {
  const { ecs } = run.ports;
  const tasks = await ecs.describeTasks(cluster, await ecs.listAllTasksToRun(cluster));
  return new Map(
    tasks.flatMap(({ arn, addresses }) => addresses.map((each): [string, string] => [each, arn])),
  );
}
