import type { LoadBalancerKind } from "../model/load-balancer.ts";
import type { Call } from "./call.ts";
import type { Clients } from "./clients.ts";
import { classicLoadBalancers } from "./elb.ts";
import { targetGroups } from "./elbv2.ts";
import type { LoadBalancerPort } from "./load-balancer-port.ts";

/** The adapters, by kind. */
export type LoadBalancerPorts = ReadonlyMap<LoadBalancerKind, LoadBalancerPort>;

/**
 * All kinds of load balancers that this program knows.
 *
 * @param discovers makes the calls of discovery, at their pace; at once where it is not given
 */
export function loadBalancerPorts(
  { elb, elbv2 }: Pick<Clients, "elb" | "elbv2">,
  discovers?: Call,
): LoadBalancerPorts {
  const adapters = [targetGroups(elbv2, discovers), classicLoadBalancers(elb, discovers)];
  return new Map(adapters.map((each) => [each.kind, each]));
}
