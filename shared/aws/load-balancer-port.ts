import type { BatchResult } from "../base/batches.ts";
import type { ListedLoadBalancer, LoadBalancer, LoadBalancerKind } from "../model/load-balancer.ts";
import type { RegisteredTarget, Target, TargetHealth } from "../model/registration.ts";
import type { DrainSettings } from "../model/settings.ts";

/**
 * What the drain needs of one kind of load balancer. Each kind has an adapter: to add one, write its file and list it in
 * load-balancers.ts. All calls throw an AwsCallError.
 */
export type LoadBalancerPort = {
  readonly kind: LoadBalancerKind;
  /** What it is called in errors: "target group". */
  readonly noun: string;
  /** The types of target that can be taken out. */
  readonly targetTypes: readonly string[];
  /** The load balancers of this kind that settings name, by name or id. */
  namedIn: (settings: DrainSettings) => readonly string[];
  /** Whether `describe` takes a call, so that its answer is worth remembering. */
  readonly describesByCall: boolean;
  /** A load balancer by name or id. Undefined if there is none; some kinds only find that out in `targets`. */
  describe: (nameOrId: string) => Promise<LoadBalancer | undefined>;
  /**
   * All that is registered or draining, for these instances at least. Undefined if the load balancer is gone.
   *
   * @param instanceIds the instances that are asked about
   */
  targets: (id: string, instanceIds: readonly string[]) => Promise<RegisteredTarget[] | undefined>;
  /** Whether `stillThere` is cheaper than `targets` for a registered target. For a draining one it always is. */
  readonly canRecheckRegistered: boolean;
  /** The targets of these that are there, in any state. None if the load balancer is gone. */
  stillThere: (id: string, targets: readonly Target[]) => Promise<RegisteredTarget[]>;
  /**
   * How long a target is shown as draining, in milliseconds, whether or not a connection is left. Undefined if nobody can know
   * that beforehand.
   */
  deregistrationDelay: (id: string) => Promise<number | undefined>;
  /**
   * How long a target that is taken out may drain at the most, in milliseconds. Undefined if the load balancer is gone, or its kind
   * does not tell.
   */
  drainLimit: (id: string) => Promise<number | undefined>;
  /**
   * The load balancers that may have an instance or an address, with as many a call as AWS takes. Those that nothing forwards to
   * are left out. Its calls keep the pace of discovery.
   */
  list: () => Promise<ListedLoadBalancer[]>;
  /** Whether `discoverTargets` tells of the instances alone that it is asked about. */
  readonly discoversEach: boolean;
  /** What the list did not show of a load balancer: all targets, or those of these instances. It keeps the pace of discovery. */
  discoverTargets: (id: string, instanceIds: readonly string[]) => Promise<RegisteredTarget[] | undefined>;
  /** The action that finds one by its name or id. */
  readonly describesBy: string;
  /**
   * Which targets it has of these instances, or of all: by id, whether it sends to the target. Undefined if the load balancer is gone.
   * What drains, and what it still checks, gets nothing new.
   */
  health: (id: string, instanceIds: readonly string[]) => Promise<TargetHealth | undefined>;
  /** Registers targets again. */
  register: (id: string, targets: readonly Target[]) => Promise<void>;
  /** Takes targets out. One that is not registered counts as done. */
  deregister: (id: string, targets: readonly Target[]) => Promise<BatchResult<Target>>;
};
