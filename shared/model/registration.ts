import { isSameLoadBalancer, type LoadBalancerId } from "./load-balancer.ts";
import type { Task } from "./tasks.ts";

/** What is registered: an instance id or an address, and the port of a target. */
export type Target = { readonly id: string; readonly port: number | undefined };

/** A target that its load balancer still has. */
export type RegisteredTarget = Target & {
  readonly state: "registered" | "draining";
  /** Whether the load balancer says that the instance is stopped or terminated. */
  readonly invalid: boolean;
  /** The ports of the instance that it sends to. */
  readonly pointsAt: readonly number[];
};

/** Something that the instance was seen in, and is to be gone from. */
export type SeenRegistration = LoadBalancerId & { readonly port?: number | undefined };

/** An instance's registration with a load balancer, as it is. */
export type Registration = LoadBalancerId & {
  readonly name: string;
  /** What is registered: the instance's id, or the address of one of its tasks. */
  readonly target: string;
  /** The port of a target. */
  readonly port: number | undefined;
  /** The host ports that it points at; none where it points at an address of a task's own. */
  readonly pointsAt: readonly number[];
  readonly state: "registered" | "draining";
  /** Whether the load balancer says that the instance is stopped or terminated. */
  readonly invalid: boolean;
  /** Whether a service with a task on the instance names it: then ECS takes it out, in step with its replacements. */
  readonly managed: boolean;
  /** The services that name it. */
  readonly services: readonly string[];
  /** Whether asking for it alone is cheaper than a pass while it is registered. While it drains, it always is. */
  readonly canRecheckRegistered: boolean;
  /** Whether a Network Load Balancer forwards to it. */
  readonly networkLoadBalancer: boolean;
  /** For an address, the task that has it or had it. It is nobody's but ECS's to take out, unless it is an orphan. */
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
