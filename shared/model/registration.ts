import type { OddAnswer } from "../base/errors.ts";
import { isSameLoadBalancer, type LoadBalancer, type LoadBalancerId } from "./load-balancer.ts";
import type { Task } from "./tasks.ts";

/** A target: an instance id or an address, and its port. */
export type Target = { readonly id: string; readonly port: number | undefined };

/** A target that its load balancer still has. */
export type RegisteredTarget = Target & {
  readonly state: "registered" | "draining";
  /** Whether the load balancer shows the instance as stopped or terminated. */
  readonly invalid: boolean;
  /** The ports of the instance that it sends to. */
  readonly pointsAt: readonly number[];
  /** What the load balancer shows of it that this program does not know. It counts as there. */
  readonly odd?: OddAnswer;
};

/** Whether a load balancer sends to its targets, by the id of an instance or by an address. Targets of one id count together. */
export type TargetHealth = ReadonlyMap<string, boolean>;

/** A registration as the memory has it: the instance must be gone from it. */
export type SeenRegistration = LoadBalancerId & {
  readonly port?: number | undefined;
  /** The address by which the instance is registered, if it is not by its id. */
  readonly address?: string | undefined;
};

/**
 * Who has the address of a target: the instance itself, a task on it, a task that ECS does not show, or nobody any more. Then
 * the instance, or a task on it, had it earlier in this drain.
 */
export type AddressHolder = "instance" | "task" | "unknown task" | "nobody";

/** A target with an address of the instance's in another VPC than its group: it may be somebody else's, and is left. */
export type DoubtfulAddress = {
  readonly loadBalancer: string;
  readonly address: string;
  readonly port: number | undefined;
};

/** Addresses that a group of targets has. */
export type GroupAddresses = { readonly group: LoadBalancer; readonly addresses: readonly string[] };

/** An instance's registration with a load balancer, as a pass shows it. */
export type Registration = LoadBalancerId & {
  readonly name: string;
  /** The id of the instance, or the address of one of its tasks. */
  readonly target: string;
  /** The port of a target. */
  readonly port: number | undefined;
  /** The host ports that it points at. None if it points at a task's own address. */
  readonly pointsAt: readonly number[];
  readonly state: "registered" | "draining";
  /** Whether the load balancer shows the instance as stopped or terminated. */
  readonly invalid: boolean;
  /** Whether a service with a task on the instance names it. ECS then takes it out, in step with the tasks' replacement. */
  readonly managed: boolean;
  /** Whether nobody named it: it was found. */
  readonly unnamed: boolean;
  /** The services that name it. */
  readonly services: readonly string[];
  /** Whether a recheck is cheaper than a pass while it is registered. While it drains, a recheck always is. */
  readonly canRecheckRegistered: boolean;
  /** Whether a Network Load Balancer forwards to it. */
  readonly networkLoadBalancer: boolean;
  /** The address, and who has it. Undefined where the instance is registered by its id. */
  readonly address: string | undefined;
  readonly holder: AddressHolder | undefined;
  /** For an address, the task that has or had it. */
  readonly addressTask: Task | undefined;
};

/**
 * Whether a registration is ours to remove. An instance's own address is. A task's is, unless the task's service names the target
 * group: ECS takes that one out. What nobody has any more is ECS's too, as long as it may have been a task's.
 */
export function isOurs({ managed, services, holder, addressTask }: Registration): boolean {
  switch (holder) {
    case "instance":
      return true;
    case "task":
      return addressTask?.service === undefined || !services.includes(addressTask.service);
    case "unknown task":
      return false;
    case "nobody":
      return addressTask === undefined && !managed;
    case undefined:
      return !managed;
    default:
      return holder satisfies never;
  }
}

/** A registration as it is remembered. */
export function seenOf({ kind, id, port, address }: Registration): SeenRegistration {
  if (port === undefined) return { kind, id };
  return address === undefined ? { kind, id, port } : { kind, id, port, address };
}

/** Whether two are the same registration. */
export function isSame(a: SeenRegistration, b: SeenRegistration): boolean {
  return isSameLoadBalancer(a, b) && a.port === b.port && a.address === b.address;
}

/** A registration as log lines name it. */
export function registrationText({ id, port, address }: SeenRegistration): string {
  if (port === undefined) return id;
  return address === undefined ? `${id}:${port}` : `${id}:${port} ${address}`;
}
