/** A fleet to measure: how large it is, how it goes, and how the functions' ticks lie to that. */
export type Fleet = {
  readonly instances: number;
  readonly terminations: number;
  /** Over how many clusters it is spread at the least, each with a group and load balancers of its own. */
  readonly clusters?: number;
  /**
   * Whether the functions run as the template deploys them: its inputs, with sweeps and discovery, and its memory. Else the input
   * names what there is (`discover: named`), and their work takes no time.
   */
  readonly asDeployed?: boolean;
  /** Further keys of both functions' inputs. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** When the terminations come after the first minute that a sweep may be in, in seconds. */
  readonly phase?: number;
  /** When in their minute the functions are invoked, in seconds. */
  readonly ticks?: { readonly deregister: number; readonly terminate: number };
  /** All go at once, unless they go one by one, so far apart. */
  readonly oneEachSeconds?: number;
  /** Or an instance refresh replaces them, a tenth of the group at a time. */
  readonly isRefreshed?: boolean;
  /** Without load balancers and services, as the peers take it: whoever plays it stops the tasks. */
  readonly bare?: boolean;
  /** From DRAINING to the last STOPPED, in seconds; `never` where no task may stop. */
  readonly drainSeconds?: number | "never";
  /** The deregistration delay and the connection draining of all load balancers, in seconds. */
  readonly delaySeconds?: number;
  /** Each instance also has a job that ends by itself, so much later than that of the one before. */
  readonly endEachSeconds?: number;
  /** How long a drain may take, in seconds; the functions' own default where it is not given. */
  readonly drainTimeoutSeconds?: number;
  /** Whether AWS's token buckets hold. */
  readonly throttling?: boolean;
  /** Whether an event source mapping invokes deregister as messages come. */
  readonly atOnce?: boolean;
  /** Whether terminate's input names the groups to sweep, as the template does. Without it a sweep knows those of the messages at hand. */
  readonly swept?: boolean;
  /** How many more target groups the Region has, which nobody names. With them, discovery searches all. */
  readonly unnamedGroups?: number;
  readonly endsAfterSeconds?: number;
  /** For how long the functions run where nothing else keeps them running. */
  readonly idleSeconds?: number;
};

/** AWS's default quota of targets a group and of instances a classic load balancer: more instances get another cluster. */
const INSTANCES_A_CLUSTER = 1_000;

/** How many instances each cluster has: as few clusters as hold them all, if the fleet does not want more. */
export function spread({ instances, clusters: wanted = 1 }: Fleet): number[] {
  const clusters = Math.max(wanted, Math.ceil(instances / INSTANCES_A_CLUSTER));
  return Array.from({ length: clusters }, (_, i) => Math.floor((instances + i) / clusters));
}

/** How many of them go in each. */
export function going({ terminations }: Fleet, counts: readonly number[]): number[] {
  return counts.map((_, i) => Math.floor((terminations + i) / counts.length));
}
