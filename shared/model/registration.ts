import type { Task } from "./tasks.ts";

/**
 * A kind of load balancer, as its adapter is called: `target` is a target group of an Application, Network or Gateway Load
 * Balancer, `classic` a classic load balancer. A message of a later version may name others.
 */
export type LoadBalancerKind = "target" | "classic" | (string & {});

/** Which load balancer: a target group by its ARN, a classic load balancer by its name. */
export type LoadBalancerId = { readonly kind: LoadBalancerKind; readonly id: string };

/** A load balancer, as far as nothing of it changes while it exists. */
export type LoadBalancer = LoadBalancerId & {
  readonly name: string;
  /** What can be registered with it: `instance`, `ip`, or something that this program does not take out. */
  readonly targetType: string;
  /** Whether it belongs to a Network Load Balancer, which may go on sending for minutes. */
  readonly network: boolean;
};

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
  /** For an address, the task that holds it or held it. It is nobody's but ECS's to take out, unless it is an orphan. */
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

/** Whether two are the same load balancer. */
export function isSameLoadBalancer(a: LoadBalancerId, b: LoadBalancerId): boolean {
  return a.kind === b.kind && a.id === b.id;
}

/** A registration as log lines name it. */
export function registrationText({ id, port }: SeenRegistration): string {
  return port === undefined ? id : `${id}:${port}`;
}
