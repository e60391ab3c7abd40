import type { Task } from "../aws/ecs.ts";
import { STOPPED } from "../rules/still-there.ts";
import type { Run } from "../run/run.ts";
import type { InstanceInClusters } from "./cluster.ts";

/** A task with an address of its own, and the cluster it is in. */
export type AddressOwner = { readonly cluster: string; readonly task: Task };

/** The addresses of the tasks that are to run, by cluster: read when first needed, once a look. */
export type Addresses = Map<string, Promise<ReadonlyMap<string, string>>>;

/** The addresses that the instance's tasks hold, or held until they STOPPED in this drain. A live task goes first. */
export function addressesOf(
  clusterInstance: InstanceInClusters | undefined,
  since: number,
): Map<string, AddressOwner> {
  const owners = (clusterInstance?.clusterInstances ?? []).flatMap(({ cluster, tasks }) =>
    tasks.map((task): AddressOwner => ({ cluster, task })),
  );
  const isLive = ({ task }: AddressOwner) => task.status !== STOPPED;
  const stopped = owners.filter((each) => !isLive(each) && (each.task.stoppedAt ?? 0) >= since);
  return new Map(
    [...stopped, ...owners.filter(isLive)].flatMap((each) =>
      each.task.addresses.map((address): [string, AddressOwner] => [address, each]),
    ),
  );
}

/**
 * Whether a task of the cluster that is to run has, by now, the address of one that has STOPPED. Throws an AwsCallError.
 */
export async function isAddressReused(
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

async function readAddresses(run: Run, cluster: string): Promise<Map<string, string>> {
  const tasks = await run.ports.ecs.describeTasks(cluster, await run.ports.ecs.listAllTasksToRun(cluster));
  return new Map(
    tasks.flatMap(({ arn, addresses }) => addresses.map((each): [string, string] => [each, arn])),
  );
}
