import { isSameLoadBalancer, type LoadBalancerId } from "./load-balancer.ts";
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
};

/** A registration as the memory has it: the instance must be gone from it. */
export type SeenRegistration = LoadBalancerId & { readonly port?: number | undefined };

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
  /** For an address, the task that has or had it. Only ECS takes it out, unless it is an orphan. */
  readonly addressTask: Task | undefined;
};

/** A registration as it is remembered. */
export function seenOf({ kind, id, port }: Registration): SeenRegistration {
  return port === undefined ? { kind, id } : { kind, id, port };
}

/** Whether two are the same registration. */
export function isSame(a: SeenRegistration, b: SeenRegistration): boolean {
  return isSameLoadBalancer(a, b) && a.port === b.port;
}

/** A registration as log lines name it. */
export function registrationText({ id, port }: SeenRegistration): string {
  return port === undefined ? id : `${id}:${port}`;
}
