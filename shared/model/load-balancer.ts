/**
 * A kind of load balancer, as its adapter is called: `target` is a target group of an Application, Network or Gateway Load
 * Balancer, `classic` a classic load balancer. A message of a later version may name others.
 */
export type LoadBalancerKind = "target" | "classic" | (string & {});

/** Which load balancer: a target group by its ARN, a classic load balancer by its name. */
export type LoadBalancerId = { readonly kind: LoadBalancerKind; readonly id: string };

/** The parts of a load balancer that never change while it exists. */
export type LoadBalancer = LoadBalancerId & {
  readonly name: string;
  /** The type of its targets: `instance`, `ip`, or one that this program does not take out. */
  readonly targetType: string;
  /** Whether it belongs to a Network Load Balancer, which may go on sending for minutes. */
  readonly network: boolean;
  /** The VPC that the addresses of its targets are meant in. Undefined for a kind that has no addresses. */
  readonly vpc?: string | undefined;
};

/** A load balancer in the list of all that the account has. */
export type ListedLoadBalancer = {
  readonly loadBalancer: LoadBalancer;
  /** The VPC of its targets. Undefined if the list does not tell. */
  readonly vpc: string | undefined;
  /** The ids of what the list shows as registered with it. */
  readonly registered: readonly string[];
};

/** Whether two are the same load balancer. */
export function isSameLoadBalancer(a: LoadBalancerId, b: LoadBalancerId): boolean {
  return a.kind === b.kind && a.id === b.id;
}
