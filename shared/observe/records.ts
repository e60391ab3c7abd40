import type { Unread } from "../model/blocker.ts";
import type { Missing } from "../model/discovery.ts";
import type { LoadBalancerId } from "../model/load-balancer.ts";
import type { Memory } from "../model/memory.ts";
import type { InPass } from "../model/observation.ts";
import type { DoubtfulAddress, GroupAddresses, Registration } from "../model/registration.ts";
import type { ClusterInstance, TaskProtection } from "../model/tasks.ts";

/** An instance in its clusters: its tasks, and the services they belong to. */
export type InClusters = {
  readonly instances: readonly ClusterInstance[];
  /** The load balancers that these services name. */
  readonly managed: readonly LoadBalancerId[];
  /** Whether ECS itself drains the instances of one of the clusters. Undefined if nobody asked. */
  readonly managedDraining: boolean | undefined;
  /** The instance's protected tasks. They are asked for now and then while nothing changes. */
  readonly protections: readonly TaskProtection[];
  readonly unread: Unread | undefined;
  /** The clusters among these that nobody named. */
  readonly unnamed: readonly string[];
  /** The clusters that are named, and do not exist. */
  readonly missing: readonly string[];
  /** What kept other clusters from being searched. */
  readonly searchUnread: Unread | undefined;
};

/** A termination, with whether anything beyond Auto Scaling is asked about it. */
export type Observable = InPass & { readonly isObserved: boolean };

/** Where an instance is registered, as far as it could be read. */
export type Registered = {
  readonly registrations: readonly Registration[];
  readonly loadBalancers: Memory["loadBalancers"];
  /** The load balancers that nobody named. */
  readonly unnamed: readonly string[];
  /** Names of the input that nothing has. */
  readonly missing: readonly Missing[];
  /** Addresses of the instance's in another VPC than the target group's. */
  readonly doubtful: readonly DoubtfulAddress[];
  /** The addresses of named groups in which this pass shows nothing to be the instance's. */
  readonly others: readonly GroupAddresses[];
  readonly unread: Unread | undefined;
  /** The load balancers that this pass has asked, or that it only tells of. */
  readonly asked: readonly LoadBalancerId[];
};

/** A termination in its clusters. */
export type Clustered = Observable & { readonly clusters: InClusters };

/** A termination with its registrations. */
export type WithRegistered<T extends Clustered = Clustered> = T & { readonly registered: Registered };
